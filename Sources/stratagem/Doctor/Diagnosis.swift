/// One line of `stratagem doctor`.
struct Diagnosis: Equatable {
    enum Grade: String { case ok, warning, problem }

    var grade: Grade
    /// What was looked at: "disk space".
    var part: String
    var text: String
    /// What to do about it; nil = nothing.
    var fix: String?

    static func ok(_ part: String, _ text: String) -> Diagnosis { Diagnosis(grade: .ok, part: part, text: text) }
    static func warning(_ part: String, _ text: String, fix: String) -> Diagnosis {
        Diagnosis(grade: .warning, part: part, text: text, fix: fix)
    }
    static func problem(_ part: String, _ text: String, fix: String) -> Diagnosis {
        Diagnosis(grade: .problem, part: part, text: text, fix: fix)
    }

    var json: JSON {
        .object([
            ("grade", .string(grade.rawValue)), ("part", .string(part)), ("text", .string(text)),
            ("fix", .optional(fix)),
        ])
    }

    static func lines(_ findings: [Diagnosis]) -> [String] {
        var table = TextTable([("", .left), ("", .left), ("", .left)])
        for finding in findings {
            let fix = finding.fix.map { " – \($0)" } ?? ""
            table.add([finding.grade.rawValue, finding.part, (finding.text + fix).printable])
        }
        return Array(table.lines.dropFirst())
    }
}
