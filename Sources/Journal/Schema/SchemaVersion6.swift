/// What version 6 added: signals, and what became of them.
enum SchemaVersion6 {
    static let sql = """
        CREATE TABLE signals (
            id INTEGER PRIMARY KEY,
            instrument INTEGER NOT NULL,
            source INTEGER NOT NULL,
            origin TEXT NOT NULL,
            account INTEGER,
            direction INTEGER NOT NULL,
            confidence REAL NOT NULL,
            strength REAL NOT NULL,
            is_up INTEGER NOT NULL,
            timeframe TEXT NOT NULL,
            entry INTEGER NOT NULL,
            stop INTEGER NOT NULL,
            target INTEGER NOT NULL,
            risk_reward REAL NOT NULL,
            market_price INTEGER NOT NULL,
            band INTEGER NOT NULL,
            sentiment REAL,
            feature_count INTEGER NOT NULL,
            detail TEXT NOT NULL,
            status INTEGER NOT NULL,
            generated_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            executed_at INTEGER,
            is_counted INTEGER NOT NULL,
            verdict INTEGER NOT NULL,
            outcome_price INTEGER NOT NULL
        );
        CREATE INDEX signals_by_time ON signals (generated_at);
        CREATE INDEX signals_by_instrument ON signals (instrument, generated_at);
        CREATE INDEX signals_undecided ON signals (id) WHERE verdict = 0;
        """
}
