/// What version 9 added: rebalancings of accounts, with their orders as JSON.
enum SchemaVersion9 {
    static let sql = """
        CREATE TABLE rebalances (
            id INTEGER PRIMARY KEY,
            account INTEGER NOT NULL,
            state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            is_forced INTEGER NOT NULL,
            user TEXT NOT NULL,
            channel TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            detail TEXT NOT NULL
        );
        CREATE INDEX rebalances_under_way ON rebalances (id) WHERE state = 0;
        """
}
