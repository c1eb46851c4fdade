import NIOCore
import Trading

// The audit log for other programs: JSON lines, or a table of comma-separated values (RFC 4180).

extension AuditLine: JSONWritable {
    public static var schema: Schema { JSONWriter.describe { AuditLine.example.write(&$0) } }

    static var example: AuditLine {
        AuditLine(
            sequence: 1, wallTime: Timestamp(nanoseconds: 0), eventTime: Timestamp(nanoseconds: 0),
            action: "order.denied")
    }

    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("sequence", sequence)
            json.field("wall_time", wallTime)
            json.field("event_time", eventTime)
            json.field("action", action)
            json.field("user", user)
            json.field("channel", channel)
            json.nullable("account_id", account)
            json.nullable("strategy_id", strategy)
            json.field("generation", generation)
            json.field("limit_set", limits)
            json.field("target", target)
            json.nullable("instrument", order?.instrument)
            json.nullable("side", order?.intent.side.name)
            json.nullable("order_kind", order?.intent.kind.name)
            json.nullable("quantity", order?.intent.quantity)
            json.nullable("price", order.flatMap { $0.intent.kind.hasLimitPrice ? $0.intent.price : nil })
            json.nullable("stop_price", order.flatMap { $0.intent.kind.hasStopPrice ? $0.intent.stopPrice : nil })
            json.field("findings", findings)
            json.field("detail", detail)
            json.field("hash", hash)
        }
    }

    /// One line of JSON, without its end.
    public var jsonText: String {
        var json = JSONWriter()
        write(&json)
        return String(buffer: json.buffer)
    }

    public static let csvHeader = """
        sequence,wall_time,event_time,action,user,channel,account_id,strategy_id,generation,limit_set,target,instrument,\
        side,order_kind,quantity,price,stop_price,failed_rules,detail,hash
        """

    /// One line of the table, without its end.
    public var csvText: String { fields.map(AuditLine.quoted).joined(separator: ",") }

    /// Whether a text is in it, in whatever case of letters.
    public func holds(_ text: String) -> Bool {
        let text = text.lowercased()
        return fields.contains { $0.lowercased().contains(text) }
    }

    /// In the order of the table's columns.
    private var fields: [String] {
        let intent = order?.intent
        return [
            String(sequence), wallTime.description, eventTime.description, action, user, channel, account ?? "",
            strategy ?? "", generation, limits, target, order?.instrument ?? "", intent?.side.name ?? "",
            intent?.kind.name ?? "", intent?.quantity.description ?? "",
            intent.map { $0.kind.hasLimitPrice ? $0.price.description : "" } ?? "",
            intent.map { $0.kind.hasStopPrice ? $0.stopPrice.description : "" } ?? "", failedRules, detail, hash,
        ]
    }

    /// "risk.order-size 12 > 10; risk.trading-state".
    private var failedRules: String {
        findings.map { finding in
            finding.observed == 0 && finding.limit == 0
                ? finding.rule.name
                : "\(finding.rule.name) \(Money(raw: finding.observed)) > \(Money(raw: finding.limit))"
        }.joined(separator: "; ")
    }

    /// A table calculation takes a text with such a beginning for a formula.
    private static func quoted(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t".contains($0) } ?? false
        let text = isFormula ? "'" + text : text
        guard text.contains(where: { "\",\r\n".contains($0) || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
