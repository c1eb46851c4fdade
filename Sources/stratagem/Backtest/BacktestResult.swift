import Engine
import MarketData
import PluginHost
import Portfolio
import Trading

/// What a backtest found. Money is exact; statistics are not part of the hash.
struct BacktestResult {
    /// In the engine's order.
    let strategies: [MemberResult]
    /// By index; one for each file.
    let instruments: [Instrument]
    let files: [String]
    let eventCount: Int
    let first: Timestamp
    let last: Timestamp
    let loopSeconds: Double
    /// Of all strategies, and of all accounts, together.
    let counters: StrategyCounters
    let cash: Money
    let equity: Money
    let totals: StrategyTotals
    /// Holding a position may have cost something.
    let hasFinancing: Bool
    let performance: Performance
    let stateHash: String
    let fills: [Fill]
    let trades: [RoundTrip]
    /// Why orders were denied, the most frequent reason first.
    let denialCounts: [(rule: RuleID, reason: FindingReason, count: Int)]
    /// What the run looked like.
    let picture: BacktestPicture

    init(
        _ backtest: Backtest, _ engine: borrowing Engine, _ record: BacktestRecord, _ picture: BacktestPicture,
        since begin: (time: Timestamp, counters: [StrategyCounters]), events: Int, loopSeconds: Double
    ) {
        instruments = backtest.instruments
        files = backtest.files.map(\.name)
        eventCount = events
        first = begin.time
        last = backtest.last
        self.loopSeconds = loopSeconds
        var strategies: [MemberResult] = []
        for (index, counters) in begin.counters.enumerated() {
            strategies.append(MemberResult(index, backtest, engine, record, since: counters))
        }
        self.strategies = strategies
        counters = strategies.dropFirst().reduce(strategies[0].counters) { $0 + $1.counters }
        totals = strategies.dropFirst().reduce(strategies[0].totals) { $0 + $1.totals }
        var (cash, equity) = (Money.zero, Money.zero)
        for account in backtest.setup.accounts.indices {
            cash += engine.cash(account: account, currency: 0)
            // One currency: there is nothing without a rate.
            equity += engine.equity(account: account) ?? .zero
        }
        (self.cash, self.equity) = (cash, equity)
        hasFinancing = engine.hasFinancing
        performance = engine.wholePerformance ?? engine.performance(strategy: 0)
        fills = record.fills
        trades = record.trades
        denialCounts = record.denials.sorted { $0.count > $1.count }
        self.picture = picture
        var state: [UInt8] = []
        engine.canonicalState(into: &state)
        record.hash.update(state)
        stateHash = record.hash.finish()
    }

    /// What went wrong, with whose it was where there are several.
    var faults: [String] {
        strategies.flatMap { member in
            strategies.count == 1 ? member.faults : member.faults.map { "\(member.strategy): \($0)" }
        }
    }
    var subject: String { strategies.map(\.subject).joined(separator: ", ") }
    /// Of all instruments.
    var currency: String { instruments[0].quoteCurrency }
    var instrumentIDs: String { instruments.map(\.id).joined(separator: ", ") }
    var denials: [String] { denialCounts.map { "\($0.count) × \($0.rule.name): \($0.reason.text)" } }
    var file: String { files.joined(separator: ", ") }

    var eventsPerSecond: Double { loopSeconds > 0 ? Double(eventCount) / loopSeconds : 0 }
}

extension BacktestResult {
    /// The shape that the command line promises. `wallSeconds` is the whole command. Several strategies are a list beside what
    /// they come to together; one has its name, plugin and parameters where the list would stand.
    func json(wallSeconds: Double) -> JSON {
        let sole = strategies.count == 1 ? strategies.first : nil
        let data = JSON.object([
            ("file", .string(file)), ("events", .integer(eventCount)), ("first", .string(first.description)),
            ("last", .string(last.description)),
        ])
        let money: [(String, JSON)] = [
            ("cash", .string(cash.description)), ("equity", .string(equity.description)),
        ]
        var members: [(String, JSON)] = []
        if let sole {
            members += [("strategy", .string(sole.strategy)), ("plugin", .string(sole.plugin))]
        } else {
            members.append(("strategies", .array(strategies.map { $0.json(hasFinancing: hasFinancing) })))
        }
        members += [("instrument", .string(instrumentIDs)), ("data", data)]
        if let sole { members.append(("parameters", sole.parameterJSON)) }
        members += [("events_per_second", .double(eventsPerSecond)), ("wall_seconds", .double(wallSeconds))]
        members += counters.json(trades: performance.totalTrades) + money + totals.json(hasFinancing: hasFinancing)
        return .object(members + [("performance", performance.json), ("state_hash", .string(stateHash))])
    }
}

extension PluginParameter {
    /// The value with its type; numbers in the digits of their text.
    func json(_ text: String) -> JSON {
        switch kind {
        case .boolean: .boolean(text == "true")
        case .choice: .string(text)
        case .integer, .number, .quantity, .price, .duration: .number(text)
        }
    }
}

extension Performance {
    /// An undefined statistic is null.
    var json: JSON {
        .object([
            ("total_return", .double(totalReturn)), ("annualized_return", .double(annualizedReturn)),
            ("sharpe_ratio", .double(sharpeRatio)), ("sortino_ratio", .double(sortinoRatio)),
            ("calmar_ratio", .double(calmarRatio)), ("max_drawdown", .double(maxDrawdown)),
            ("win_rate", .double(winRate)), ("profit_factor", .double(profitFactor)),
            ("expectancy", .double(expectancy)), ("total_trades", .integer(totalTrades)),
            ("avg_trade_duration", .double(averageTradeDurationSeconds)), ("exposure_time", .double(exposureTime)),
            ("volatility", .double(volatility)), ("var_95", .double(valueAtRisk95)),
        ])
    }
}
