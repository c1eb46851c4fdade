import GRDB
public import Trading

/// A trading session from its start to its end; the newest record of a number counts.
public struct TradingSessionRecord: Sendable, Equatable {
    public var number: UInt64
    public var id: String
    /// "paper", "collect", "backtest".
    public var kind: String
    /// "running", "completed", "stopped", "failed".
    public var state: String
    /// What was asked for, and what became of it, as JSON.
    public var requestJSON: String
    public var detailJSON: String
    public var startedBy: String
    public var startedAt: Timestamp
    /// nil = it runs.
    public var endedAt: Timestamp?
    /// Of market data, that were written.
    public var records: UInt64

    public init(
        number: UInt64, id: String, kind: String, state: String, requestJSON: String, detailJSON: String = "{}",
        startedBy: String, startedAt: Timestamp, endedAt: Timestamp? = nil, records: UInt64 = 0
    ) {
        self.number = number
        self.id = id
        self.kind = kind
        self.state = state
        self.requestJSON = requestJSON
        self.detailJSON = detailJSON
        self.startedBy = startedBy
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.records = records
    }
}

extension TradingSessionRecord {
    init(row: Row) throws {
        self.init(
            number: try row.id("number"), id: try row.get("id"), kind: try row.get("kind"),
            state: try row.get("state"), requestJSON: try row.get("request"), detailJSON: try row.get("detail"),
            startedBy: try row.get("started_by"), startedAt: try row.time("started_at"),
            endedAt: try row.optionalTime("ended_at"), records: try row.id("records"))
    }

    func upsert(_ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO trading_sessions (number, id, kind, state, request, detail, started_by, started_at, \
            ended_at, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(number)
        row.put(id)
        row.put(kind)
        row.put(state)
        row.put(requestJSON)
        row.put(detailJSON)
        row.put(startedBy)
        row.put(startedAt)
        row.put(endedAt)
        row.put(records)
        try row.run()
    }
}

extension Journal {
    /// Of one kind, newest first.
    public func tradingSessions(kind: String?, limit: Int) throws(JournalError) -> [TradingSessionRecord] {
        try attempt(path) {
            try pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: "SELECT * FROM trading_sessions WHERE kind = coalesce(?, kind) ORDER BY number DESC LIMIT ?",
                    arguments: [kind, limit]
                ).map(TradingSessionRecord.init(row:))
            }
        }
    }

    public func tradingSessionCount(kind: String) throws(JournalError) -> Int {
        try attempt(path) {
            try pool.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM trading_sessions WHERE kind = ?", arguments: [kind])
                    ?? 0
            }
        }
    }

    /// nil = there never was one of that id.
    public func tradingSession(_ id: String) throws(JournalError) -> TradingSessionRecord? {
        try attempt(path) {
            try pool.read { db in
                try Row.fetchOne(db, sql: "SELECT * FROM trading_sessions WHERE id = ?", arguments: [id])
                    .map(TradingSessionRecord.init(row:))
            }
        }
    }
}
