import GRDB
public import Trading

// Queries beside the writer, on connections of their own: they wait for nothing, and nothing waits for them.

extension Journal {
    /// Orders as they stand, by their submission, newest first.
    public func orders(_ filter: OrderFilter) throws(JournalError) -> [OrderRow] {
        try rows(filter.query, filter.page, OrderRow.init(row:))
    }

    /// One order; nil = the journal has none of this id.
    public func order(id: UInt64) throws(JournalError) -> OrderRow? {
        var query = HistoryQuery(select: "*", from: "orders", time: "submitted_at", tie: "id")
        query.match("id", Int(Int64(bitPattern: id)))
        return try rows(query, HistoryPage(limit: 1), OrderRow.init(row:)).first
    }

    public func fills(_ filter: FillFilter) throws(JournalError) -> [FillRow] {
        try rows(filter.query, filter.page, FillRow.init(row:))
    }

    /// What the gate refused, newest first.
    public func denials(_ filter: DenialFilter) throws(JournalError) -> [DecisionRow] {
        try rows(filter.query, filter.page, DecisionRow.init(row:))
    }

    /// One verdict of the gate, by the number of its fact.
    public func decision(sequence: UInt64) throws(JournalError) -> DecisionRow? {
        var query = HistoryQuery(select: "*", from: "decisions", time: "time", tie: "sequence")
        query.match("sequence", Int(Int64(bitPattern: sequence)))
        return try rows(query, HistoryPage(limit: 1), DecisionRow.init(row:)).first
    }

    public func roundTrips(_ filter: RoundTripFilter) throws(JournalError) -> [RoundTrip] {
        try rows(filter.query, filter.page, RoundTrip.init(row:))
    }

    /// What an account or a strategy had at the start of each day that was seen, in their order.
    public func dayStarts(_ scope: LimitScope, _ index: Int) throws(JournalError) -> [DayStart] {
        try attempt(path) {
            try pool.read { db in
                let statement = try db.cachedStatement(
                    sql: "SELECT * FROM day_starts WHERE scope = ? AND number = ? ORDER BY day")
                return try Row.fetchAll(statement, arguments: [Int(scope.rawValue), index]).map(DayStart.init(row:))
            }
        }
    }

    /// All stops ever thrown, newest first.
    public func stops(_ page: HistoryPage = HistoryPage()) throws(JournalError) -> [StopRecord] {
        try rows(HistoryQuery(select: "*", from: "stops", time: "thrown_at", tie: "id"), page, StopRecord.init(row:))
    }

    /// One trade of the execution engine; nil = the journal has none of this id.
    public func trade(id: UInt64) throws(JournalError) -> TradeRecord? {
        var query = HistoryQuery(select: "*", from: "trades", time: "requested_at", tie: "id")
        query.match("id", Int(Int64(bitPattern: id)))
        return try rows(query, HistoryPage(limit: 1), TradeRecord.init(row:)).first
    }

    /// What people did, newest first.
    public func audit(_ page: HistoryPage = HistoryPage()) throws(JournalError) -> [AuditRow] {
        var query = HistoryQuery(select: "*", from: "audit_log", time: "wall_time", tie: "sequence")
        query.require("kind = 0")
        return try rows(query, page) { row in
            let entry = try AuditEntry(row: row)
            var record = AuditRecord(
                time: entry.wallTime, user: entry.user, channel: entry.channel, action: entry.action,
                target: entry.target, detailJSON: entry.detail)
            record.account = entry.account
            record.strategy = entry.strategy
            return AuditRow(id: entry.sequence, record: record)
        }
    }

    /// Moves of strategies, or of one, newest first.
    public func lifecycle(
        strategy: Int? = nil, _ page: HistoryPage = HistoryPage()
    ) throws(JournalError) -> [LifecycleRecord] {
        var query = HistoryQuery(select: "*", from: "lifecycle", time: "time", tie: "id")
        query.match("strategy", strategy)
        return try rows(query, page, LifecycleRecord.init(row:))
    }

    private func rows<Value>(
        _ query: HistoryQuery, _ page: HistoryPage, _ decode: (Row) throws -> Value
    ) throws(JournalError) -> [Value] {
        try attempt(path) {
            try pool.read { db in
                let (sql, arguments) = query.finished(page)
                let rows = try Row.fetchCursor(
                    try db.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
                var result: [Value] = []
                while let row = try rows.next() { result.append(try decode(row)) }
                return result
            }
        }
    }
}
