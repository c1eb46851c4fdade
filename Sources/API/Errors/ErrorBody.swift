public import Trading

/// An error as a client sees it, in the words of its route's document.
struct ErrorBody {
    var error: APIError
    var dialect: Dialect
    var family: CodeFamily
    var time: Timestamp
    var requestID: String

    func write(_ json: inout JSONWriter) {
        let code = error.code(in: family)
        json.object { json in
            if dialect == .d000 {
                json.field("success", false)
                json.field("error", error.wholeMessage)
                return
            }
            if dialect == .d001 || dialect == .d003and001 {
                json.field("type", "error")
                json.field("error_code", code)
                json.field("error_message", error.wholeMessage)
            }
            guard dialect != .d001 else { return }
            if dialect == .d003and000 { json.field("success", false) }
            json.object("error") { json in
                json.field("code", code)
                json.field("message", error.message)
                if !error.faults.isEmpty || !error.denials.isEmpty { details(&json) }
                json.field("timestamp", time)
                json.field("request_id", requestID)
            }
        }
    }

    private func details(_ json: inout JSONWriter) {
        json.object("details") { json in
            if !error.faults.isEmpty {
                json.list("faults", error.faults.prefix(100)) { json, fault in
                    json.object { json in
                        json.field("path", fault.path)
                        json.field("message", fault.message)
                    }
                }
            }
            if !error.denials.isEmpty {
                json.list("denials", error.denials) { json, finding in finding.write(&json) }
            }
            if let id = error.approvalID { json.field("approval_id", id) }
        }
    }

    static func schema(of dialect: Dialect) -> Schema {
        let text = Schema.text()
        let inner = Schema.object([
            .init("code", text, isRequired: true), .init("message", text, isRequired: true),
            .init("details", .map(.any), isRequired: false), .init("timestamp", .time, isRequired: true),
            .init("request_id", text, isRequired: true),
        ])
        let success = Schema.Property("success", .constant(false), isRequired: true)
        let flat: [Schema.Property] = [
            .init("type", .choice(["error"]), isRequired: true), .init("error_code", text, isRequired: true),
            .init("error_message", text, isRequired: true),
        ]
        let error = Schema.Property("error", inner, isRequired: true)
        return switch dialect {
        case .d000: .object([success, .init("error", text, isRequired: true)])
        case .d001: .object(flat)
        case .d003: .object([error])
        case .d003and000: .object([success, error])
        case .d003and001: .object(flat + [error])
        }
    }
}

/// {rule, scope, observed, limit, headroom}: observed with the order, headroom what the limit leaves without it. Where there is
/// nothing to measure, observed says in words what is wrong.
extension Finding: JSONWritable {
    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("rule", rule.name)
            json.field("scope", scope.name)
            if observed != 0 || used != nil {
                json.field("observed", Money(raw: observed))
            } else {
                json.field("observed", reason.text)
            }
            json.nullable("limit", observed != 0 || limit != 0 ? Money(raw: limit) : nil)
            json.nullable("headroom", headroom.map { Money(raw: $0) })
        }
    }

    public static var schema: Schema {
        .object([
            .init("rule", .text(), isRequired: true), .init("scope", .text(), isRequired: true),
            .init("observed", .any, isRequired: true), .init("limit", .any, isRequired: true),
            .init("headroom", .nullable(.number), isRequired: true),
        ])
    }
}
