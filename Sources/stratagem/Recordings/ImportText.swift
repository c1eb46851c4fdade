import MarketData
import Trading

/// What an import says about a file.
enum ImportText {
    private static let faultsShown = 20
    private static let gapsShown = 10

    /// The first bad rows, each with its line, and how many there are of each kind.
    static func faults(_ faults: RowFaults) -> [String] {
        guard faults.count > 0 else { return [] }
        let lines = faults.first.prefix(faultsShown).map { "\($0.file):\($0.line ?? 0): \($0.reason)".printable }
        let kinds = faults.kinds.map { "\($0.count) × \($0.code.rawValue)" }.joined(separator: ", ")
        return lines + ["\(faults.count) bad row\(faults.count == 1 ? "" : "s"): \(kinds)"]
    }

    static func lines(_ report: ImportReport, _ place: RecordingPlace, seconds: Double) -> [String] {
        let gaps = report.gaps
        var lines = gaps.first.prefix(gapsShown).map {
            "gap before line \($0.line): nothing from \($0.from) to \($0.to)"
        }
        if gaps.count > gapsShown { lines.append("… \(gaps.count) gaps in all") }
        if gaps.count > 1, let longest = gaps.longest {
            let length = NumberText.duration(seconds: Double(longest.nanoseconds) / 1e9)
            lines.append("longest gap: \(length) before line \(longest.line)")
        }
        let rate = NumberText.short(Double(report.rows) / max(seconds, 1e-9))
        lines.append(
            "imported \(report.rows) \(report.kind.rawValue) of \(report.instrument.id), \(report.first) to "
                + "\(report.last), into \(place.path): \(NumberText.duration(seconds: seconds)), \(rate) rows/s")
        return lines
    }

    static func json(_ report: ImportReport, _ place: RecordingPlace, seconds: Double) -> JSON {
        .object([
            ("file", .string(place.path)), ("instrument", .string(report.instrument.id)),
            ("kind", .string(report.kind.rawValue)), ("rows", .integer(report.rows)),
            ("first", .string(report.first.description)), ("last", .string(report.last.description)),
            ("bar_seconds", .double(Double(report.interval) / 1e9)),
            ("bad_rows", .integer(report.faults.count)),
            (
                "bad_row_kinds",
                .object(report.faults.kinds.map { ($0.code.rawValue, .integer($0.count)) })
            ),
            ("bad_row_lines", .array(report.faults.first.compactMap { $0.line.map { .integer($0) } })),
            ("gaps", .integer(report.gaps.count)),
            (
                "first_gaps",
                .array(
                    report.gaps.first.map { gap in
                        .object([
                            ("line", .integer(gap.line)), ("from", .string(gap.from.description)),
                            ("to", .string(gap.to.description)),
                        ])
                    })
            ),
            ("wall_seconds", .double(seconds)), ("rows_per_second", .double(Double(report.rows) / max(seconds, 1e-9))),
        ])
    }
}
