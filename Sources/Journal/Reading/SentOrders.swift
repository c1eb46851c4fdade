import GRDB
import Trading

extension Journal {
    /// What a user sent, newest first.
    public func orders(sentBy user: String, limit: Int, offset: Int) throws(JournalError) -> [OrderRow] {
        try sent(
            """
            SELECT orders.* FROM sent_orders JOIN orders ON orders.id = sent_orders.order_id \
            WHERE user = ? ORDER BY order_id DESC LIMIT ? OFFSET ?
            """, [user, limit, offset])
    }

    /// nil = there is no such order, or somebody else sent it.
    public func order(id: UInt64, sentBy user: String) throws(JournalError) -> OrderRow? {
        try sent(
            """
            SELECT orders.* FROM sent_orders JOIN orders ON orders.id = sent_orders.order_id \
            WHERE user = ? AND order_id = ?
            """, [user, Int64(bitPattern: id)]
        ).first
    }

    private func sent(_ sql: String, _ arguments: StatementArguments) throws(JournalError) -> [OrderRow] {
        try attempt(path) {
            try pool.read { db in
                try Row.fetchAll(try db.cachedStatement(sql: sql), arguments: arguments).map(OrderRow.init(row:))
            }
        }
    }
}
