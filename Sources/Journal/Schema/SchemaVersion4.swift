/// What version 4 added: the audit log, a chain of hashes, with its signed heads and the parts of it that were moved into
/// files; what accounts and strategies had at the start of each day; what few orders ask for.
enum SchemaVersion4 {
    static let sql = audit + orderConditions

    /// GTD, post-only, trailing, brackets, in the form of `FactCoding`; NULL = nothing.
    private static let orderConditions = """
        ALTER TABLE orders ADD COLUMN conditions BLOB;
        ALTER TABLE decisions ADD COLUMN conditions BLOB;
        """

    private static let audit = """
        CREATE TABLE audit_log (
            sequence INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            wall_time INTEGER NOT NULL,
            event_time INTEGER NOT NULL,
            action TEXT NOT NULL,
            user TEXT NOT NULL,
            channel TEXT NOT NULL,
            account INTEGER NOT NULL,
            strategy INTEGER NOT NULL,
            generation BLOB NOT NULL,
            limits BLOB NOT NULL,
            target TEXT NOT NULL,
            detail TEXT NOT NULL,
            fact BLOB NOT NULL,
            hash BLOB NOT NULL
        );
        CREATE INDEX audit_log_by_time ON audit_log (wall_time);
        CREATE INDEX audit_log_records ON audit_log (wall_time) WHERE kind = 0;

        CREATE TABLE audit_heads (
            sequence INTEGER PRIMARY KEY,
            hash BLOB NOT NULL,
            time INTEGER NOT NULL,
            public_key BLOB NOT NULL,
            signature BLOB NOT NULL
        );

        CREATE TABLE audit_segments (
            number INTEGER PRIMARY KEY,
            first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            previous_hash BLOB NOT NULL,
            last_hash BLOB NOT NULL,
            file TEXT NOT NULL,
            time INTEGER NOT NULL
        );

        CREATE TABLE day_starts (
            scope INTEGER NOT NULL,
            number INTEGER NOT NULL,
            day INTEGER NOT NULL,
            balance TEXT NOT NULL,
            equity TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (scope, number, day)
        ) WITHOUT ROWID;

        """
}
