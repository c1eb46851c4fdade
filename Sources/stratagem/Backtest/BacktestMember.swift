import Configuration
import Engine
import PluginHost
import Portfolio
import Trading

/// One of a backtest's strategies, before it has an instance.
struct PreparedMember {
    var strategyID: String
    var plugin: LoadedPlugin
    var isolation: StrategyIsolation
    /// Those of the strategy with what was set above them.
    var parameters: [String: ParameterValue]
    /// A refusal in the words of the place where the parameters stand.
    var reasons: (PluginRefusal) -> [String]
}

/// One of a backtest's strategies; its place is the engine's index.
struct BacktestMember {
    var strategyID: String
    var plugin: LoadedPlugin
    var instance: StrategyInstance
}

/// What one strategy of a backtest came to.
struct MemberResult {
    let strategy: String
    let plugin: String
    /// Those that it may trade, with what it holds at the end.
    let positions: [(instrument: String, position: Position)]
    /// In the plugin's order.
    let parameters: [(parameter: PluginParameter, text: String)]
    let counters: StrategyCounters
    let totals: StrategyTotals
    let performance: Performance
    /// By day, as the performance is made of.
    let returns: DailyReturns
    /// Why the strategy was stopped, or what it wrote that could not be read; empty = all was well.
    let faults: [String]

    init(
        _ index: Int, _ backtest: Backtest, _ engine: borrowing Engine, _ record: BacktestRecord,
        since begin: StrategyCounters
    ) {
        let member = backtest.members[index]
        strategy = member.strategyID
        plugin = member.plugin.id
        positions = backtest.setup.strategies[index].instruments.map {
            (backtest.instruments[$0].id, engine.position(strategy: index, instrument: $0))
        }
        let texts = member.instance.parameterTexts
        parameters = member.plugin.parameters.compactMap { parameter in
            texts.first { $0.name == parameter.name }.map { (parameter, $0.text) }
        }
        counters = engine.counters(strategy: index).since(begin)
        totals = engine.totals(strategy: index) ?? StrategyTotals()
        performance = engine.performance(strategy: index)
        returns = engine.dailyReturns(strategy: index)
        let stopped = engine.fault(strategy: index).map { ["stopped: \($0.text)"] } ?? []
        faults = stopped + record.faults.filter { $0.strategy == index }.map { "refused intents: \($0.fault.text)" }
    }

    /// How people read which strategy it is.
    var subject: String { strategy == plugin ? plugin : "\(strategy) (\(plugin))" }
    var instrumentIDs: String { positions.map(\.instrument).joined(separator: ", ") }
    var parameterJSON: JSON { .object(parameters.map { ($0.parameter.name, $0.parameter.json($0.text)) }) }

    /// Its part of several.
    func json(hasFinancing: Bool) -> JSON {
        .object(
            [
                ("strategy", .string(strategy)), ("plugin", .string(plugin)), ("instrument", .string(instrumentIDs)),
                ("parameters", parameterJSON),
            ] + counters.json(trades: performance.totalTrades) + totals.json(hasFinancing: hasFinancing)
                + [("net_pnl", .string(totals.net.description)), ("performance", performance.json)])
    }
}

extension StrategyCounters {
    func json(trades: Int) -> [(String, JSON)] {
        [
            ("orders", .integer(orders)), ("fills", .integer(fills)), ("denials", .integer(denials)),
            ("trades", .integer(trades)),
        ]
    }

    static func + (a: StrategyCounters, b: StrategyCounters) -> StrategyCounters {
        var sum = a
        sum.orders += b.orders
        sum.fills += b.fills
        sum.denials += b.denials
        return sum
    }
}

extension StrategyTotals {
    /// Of holding nothing where it could cost nothing.
    func json(hasFinancing: Bool) -> [(String, JSON)] {
        let paid: [(String, JSON)] = [
            ("funding_paid", .string(financing.funding.description)),
            ("borrow_paid", .string(financing.borrow.description)),
        ]
        return [("realized_pnl", .string(realized.description)), ("commission", .string(commission.description))]
            + (hasFinancing ? paid : [])
    }

    static func + (a: StrategyTotals, b: StrategyTotals) -> StrategyTotals {
        StrategyTotals(
            realized: a.realized + b.realized, unrealized: a.unrealized + b.unrealized,
            commission: a.commission + b.commission,
            financing: FinancingTotals(
                funding: a.financing.funding + b.financing.funding, borrow: a.financing.borrow + b.financing.borrow))
    }
}
