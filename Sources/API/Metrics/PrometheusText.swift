/// Writes samples in Prometheus' text format. The type of a name is announced once, with its first sample.
struct PrometheusText {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""
    private var announced: Set<String> = []

    func contains(_ name: String) -> Bool { announced.contains(name) }

    mutating func sample(_ name: String, _ kind: Kind, labels: String = "", _ value: String) {
        announce(name, kind)
        text += "\(name)\(labels) \(value)\n"
    }

    mutating func histogram(_ name: String, labels: String = "", _ state: PrometheusHistogram.State) {
        announce(name, .histogram)
        let inner = labels.isEmpty ? "" : String(labels.dropFirst().dropLast()) + ","
        var count: UInt64 = 0
        for (place, number) in state.counts.enumerated() {
            count += number
            let bounds = PrometheusHistogram.bounds
            let bound = place < bounds.count ? Self.number(bounds[place]) : "+Inf"
            text += "\(name)_bucket{\(inner)le=\"\(bound)\"} \(count)\n"
        }
        text += "\(name)_sum\(labels) \(Self.number(state.sum))\n\(name)_count\(labels) \(count)\n"
    }

    private mutating func announce(_ name: String, _ kind: Kind) {
        if announced.insert(name).inserted { text += "# TYPE \(name) \(kind.rawValue)\n" }
    }

    static func number(_ value: Double) -> String { value.isFinite ? String(describing: value) : "0" }

    /// What a name may not have becomes "_".
    static func name(_ label: String) -> String {
        String(
            label.unicodeScalars.enumerated().map { place, scalar in
                let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
                return isLetter || (place > 0 && ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
            })
    }

    static func labels(_ dimensions: [(String, String)]) -> String {
        if dimensions.isEmpty { return "" }
        let pairs = dimensions.map { "\(name($0.0))=\"\(escaped($0.1))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
