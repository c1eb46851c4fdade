/// What version 5 added.
enum SchemaVersion5 {
    static let sql = approvals

    /// Orders that wait for a second person. Strategy and instrument by name: their numbers change with the folders.
    private static let approvals = """
        CREATE TABLE approvals (
            id INTEGER PRIMARY KEY,
            order_fact BLOB NOT NULL,
            strategy TEXT NOT NULL,
            instrument TEXT NOT NULL,
            sender TEXT NOT NULL,
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            requested_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            decided_by TEXT,
            decided_at INTEGER,
            reason TEXT,
            order_id INTEGER NOT NULL
        );
        CREATE INDEX approvals_pending ON approvals (id) WHERE state = 'pending';

        """
}
