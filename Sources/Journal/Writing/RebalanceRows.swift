import GRDB
import Trading

extension RebalanceRecord {
    /// So many are kept.
    static let most: UInt64 = 10_000

    func upsert(_ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO rebalances (id, account, state, reason, is_forced, user, channel, started_at, updated_at, \
            detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(id)
        row.put(account)
        row.put(state.rawValue)
        row.put(reason)
        row.put(isForced)
        row.put(user)
        row.put(channel)
        row.put(startedAt)
        row.put(updatedAt)
        row.put(detailJSON)
        try row.run()
        guard id > RebalanceRecord.most else { return }
        var old = try BoundStatement(db, "DELETE FROM rebalances WHERE id <= ?")
        old.put(id - RebalanceRecord.most)
        try old.run()
    }
}
