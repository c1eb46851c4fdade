import PluginHost

/// What a conformance pass measured, for people and for programs. What it found wrong stands among the findings.
enum ConformanceText {
    static func lines(_ path: String, _ report: ConformanceReport) -> [String] {
        guard let figures = report.figures else { return [] }
        let state =
            figures.stateBytes.map { "state of \($0) bytes" } ?? "no state, so that it begins anew after a restart"
        return [
            "\(path): \(report.id ?? "?") \(report.version ?? ""): \(state); an event takes "
                + "\(time(figures.medianNanoseconds)), 99 % up to \(time(figures.p99Nanoseconds)), at most "
                + "\(time(figures.maxNanoseconds)); \(figures.leakedBytes) bytes kept after 10000 events; "
                + "functions: \(figures.functions)"
        ].map(\.printable)
    }

    private static func time(_ nanoseconds: Int64) -> String {
        nanoseconds < 10_000 ? "\(nanoseconds) ns" : "\(nanoseconds / 1_000) µs"
    }

    static func json(_ path: String, _ report: ConformanceReport) -> JSON {
        let figures = report.figures.map { figures -> JSON in
            .object([
                ("events", .integer(figures.events)), ("intents", .integer(figures.intents)),
                ("event_ns_median", .integer(figures.medianNanoseconds)),
                ("event_ns_p99", .integer(figures.p99Nanoseconds)),
                ("event_ns_max", .integer(figures.maxNanoseconds)),
                ("leaked_bytes", .integer(figures.leakedBytes)),
                ("state_bytes", figures.stateBytes.map { .integer($0) } ?? .null),
                ("functions", .integer(figures.functions)),
            ])
        }
        return .object([
            ("path", .string(path)), ("plugin", .optional(report.id)), ("version", .optional(report.version)),
            ("good", .boolean(report.isGood)), ("figures", figures ?? .null),
        ])
    }
}
