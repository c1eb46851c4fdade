import GRDB

extension HostRows {
    /// Generations that are kept of a strategy, beside the active one.
    private static let generationsKept = 200

    static func upsert(_ record: GenerationRecord, _ db: Database) throws {
        if record.isActive {
            var others = try BoundStatement(db, "UPDATE generations SET is_active = 0 WHERE strategy = ?")
            others.put(record.strategy)
            try others.run()
        }
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO generations (strategy, number, plugin, version, sha256, is_active, loaded_at) \
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(record.strategy)
        row.put(record.number)
        row.put(record.plugin)
        row.put(record.version)
        row.put(record.sha256)
        row.put(record.isActive)
        row.put(record.loadedAt)
        try row.run()
        var old = try BoundStatement(
            db, "DELETE FROM generations WHERE strategy = ? AND number <= ? AND is_active = 0")
        old.put(record.strategy)
        old.put(record.number - generationsKept)
        try old.run()
    }
}
