/// What version 8 added: what the bridge made of a signal, and the trade that executed it (0 = none did).
enum SchemaVersion8 {
    static let sql = """
        ALTER TABLE signals ADD COLUMN trade INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE signals ADD COLUMN bridge INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE signals ADD COLUMN bridge_attempts INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE signals ADD COLUMN bridge_ended_at INTEGER;
        ALTER TABLE signals ADD COLUMN bridge_rule TEXT NOT NULL DEFAULT '';
        ALTER TABLE signals ADD COLUMN bridge_reason TEXT NOT NULL DEFAULT '';
        CREATE INDEX signals_by_bridge ON signals (bridge, generated_at) WHERE bridge > 0;
        """
}
