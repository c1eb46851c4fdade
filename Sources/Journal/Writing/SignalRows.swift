import GRDB
import Trading

extension SignalRecord {
    /// Older ones go, by the market's time and by their number.
    static let days: Int64 = 31
    static let most = 500_000
    /// What is too old is looked for so often.
    private static let trimEvery: UInt64 = 256

    func upsert(_ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO signals (id, instrument, source, origin, account, direction, confidence, strength, is_up, \
            timeframe, entry, stop, target, risk_reward, market_price, band, sentiment, feature_count, detail, status, \
            generated_at, due_at, executed_at, is_counted, verdict, outcome_price, trade, bridge, bridge_attempts, \
            bridge_ended_at, bridge_rule, bridge_reason) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(id)
        row.put(instrument)
        row.put(source.rawValue)
        row.put(origin)
        if let account { row.put(account) } else { row.putNull() }
        row.put(direction.rawValue)
        row.put(confidence)
        row.put(strength)
        row.put(isUp)
        row.put(timeframe)
        row.put(entry)
        row.put(stop)
        row.put(target)
        row.put(riskReward)
        row.put(marketPrice)
        row.put(band)
        if let sentiment { row.put(sentiment) } else { row.putNull() }
        row.put(featureCount)
        row.put(detailJSON)
        row.put(status.rawValue)
        row.put(generatedAt)
        row.put(dueAt)
        row.put(executedAt)
        row.put(isCounted)
        row.put(verdict.rawValue)
        row.put(outcomePrice)
        row.put(trade)
        row.put(bridging.state.rawValue)
        row.put(bridging.attempts)
        row.put(bridging.endedAt)
        row.put(bridging.rule)
        row.put(bridging.reason)
        try row.run()
        if id % SignalRecord.trimEvery == 0 { try trim(db) }
    }

    private func trim(_ db: Database) throws {
        var row = try BoundStatement(db, "DELETE FROM signals WHERE generated_at < ? OR id <= ?")
        row.put(generatedAt.nanoseconds - SignalRecord.days * Timestamp.nanosecondsPerDay)
        row.put(Int64(bitPattern: id) - Int64(SignalRecord.most))
        try row.run()
    }
}
