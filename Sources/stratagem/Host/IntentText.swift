import CStrategyABI
import Trading

/// Intents for people, a line each; what cannot be read is shown by its numbers.
enum IntentText {
    static func lines(_ records: [IntentRecord], instruments: [String]) -> [String] {
        records.filter { $0.type != UInt16(STRATEGY_INTENT_MORE) }.map { record in
            let index = Int(record.instrument)
            let name = instruments.indices.contains(index) ? instruments[index] : "instrument \(index)"
            switch Int(record.type) {
            case STRATEGY_INTENT_SUBMIT: return "submit \(order(record)) \(name) (tag \(record.tag))"
            case STRATEGY_INTENT_MODIFY: return "modify \(name) (tag \(record.tag))"
            case STRATEGY_INTENT_CANCEL: return "cancel \(name) (tag \(record.tag))"
            case STRATEGY_INTENT_TIMER:
                let due = Timestamp(nanoseconds: Int64(bitPattern: record.payload.0))
                return due.nanoseconds == 0 ? "timer \(record.tag) dropped" : "timer \(record.tag) at \(due)"
            case STRATEGY_INTENT_SIGNAL: return "signal \(name) \(Double(bitPattern: record.payload.0))"
            case STRATEGY_INTENT_METRIC: return "metric \(name)"
            case STRATEGY_INTENT_LOG: return "log: \(text(record))"
            default: return "intent of type \(record.type), \(name), tag \(record.tag)"
            }
        }
    }

    private static func order(_ record: IntentRecord) -> String {
        let order = unsafeBitCast(record, to: strategy_submit_v1_t.self)
        var words = [
            Side(rawValue: order.side)?.name ?? "side \(order.side)",
            Quantity(raw: order.quantity).description,
            OrderKind(rawValue: order.kind)?.name ?? "kind \(order.kind)",
        ]
        if order.price != 0 { words.append("at \(Price(raw: order.price))") }
        if order.stop_price != 0 { words.append("stop \(Price(raw: order.stop_price))") }
        return words.joined(separator: " ")
    }

    private static func text(_ record: IntentRecord) -> String {
        let line = unsafeBitCast(record, to: strategy_log_v1_t.self)
        return withUnsafeBytes(of: line.text) { bytes in
            String(decoding: bytes.prefix(min(bytes.count, Int(line.length))), as: UTF8.self)
        }.printable
    }
}
