import Trading

/// The audit log: proof that nobody has changed it, and its rows for other programs.
public enum AuditOperations {
    public static let all = [verify, list, table]

    private static let rows = """
        Rows in their order: every decision of the gate, every limit, stop, release, login, reload and move of a strategy, \
        with the hash that chains it to the row before. `day` is a day of wall time in UTC, `action` how an action begins \
        (order, order.denied), `text` stands anywhere in a row. With more rows than `limit`, ask again with \
        `after` = the last sequence that came; with `newest` the last rows come in place of the first, and `before` = the \
        first sequence that came asks for those ahead of them.
        """

    static let verify = APIOperation(
        .get, "/api/audit/verify", id: "additions.audit_verify", tag: "Audit",
        summary: "Proves the audit log's hash chain",
        description: """
            Walks the whole log, which takes seconds in a big one. `expect` is a hash that was written down before: it must be \
            that of some row. The answer names each row that was changed, is missing or was written anew.
            """,
        role: .admin, rate: .performance
    ) { (input: VerifyAuditInput, context) in
        AuditReportAnswer(report: try await context.host.verifyAudit(expected: input.expected))
    }

    static let list = APIOperation(
        .get, "/api/audit/export", id: "additions.audit_export", tag: "Audit", summary: "The audit log as JSON lines",
        description: rows, role: .admin, rate: .performance, errors: [.unknown]
    ) { (input: ExportAuditInput, context) in
        AuditLinesAnswer(lines: try await context.host.auditLines(input.filter))
    }

    static let table = APIOperation(
        .get, "/api/audit/export.csv", id: "additions.audit_export_csv", tag: "Audit",
        summary: "The audit log as a table",
        description: rows, role: .admin, rate: .performance, errors: [.unknown]
    ) { (input: ExportAuditInput, context) in
        AuditTableAnswer(lines: try await context.host.auditLines(input.filter))
    }
}

struct VerifyAuditInput: OperationInput {
    var expected: [UInt8]?

    init(_ input: inout InputReader) {
        guard let text = input.query.optionalText("expect", 64...64) else { return }
        expected = AuditReport.bytes(text)
        if expected == nil { input.query.fault("expect", "must be 64 hexadecimal digits") }
    }
}

extension AuditReport {
    /// Of a hash in hexadecimal digits; nil = that is none.
    public static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

struct ExportAuditInput: OperationInput {
    var filter: AuditLineFilter

    init(_ input: inout InputReader) {
        let query = input.query
        filter = AuditLineFilter(
            account: query.optionalText("account_id", 1...64),
            after: UInt64(query.integer("after", 0...Int.max, default: 0)),
            before: query.optionalInteger("before", 1...Int.max).map { UInt64($0) },
            limit: query.integer("limit", 1...10_000, default: 1000))
        filter.isNewest = query.optionalBoolean("newest") ?? false
        filter.user = query.optionalText("user", 1...64)
        filter.action = query.optionalText("action", 1...64)
        filter.text = query.optionalText("text", 1...200)
        guard let day = query.optionalText("day", 10...10) else { return }
        filter.from = TimeText.parse(day)
        filter.to = filter.from.map { $0 + Timestamp.nanosecondsPerDay }
        if filter.from == nil { query.fault("day", "must be a day like 2025-01-18") }
    }
}

struct AuditReportAnswer: OperationOutput {
    var report: AuditReport
    static var example: AuditReportAnswer {
        AuditReportAnswer(
            report: AuditReport(
                isWhole: false, rows: 1, parts: 0, signedHeads: 0, headSequence: 1, head: "", expectedAt: nil,
                problems: [AuditReport.Problem(sequence: 1, text: "its content was changed")]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("valid", report.isWhole)
            json.field("rows", report.rows)
            json.field("parts", report.parts)
            json.field("signed_heads", report.signedHeads)
            json.field("head_sequence", report.headSequence)
            json.field("head", report.head)
            json.nullable("expected_at", report.expectedAt)
            json.list("problems", report.problems) { json, problem in
                json.object { json in
                    json.nullable("sequence", problem.sequence)
                    json.field("text", problem.text)
                }
            }
        }
    }
}

struct AuditLinesAnswer: OperationOutput {
    var lines: [AuditLine]
    static var example: AuditLinesAnswer { AuditLinesAnswer(lines: [.example]) }
    static var contentType: String { "application/x-ndjson" }
    static var schema: Schema { .text() }

    func write(_ json: inout JSONWriter) {
        for line in lines { json.raw(line.jsonText + "\n") }
    }
}

struct AuditTableAnswer: OperationOutput {
    var lines: [AuditLine]
    static var example: AuditTableAnswer { AuditTableAnswer(lines: [.example]) }
    static var contentType: String { "text/csv; charset=utf-8" }
    static var schema: Schema { .text() }

    func write(_ json: inout JSONWriter) {
        json.raw(AuditLine.csvHeader + "\r\n")
        for line in lines { json.raw(line.csvText + "\r\n") }
    }
}
