/// What version 2 added: the moves of strategies between the states of their life.
enum SchemaVersion2 {
    static let sql = """
        CREATE TABLE lifecycle (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            strategy INTEGER NOT NULL,
            from_state TEXT NOT NULL,
            to_state TEXT NOT NULL,
            code TEXT NOT NULL,
            text TEXT NOT NULL,
            is_fault INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            fault_count INTEGER NOT NULL,
            restart_count INTEGER NOT NULL,
            time INTEGER NOT NULL,
            event_time INTEGER NOT NULL
        );
        CREATE INDEX lifecycle_by_strategy ON lifecycle (strategy, id);
        CREATE INDEX lifecycle_by_time ON lifecycle (time);
        CREATE INDEX lifecycle_faults ON lifecycle (time) WHERE is_fault = 1;
        """
}
