import PluginHost
import Trading

/// A parameter with the values that a sweep tries: exact, in the plugin's own representation.
struct RangedParameter {
    let parameter: PluginParameter
    /// In units of `10^-decimals`; of a choice its place.
    private let first: Int64
    private let step: Int64
    let count: Int

    var name: String { parameter.name }

    /// The `index`-th value as a person writes it.
    func text(_ index: Int) -> String {
        let value = first + step * Int64(index)
        switch parameter.kind {
        case .boolean, .choice: return parameter.text(PluginParameter.Raw(integer: value))
        default: return DecimalText.format(Int128(value), scale: RangedParameter.decimals(parameter.kind))
        }
    }

    /// For an axis; of choices their place.
    func number(_ index: Int) -> Double {
        var unit = 1.0
        for _ in 0..<RangedParameter.decimals(parameter.kind) { unit *= 10 }
        return Double(first + step * Int64(index)) / unit
    }

    /// "fast=2..20:2", with every value written the same way.
    var description: String {
        "\(name)=\(text(0))..\(text(count - 1))"
            + (count > 1 ? ":\(DecimalText.format(Int128(step), scale: RangedParameter.decimals(parameter.kind)))" : "")
    }

    private static func decimals(_ kind: ParameterKind) -> Int {
        switch kind {
        case .integer, .boolean, .choice: 0
        case .quantity: Quantity.decimals
        case .price: Price.decimals
        case .number, .duration: 9
        }
    }
}

// MARK: Reading KEY=FROM..TO[:STEP]

extension RangedParameter {
    /// All that is wrong with a range.
    struct Faults: Error {
        var texts: [String]
        init(_ texts: [String]) { self.texts = texts }
    }

    static func read(_ text: String, of plugin: LoadedPlugin) throws(Faults) -> RangedParameter {
        guard let (key, from, to, step) = parts(text) else {
            throw Faults(["'\(text.printable)' is not KEY=FROM..TO or KEY=FROM..TO:STEP"])
        }
        guard let parameter = plugin.parameters.first(where: { $0.name == key }) else {
            let names = plugin.parameters.map(\.name).joined(separator: ", ")
            throw Faults(["\(key.printable): unknown parameter; \(plugin.id) has \(names.isEmpty ? "none" : names)"])
        }
        return try RangedParameter(parameter, from: from, to: to, step: step)
    }

    private static func parts(_ text: String) -> (key: String, from: String, to: String, step: String?)? {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty, let dots = sides[1].firstRange(of: "..") else { return nil }
        let ends = sides[1][dots.upperBound...].split(separator: ":", omittingEmptySubsequences: false)
        guard ends.count <= 2 else { return nil }
        let from = sides[1][..<dots.lowerBound]
        return (String(sides[0]), String(from), String(ends[0]), ends.count == 2 ? String(ends[1]) : nil)
    }

    private init(_ parameter: PluginParameter, from: String, to: String, step: String?) throws(Faults) {
        var faults: [String] = []
        func end(_ text: String) -> Int64? {
            if let value = RangedParameter.value(text, parameter) { return value }
            let form = parameter.kind == .number ? ", with at most 9 decimals" : ""
            faults.append("\(parameter.name): '\(text.printable)' is not \(parameter.allowed)\(form)")
            return nil
        }
        let low = end(from)
        let high = end(to)
        let width = RangedParameter.step(step, parameter)
        if let fault = width.fault { faults.append("\(parameter.name): \(fault)") }
        if let low, let high, low > high { faults.append("\(parameter.name): FROM \(from) is above TO \(to)") }
        guard let low, let high, faults.isEmpty else { throw Faults(faults) }
        self.parameter = parameter
        first = low
        // A single value needs no step.
        self.step = low == high ? 1 : width.value
        let (span, overflow) = high.subtractingReportingOverflow(low)
        guard !overflow, span < .max else { throw Faults(["\(parameter.name): \(from)..\(to) is too wide"]) }
        count = Int(span / self.step) + 1
        if low < high, step == nil, RangedParameter.decimals(parameter.kind) > 0 {
            throw Faults(["\(parameter.name): needs a step, as in \(parameter.name)=\(from)..\(to):STEP"])
        }
    }

    private static func value(_ text: String, _ parameter: PluginParameter) -> Int64? {
        guard let raw = parameter.raw(.text(text)) else { return nil }
        guard parameter.kind == .number else { return raw.integer }
        guard case .success(let value) = DecimalText.parse(text, scale: 9) else { return nil }
        return value
    }

    private static func step(_ text: String?, _ parameter: PluginParameter) -> (value: Int64, fault: String?) {
        guard let text else { return (1, nil) }
        let decimals = decimals(parameter.kind)
        guard case .success(let value) = DecimalText.parse(text, scale: decimals) else {
            let form = decimals == 0 ? "a whole number" : "a number with at most \(decimals) decimals"
            return (1, "the step '\(text.printable)' is not \(form)")
        }
        return value > 0 ? (value, nil) : (1, "the step \(text) must be above 0")
    }
}
