import GRDB
public import Trading

extension SignalRecord {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), instrument: try row.get("instrument"), source: try row.choice("source"),
            origin: try row.get("origin"), direction: try row.choice("direction"),
            confidence: try row.get("confidence"), strength: try row.get("strength"), isUp: try row.get("is_up"),
            timeframe: try row.get("timeframe"), generatedAt: try row.time("generated_at"),
            dueAt: try row.time("due_at"))
        account = try row.optional("account")
        entry = try row.fixed("entry")
        stop = try row.fixed("stop")
        target = try row.fixed("target")
        riskReward = try row.get("risk_reward")
        marketPrice = try row.fixed("market_price")
        band = try row.fixed("band")
        sentiment = try row.optional("sentiment")
        featureCount = try row.get("feature_count")
        detailJSON = try row.get("detail")
        status = try row.choice("status")
        executedAt = try row.optionalTime("executed_at")
        isCounted = try row.get("is_counted")
        verdict = try row.choice("verdict")
        outcomePrice = try row.fixed("outcome_price")
        trade = try row.id("trade")
        bridging.state = try row.choice("bridge")
        bridging.attempts = try row.get("bridge_attempts")
        bridging.endedAt = try row.optionalTime("bridge_ended_at")
        bridging.rule = try row.get("bridge_rule")
        bridging.reason = try row.get("bridge_reason")
    }

    /// What a host begins with: the newest of each instrument and account, and those whose horizon has not passed.
    static func current(_ db: Database) throws -> [SignalRecord] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM signals WHERE verdict = 0 OR id IN (SELECT max(id) FROM signals GROUP BY instrument, account) \
                ORDER BY id
                """
        ).map(SignalRecord.init(row:))
    }
}

extension BridgeTally {
    static func stored(_ db: Database) throws -> BridgeTally {
        var tally = BridgeTally()
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT bridge, count(*) AS signals, max(bridge_ended_at) AS ended FROM signals WHERE bridge > 0 GROUP BY bridge
                """)
        {
            tally.add(try row.get("signals"), to: try row.choice("bridge"))
            if let ended = try row.optionalTime("ended") { tally.lastEndedAt = max(tally.lastEndedAt ?? ended, ended) }
        }
        return tally
    }
}

extension Journal {
    /// Newest first, and how many there are on all pages.
    public func signals(_ filter: SignalFilter) throws(JournalError) -> (signals: [SignalRecord], count: Int) {
        try attempt(path) {
            try pool.read { db in
                var query = HistoryQuery(select: "*", from: "signals", time: "generated_at", tie: "id")
                query.match("instrument", filter.instrument)
                if let accounts = filter.accounts {
                    let list = accounts.map(String.init).joined(separator: ", ")
                    let common = filter.includesCommon ? "account IS NULL OR " : ""
                    query.require("(\(common)account IN (\(list)))")
                }
                query.match("bridge", filter.bridge?.rawValue)
                query.match("status", filter.status?.rawValue)
                let (sql, arguments) = query.finished(filter.page)
                let records = try Row.fetchAll(
                    try db.cachedStatement(sql: sql), arguments: StatementArguments(arguments)
                ).map(SignalRecord.init(row:))
                let (every, values) = query.counting(filter.page)
                let count = try Int.fetchOne(
                    try db.cachedStatement(sql: every), arguments: StatementArguments(values))
                return (records, count ?? 0)
            }
        }
    }

    /// Of those that count and were made from `since` on, by instrument.
    public func signalTallies(since: Timestamp) throws(JournalError) -> [SignalTally] {
        try attempt(path) {
            try pool.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT instrument, sum(verdict = 0) AS still_open, sum(verdict = 1) AS was_right, \
                        sum(verdict = 2) AS was_wrong, sum(verdict = 3) AS unseen, \
                        sum(CASE WHEN verdict IN (1, 2) THEN confidence ELSE 0 END) AS confidence \
                        FROM signals WHERE generated_at >= ? AND is_counted = 1 GROUP BY instrument ORDER BY instrument
                        """, arguments: [since.nanoseconds])
                return try rows.map { row in
                    var tally = SignalTally(instrument: try row.get("instrument"))
                    tally.right = try row.get("was_right")
                    tally.wrong = try row.get("was_wrong")
                    tally.undecided = try row.get("still_open")
                    tally.unknown = try row.get("unseen")
                    tally.confidence = try row.get("confidence")
                    return tally
                }
            }
        }
    }
}
