internal import CStrategyABI
internal import Trading

/// A value that a configuration file or a flag gives to a parameter.
public enum ParameterValue: Sendable, Equatable {
    case integer(Int64)
    /// A decimal number as text, so that nothing is rounded on the way.
    case decimal(String)
    case boolean(Bool)
    /// Any text; a number in it is read by the parameter's kind.
    case text(String)

    public var text: String {
        switch self {
        case .integer(let number): String(number)
        case .decimal(let text), .text(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        }
    }
}

/// The numbers of the ABI's STRATEGY_PARAM_*.
public enum ParameterKind: UInt32, Sendable, CaseIterable {
    case integer = 1
    case number, boolean, quantity, price, choice
    /// Nanoseconds in the plugin, seconds in files and texts.
    case duration
}

/// A parameter as the plugin describes it.
public struct PluginParameter: Sendable, Equatable {
    /// The plugin's own representation: `number` for kind number, else `integer` (scaled, flag, index, nanoseconds).
    public struct Raw: Sendable, Equatable {
        public var integer: Int64
        public var number: Double
        public init(integer: Int64 = 0, number: Double = 0) {
            self.integer = integer
            self.number = number
        }
    }

    public var index: UInt32
    public var name: String
    public var description: String
    /// "" = none.
    public var unit: String
    public var kind: ParameterKind
    /// Names in the order of their indices, for kind choice.
    public var choices: [String]
    /// Inclusive; meaningless for boolean and choice.
    public var minimum: Raw
    public var maximum: Raw
    public var standard: Raw

    /// What is allowed: "a whole number in 1…10000".
    public var allowed: String {
        let bounds = "\(text(minimum))…\(text(maximum))"
        switch kind {
        case .integer: return "a whole number in \(bounds)"
        case .number: return "a number in \(bounds)"
        case .boolean: return "true or false"
        case .quantity: return "a quantity in \(bounds) with at most 8 decimals"
        case .price: return "a price in \(bounds) with at most 9 decimals"
        case .choice: return "one of " + choices.joined(separator: ", ")
        case .duration: return "seconds in \(bounds)"
        }
    }

    /// The default lies within the bounds.
    var hasGoodStandard: Bool {
        switch kind {
        case .boolean: return standard.integer == 0 || standard.integer == 1
        case .choice: return standard.integer >= 0 && standard.integer < Int64(choices.count)
        case .number:
            let values = [minimum.number, standard.number, maximum.number]
            return values.allSatisfy(\.isFinite) && values[0] <= values[1] && values[1] <= values[2]
        case .integer, .quantity, .price, .duration:
            return minimum.integer <= standard.integer && standard.integer <= maximum.integer
        }
    }

    /// The value as a person writes it.
    public func text(_ raw: Raw) -> String {
        switch kind {
        case .integer: String(raw.integer)
        case .number:
            raw.number == raw.number.rounded() && abs(raw.number) < 1e15
                ? String(Int64(raw.number)) : "\(raw.number)"
        case .boolean: raw.integer == 0 ? "false" : "true"
        case .quantity: Quantity(raw: raw.integer).description
        case .price: Price(raw: raw.integer).description
        case .choice: choices.indices.contains(Int(raw.integer)) ? choices[Int(raw.integer)] : String(raw.integer)
        case .duration: DecimalText.format(Int128(raw.integer), scale: 9)
        }
    }

    /// The value in the plugin's representation, exact; nil when it is of another type or outside the bounds.
    public func raw(_ value: ParameterValue) -> Raw? {
        guard let raw = converted(value) else { return nil }
        switch kind {
        case .boolean, .choice: return raw
        case .number: return raw.number >= minimum.number && raw.number <= maximum.number ? raw : nil
        default: return raw.integer >= minimum.integer && raw.integer <= maximum.integer ? raw : nil
        }
    }

    private func converted(_ value: ParameterValue) -> Raw? {
        let text = value.text
        switch kind {
        case .integer: return scaled(text, 0)
        case .number:
            guard case .boolean = value else {
                return Double(text).flatMap { $0.isFinite ? Raw(number: $0) : nil }
            }
            return nil
        case .boolean: return text == "true" ? Raw(integer: 1) : text == "false" ? Raw(integer: 0) : nil
        case .quantity: return scaled(text, Quantity.decimals)
        case .price: return scaled(text, Price.decimals)
        case .choice: return choices.firstIndex(of: text).map { Raw(integer: Int64($0)) }
        case .duration: return scaled(text, 9)
        }
    }

    private func scaled(_ text: String, _ scale: Int) -> Raw? {
        guard case .success(let number) = DecimalText.parse(text, scale: scale) else { return nil }
        return Raw(integer: number)
    }
}
