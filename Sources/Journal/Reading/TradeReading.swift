import GRDB
import Trading

extension TradeRecord {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), strategy: try row.get("strategy"), account: try row.get("account"),
            instrument: try row.get("instrument"), side: try row.choice("side"), requestJSON: try row.get("request"),
            user: try row.get("user"), channel: try row.get("channel"), requestedAt: try row.time("requested_at"),
            dueAt: try row.time("due_at"))
        state = try row.choice("state")
        updatedAt = try row.time("updated_at")
        filledAt = try row.optionalTime("filled_at")
        orderID = try row.id("order_id")
        isEntryDone = try row.get("is_entry_done")
        reference = try row.fixed("reference")
        filled = try row.fixed("filled")
        filledValue = try row.money("filled_value")
        held = try row.fixed("held")
        cost = try row.money("cost")
        realized = try row.money("realized")
        commission = try row.money("commission")
        note = try row.get("note")
    }
}
