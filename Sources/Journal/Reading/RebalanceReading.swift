import GRDB
import Trading

extension RebalanceRecord {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), account: try row.get("account"), state: try row.choice("state"),
            reason: try row.get("reason"), isForced: try row.get("is_forced"), user: try row.get("user"),
            channel: try row.get("channel"), startedAt: try row.time("started_at"))
        updatedAt = try row.time("updated_at")
        detailJSON = try row.get("detail")
    }

    /// What a host begins with: those under way, and of each account the newest and the newest that did something.
    static func current(_ db: Database) throws -> [RebalanceRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM rebalances WHERE state = 0 \
                OR id IN (SELECT max(id) FROM rebalances GROUP BY account, state = 2) ORDER BY id
                """
        ).map(RebalanceRecord.init(row:))
    }
}
