import GRDB
import Trading

extension HostRows {
    static func upsert(_ record: TradeRecord, _ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO trades (id, strategy, account, instrument, side, state, request, user, channel, \
            requested_at, due_at, updated_at, filled_at, order_id, is_entry_done, reference, filled, filled_value, \
            held, cost, realized, commission, note) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(record.id)
        row.put(record.strategy)
        row.put(record.account)
        row.put(record.instrument)
        row.put(record.side.rawValue)
        row.put(record.state.rawValue)
        row.put(record.requestJSON)
        row.put(record.user)
        row.put(record.channel)
        row.put(record.requestedAt)
        row.put(record.dueAt)
        row.put(record.updatedAt)
        row.put(record.filledAt)
        row.put(record.orderID)
        row.put(record.isEntryDone)
        row.put(record.reference)
        row.put(record.filled)
        row.put(record.filledValue)
        row.put(record.held)
        row.put(record.cost)
        row.put(record.realized)
        row.put(record.commission)
        row.put(record.note)
        try row.run()
    }
}
