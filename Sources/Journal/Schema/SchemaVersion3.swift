/// What version 3 added: the generations of strategies' code.
enum SchemaVersion3 {
    static let sql = """
        CREATE TABLE generations (
            strategy TEXT NOT NULL,
            number INTEGER NOT NULL,
            plugin TEXT NOT NULL,
            version TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            is_active INTEGER NOT NULL,
            loaded_at INTEGER NOT NULL,
            PRIMARY KEY (strategy, number)
        ) WITHOUT ROWID;
        """
}
