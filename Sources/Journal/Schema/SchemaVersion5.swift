/// What version 5 added: orders that wait for a second person, trades of the execution engine, who sent which order, the
/// sessions of clients, second factors of users, settings of the host and trading sessions.
enum SchemaVersion5 {
    static let sql = approvals + trades + sentOrders + clientSessions + secondFactors + settings + tradingSessions

    /// Orders that wait for a second person. Strategy and instrument by name: their numbers change with the folders.
    private static let approvals = """
        CREATE TABLE approvals (
            id INTEGER PRIMARY KEY,
            order_fact BLOB NOT NULL,
            strategy TEXT NOT NULL,
            instrument TEXT NOT NULL,
            sender TEXT NOT NULL,
            sender_id TEXT NOT NULL,
            sender_person TEXT NOT NULL,
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

    private static let trades = """
        CREATE TABLE trades (
            id INTEGER PRIMARY KEY,
            strategy INTEGER NOT NULL,
            account INTEGER NOT NULL,
            instrument INTEGER NOT NULL,
            side INTEGER NOT NULL,
            state INTEGER NOT NULL,
            request TEXT NOT NULL,
            user TEXT NOT NULL,
            channel TEXT NOT NULL,
            requested_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            filled_at INTEGER,
            order_id INTEGER NOT NULL,
            is_entry_done INTEGER NOT NULL,
            reference INTEGER NOT NULL,
            filled INTEGER NOT NULL,
            filled_value TEXT NOT NULL,
            held INTEGER NOT NULL,
            cost TEXT NOT NULL,
            realized TEXT NOT NULL,
            commission TEXT NOT NULL,
            note TEXT NOT NULL
        );
        CREATE INDEX trades_not_over ON trades (id) WHERE state < 2;

        """

    private static let sentOrders = """
        CREATE TABLE sent_orders (
            user TEXT NOT NULL,
            order_id INTEGER NOT NULL,
            PRIMARY KEY (user, order_id)
        ) WITHOUT ROWID;

        """

    private static let clientSessions = """
        CREATE TABLE client_sessions (
            id TEXT PRIMARY KEY,
            user TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_activity INTEGER NOT NULL
        ) WITHOUT ROWID;

        """

    /// Secrets are encrypted, recovery codes are hashes.
    private static let secondFactors = """
        CREATE TABLE second_factors (
            user_id INTEGER PRIMARY KEY,
            sealed_secret BLOB NOT NULL,
            is_enabled INTEGER NOT NULL,
            last_step INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        );

        CREATE TABLE recovery_codes (
            user_id INTEGER NOT NULL,
            hash TEXT NOT NULL,
            used_at INTEGER,
            PRIMARY KEY (user_id, hash)
        ) WITHOUT ROWID;

        """

    /// What clients set of the host itself, by name; a value is a text.
    private static let settings = """
        CREATE TABLE host_settings (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL,
            changed_by TEXT NOT NULL,
            time INTEGER NOT NULL
        ) WITHOUT ROWID;

        """

    private static let tradingSessions = """
        CREATE TABLE trading_sessions (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            request TEXT NOT NULL,
            detail TEXT NOT NULL,
            started_by TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            records INTEGER NOT NULL
        );
        CREATE INDEX trading_sessions_running ON trading_sessions (number) WHERE ended_at IS NULL;
        CREATE INDEX trading_sessions_by_kind ON trading_sessions (kind, number);

        """
}
