import GRDB

/// The tables, version by version. A version that was released is never edited: what changes is a new one.
enum Schema {
    /// Of the tables; also in the file's header.
    static let version = 9

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: SchemaVersion1.sql)
            try db.execute(sql: IdentityVersion1.sql)
            try db.execute(sql: "PRAGMA application_id = \(JournalFile.applicationID)")
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration("2") { db in
            try db.execute(sql: SchemaVersion2.sql)
            try db.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("3") { db in
            try db.execute(sql: SchemaVersion3.sql)
            try db.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("4") { db in
            try db.execute(sql: SchemaVersion4.sql)
            try AuditWriter.takeOver(db)
            try db.execute(sql: "PRAGMA user_version = 4")
        }
        migrator.registerMigration("5") { db in
            try db.execute(sql: SchemaVersion5.sql)
            try db.execute(sql: "PRAGMA user_version = 5")
        }
        migrator.registerMigration("6") { db in
            try db.execute(sql: SchemaVersion6.sql)
            try db.execute(sql: "PRAGMA user_version = 6")
        }
        migrator.registerMigration("7") { db in
            try db.execute(sql: SchemaVersion7.sql)
            try db.execute(sql: "PRAGMA user_version = 7")
        }
        migrator.registerMigration("8") { db in
            try db.execute(sql: SchemaVersion8.sql)
            try db.execute(sql: "PRAGMA user_version = 8")
        }
        migrator.registerMigration("9") { db in
            try db.execute(sql: SchemaVersion9.sql)
            try db.execute(sql: "PRAGMA user_version = 9")
        }
        return migrator
    }
}

/// Prices and quantities are integers (1e-9 and 1e-8), times are nanoseconds since 1970, money is decimal text: it may
/// be wider than an integer of SQLite, and whoever opens the file with another tool reads it as it is.
/// Strategies, accounts and instruments are numbers of `names`.
enum SchemaVersion1 {
    static let sql = """
        CREATE TABLE position (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            last_batch INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            last_event_time INTEGER,
            last_wall_time INTEGER
        );
        INSERT INTO position (id, last_batch, last_sequence) VALUES (1, 0, 0);

        CREATE TABLE names (
            kind INTEGER NOT NULL,
            number INTEGER NOT NULL,
            id TEXT NOT NULL,
            terms TEXT,
            PRIMARY KEY (kind, number),
            UNIQUE (kind, id)
        ) WITHOUT ROWID;

        CREATE TABLE facts (
            first_sequence INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            wall_time INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            bytes BLOB NOT NULL
        );

        CREATE TABLE checkpoints (
            sequence INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            extra BLOB NOT NULL,
            engine BLOB NOT NULL
        );

        CREATE TABLE orders (
            id INTEGER PRIMARY KEY,
            strategy INTEGER NOT NULL,
            account INTEGER NOT NULL,
            instrument INTEGER NOT NULL,
            tag INTEGER NOT NULL,
            side INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            time_in_force INTEGER NOT NULL,
            reduce_only INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            price INTEGER NOT NULL,
            stop_price INTEGER NOT NULL,
            protection INTEGER NOT NULL,
            state INTEGER NOT NULL,
            is_triggered INTEGER NOT NULL,
            filled INTEGER NOT NULL,
            filled_value TEXT NOT NULL,
            priority INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            submitted_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            wall_time INTEGER NOT NULL
        );
        CREATE INDEX orders_by_time ON orders (submitted_at);
        CREATE INDEX orders_by_strategy ON orders (strategy, submitted_at);
        CREATE INDEX orders_by_instrument ON orders (instrument, submitted_at);
        -- Filled orders are most of all and found by time; the others have small indices of their own.
        CREATE INDEX orders_working ON orders (submitted_at) WHERE state < 3;
        CREATE INDEX orders_ended_unfilled ON orders (submitted_at) WHERE state > 3;

        CREATE TABLE decisions (
            sequence INTEGER PRIMARY KEY,
            order_id INTEGER NOT NULL,
            strategy INTEGER NOT NULL,
            account INTEGER NOT NULL,
            instrument INTEGER NOT NULL,
            tag INTEGER NOT NULL,
            side INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            time_in_force INTEGER NOT NULL,
            reduce_only INTEGER NOT NULL,
            origin INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            price INTEGER NOT NULL,
            stop_price INTEGER NOT NULL,
            is_denied INTEGER NOT NULL,
            failed_rules INTEGER NOT NULL,
            findings BLOB,
            time INTEGER NOT NULL,
            wall_time INTEGER NOT NULL
        );
        CREATE INDEX denials_by_time ON decisions (time) WHERE is_denied = 1;
        CREATE INDEX denials_by_strategy ON decisions (strategy, time) WHERE is_denied = 1;
        CREATE INDEX denials_by_instrument ON decisions (instrument, time) WHERE is_denied = 1;

        CREATE TABLE denial_rules (
            rule INTEGER NOT NULL,
            time INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (rule, time, sequence)
        ) WITHOUT ROWID;

        CREATE TABLE fills (
            id INTEGER PRIMARY KEY,
            order_id INTEGER NOT NULL,
            strategy INTEGER NOT NULL,
            account INTEGER NOT NULL,
            instrument INTEGER NOT NULL,
            side INTEGER NOT NULL,
            liquidity INTEGER NOT NULL,
            price INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            value TEXT NOT NULL,
            commission TEXT NOT NULL,
            time INTEGER NOT NULL,
            wall_time INTEGER NOT NULL
        );
        CREATE INDEX fills_by_time ON fills (time);
        CREATE INDEX fills_by_strategy ON fills (strategy, time);
        CREATE INDEX fills_by_instrument ON fills (instrument, time);
        CREATE INDEX fills_by_order ON fills (order_id);

        CREATE TABLE round_trips (
            id INTEGER PRIMARY KEY,
            strategy INTEGER NOT NULL,
            instrument INTEGER NOT NULL,
            side INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            entry_time INTEGER NOT NULL,
            entry_price INTEGER NOT NULL,
            exit_time INTEGER NOT NULL,
            exit_price INTEGER NOT NULL,
            commission TEXT NOT NULL,
            pnl TEXT NOT NULL
        );
        CREATE INDEX round_trips_by_time ON round_trips (exit_time);
        CREATE INDEX round_trips_by_strategy ON round_trips (strategy, exit_time);

        CREATE TABLE stops (
            id INTEGER PRIMARY KEY,
            scope TEXT NOT NULL,
            target TEXT,
            mode TEXT NOT NULL,
            reason TEXT NOT NULL,
            triggered_by TEXT NOT NULL,
            requester TEXT NOT NULL,
            channel TEXT NOT NULL,
            is_drill INTEGER NOT NULL,
            thrown_at INTEGER NOT NULL,
            affected TEXT NOT NULL,
            resolved_at INTEGER,
            resolved_by TEXT,
            resolution TEXT
        );
        CREATE INDEX stops_active ON stops (id) WHERE resolved_at IS NULL;

        CREATE TABLE strategy_settings (
            strategy TEXT PRIMARY KEY,
            file_hash TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            configuration TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            time INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE strategy_states (
            strategy INTEGER PRIMARY KEY,
            schema_version INTEGER NOT NULL,
            schema_hash INTEGER NOT NULL,
            time INTEGER NOT NULL,
            bytes BLOB NOT NULL
        );

        CREATE TABLE limits (
            scope INTEGER NOT NULL,
            id TEXT NOT NULL,
            json TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (scope, id)
        ) WITHOUT ROWID;

        CREATE TABLE idempotency (
            user TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            order_id INTEGER NOT NULL,
            denial_id INTEGER NOT NULL,
            answer TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (user, key)
        ) WITHOUT ROWID;
        CREATE INDEX idempotency_by_time ON idempotency (time);

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            user TEXT NOT NULL,
            channel TEXT NOT NULL,
            action TEXT NOT NULL,
            target TEXT NOT NULL,
            detail TEXT NOT NULL
        );
        CREATE INDEX audit_by_time ON audit (time);
        """
}
