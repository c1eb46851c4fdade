/// Why something does not trade, or did not: sentences, the strongest reason first.
struct Explanation {
    enum Weight: String {
        /// Nothing can trade because of this.
        case blocking
        /// It held something up.
        case reason
        /// Worth knowing.
        case note
    }

    struct Sentence: Equatable {
        var weight: Weight
        /// For programs: "stopped", "disabled", "denied" …
        var code: String
        var text: String
    }

    /// "strategy" or "order", and its id.
    var kind: String
    var id: String
    private(set) var sentences: [Sentence] = []

    init(kind: String, id: String) {
        self.kind = kind
        self.id = id
    }

    mutating func add(_ weight: Weight, _ code: String, _ text: String) {
        sentences.append(Sentence(weight: weight, code: code, text: text))
    }

    var isBlocked: Bool { sentences.contains { $0.weight == .blocking } }

    /// Blocking ones first, otherwise in the order in which they were found.
    private var sorted: [Sentence] {
        [Weight.blocking, .reason, .note].flatMap { weight in sentences.filter { $0.weight == weight } }
    }

    var lines: [String] {
        ["\(kind) \(id)".printable] + sorted.map { "  \($0.weight == .blocking ? "!" : "-") \($0.text)".printable }
    }

    var json: JSON {
        .object([
            (kind, .string(id)), ("blocked", .boolean(isBlocked)),
            (
                "reasons",
                .array(
                    sorted.map {
                        .object([
                            ("weight", .string($0.weight.rawValue)), ("code", .string($0.code)),
                            ("text", .string($0.text)),
                        ])
                    })
            ),
        ])
    }
}

extension Explanation {
    /// Each failing rule of a denial: "risk.order-size (strategy sma_cross): observed 120, limit 100".
    static func failures(_ denial: JSON) -> [String] {
        (denial["failures"]?.elements ?? []).map { failure in
            var text = "\(failure["rule"]?.shown ?? "–") (\(failure["scope"]?.shown ?? "–"))"
            if let observed = failure["observed"], !observed.isNull { text += ": observed \(observed.shown)" }
            if let limit = failure["limit"], !limit.isNull { text += ", limit \(limit.shown)" }
            if let headroom = failure["headroom"], !headroom.isNull { text += ", headroom \(headroom.shown)" }
            return text
        }
    }

    static func denial(_ denial: JSON) -> String {
        "denied at \(denial.moment("timestamp")) on \(denial["instrument"]?.shown ?? "–"): "
            + failures(denial).joined(separator: "; ")
    }

    /// Active stops that cover any of these; the whole system's cover everything.
    static func covering(
        _ stops: [JSON], account: String?, strategy: String?, instruments: [String]
    ) -> [JSON] {
        stops.filter { stop in
            guard stop["status"]?.string != "resolved", stop["drill"]?.bool != true else { return false }
            let target = stop["target_id"]?.string
            switch stop["scope"]?.string {
            case "account": return target == nil || account == nil || target == account
            case "agent": return target == nil || target == strategy
            case "instrument": return target.map { instruments.contains($0) } ?? true
            default: return true
            }
        }
    }

    static func stop(_ stop: JSON) -> String {
        var text = "\(stop["scope"]?.shown ?? "system") is stopped by \(stop["stop_id"]?.shown ?? "–")"
        if let mode = stop["mode"]?.string, mode != "stop" { text += " (\(mode.printable))" }
        text += " since \(stop.moment("timestamp")), thrown by \(stop["triggered_by"]?.shown ?? "–")"
        text += ": \(stop["reason"]?.shown ?? "–")"
        let remaining = (stop["remaining_components"]?.elements ?? []).map(\.shown)
        return remaining.isEmpty ? text : text + "; still to close: " + remaining.joined(separator: ", ")
    }
}
