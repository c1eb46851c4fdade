import Engine
import MarketData
import PluginHost
import Portfolio
import Trading

/// What a backtest found. Money is exact; statistics are not part of the hash.
struct BacktestResult {
    let strategy: String
    let plugin: String
    /// By index; one for each file.
    let instruments: [Instrument]
    let files: [String]
    let eventCount: Int
    let first: Timestamp
    let last: Timestamp
    /// In the plugin's order.
    let parameters: [(parameter: PluginParameter, text: String)]
    let loopSeconds: Double
    let counters: StrategyCounters
    let cash: Money
    let equity: Money
    let totals: StrategyTotals
    /// Holding a position may have cost something.
    let hasFinancing: Bool
    /// By instrument.
    let positions: [Position]
    let performance: Performance
    /// By day, as the performance is made of.
    let returns: DailyReturns
    let stateHash: String
    let fills: [Fill]
    let trades: [RoundTrip]
    /// Why orders were denied, the most frequent reason first.
    let denialCounts: [(rule: RuleID, reason: FindingReason, count: Int)]
    /// What the run looked like.
    let picture: BacktestPicture
    /// Why the strategy was stopped, or what it wrote that could not be read; empty = all was well.
    let faults: [String]

    init(
        _ backtest: Backtest, _ engine: borrowing Engine, _ record: BacktestRecord, _ picture: BacktestPicture,
        since begin: (time: Timestamp, counters: StrategyCounters), events: Int, loopSeconds: Double
    ) {
        strategy = backtest.strategyID
        plugin = backtest.plugin.id
        instruments = backtest.instruments
        files = backtest.files.map(\.name)
        eventCount = events
        first = begin.time
        last = backtest.last
        let texts = backtest.instance.parameterTexts
        parameters = backtest.plugin.parameters.compactMap { parameter in
            texts.first { $0.name == parameter.name }.map { (parameter, $0.text) }
        }
        self.loopSeconds = loopSeconds
        counters = engine.counters(strategy: 0).since(begin.counters)
        cash = engine.cash(account: 0, currency: 0)
        // One currency: there is nothing without a rate.
        equity = engine.equity(account: 0) ?? .zero
        totals = engine.totals(strategy: 0) ?? StrategyTotals()
        hasFinancing = engine.hasFinancing
        positions = backtest.instruments.indices.map { engine.position(strategy: 0, instrument: $0) }
        performance = engine.performance(strategy: 0)
        returns = engine.dailyReturns(strategy: 0)
        fills = record.fills
        trades = record.trades
        denialCounts = record.denials.sorted { $0.count > $1.count }
        self.picture = picture
        let stopped = engine.fault(strategy: 0).map { ["stopped: \($0.text)"] } ?? []
        faults = stopped + record.faults.map { "refused intents: \($0.text)" }
        var state: [UInt8] = []
        engine.canonicalState(into: &state)
        record.hash.update(state)
        stateHash = record.hash.finish()
    }

    /// Of all instruments.
    var currency: String { instruments[0].quoteCurrency }
    var instrumentIDs: String { instruments.map(\.id).joined(separator: ", ") }
    var denials: [String] { denialCounts.map { "\($0.count) × \($0.rule.name): \($0.reason.text)" } }
    var file: String { files.joined(separator: ", ") }

    var eventsPerSecond: Double { loopSeconds > 0 ? Double(eventCount) / loopSeconds : 0 }
}

extension BacktestResult {
    /// The shape that the command line promises. `wallSeconds` is the whole command.
    func json(wallSeconds: Double) -> JSON {
        .object(
            [
                ("strategy", .string(strategy)), ("plugin", .string(plugin)), ("instrument", .string(instrumentIDs)),
                (
                    "data",
                    .object([
                        ("file", .string(file)), ("events", .integer(eventCount)),
                        ("first", .string(first.description)),
                        ("last", .string(last.description)),
                    ])
                ),
                ("parameters", .object(parameters.map { ($0.parameter.name, $0.parameter.json($0.text)) })),
                ("events_per_second", .double(eventsPerSecond)), ("wall_seconds", .double(wallSeconds)),
                ("orders", .integer(counters.orders)), ("fills", .integer(counters.fills)),
                ("denials", .integer(counters.denials)), ("trades", .integer(performance.totalTrades)),
                ("cash", .string(cash.description)), ("equity", .string(equity.description)),
                ("realized_pnl", .string(totals.realized.description)),
                ("commission", .string(totals.commission.description)),
            ] + financingJSON + [("performance", performance.json), ("state_hash", .string(stateHash))])
    }
}

extension BacktestResult {
    /// Nothing where nothing could cost anything.
    private var financingJSON: [(String, JSON)] {
        guard hasFinancing else { return [] }
        return [
            ("funding_paid", .string(totals.financing.funding.description)),
            ("borrow_paid", .string(totals.financing.borrow.description)),
        ]
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
