import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Halted and reducing, in every scope")
struct TradingStateTests {
    /// Two strategies of two accounts over two instruments; each holds 2 of both, then sends what `wanted` says.
    private static func holding(_ wanted: @escaping (_ instrument: UInt32) -> [IntentRecord]) -> Bench {
        let strategies = (0..<2).map { _ in
            ScriptedStrategy { event, _ in
                guard event.story == "bar" else { return [] }
                switch (event.time - Timestamp.minute(0).nanoseconds) / 60_000_000_000 {
                case 1: return [.submit(.buy, 2, tag: 1, instrument: event.instrument)]
                case 3: return wanted(event.instrument)
                default: return []
                }
            }
        }
        let bench = Bench(.small(instruments: 2, strategies: 2, accounts: 2), strategies)
        for minute in 1...2 as ClosedRange<Int64> {
            bench.feed(.flat(minute, 100), .flat(minute, 100, instrument: 1))
        }
        _ = bench.news()
        return bench
    }

    private static let scopes: [(LimitScope, Int)] = [(.system, 0), (.account, 1), (.strategy, 0), (.instrument, 1)]

    /// Whether a scope covers an order of a strategy (whose account has the same number) in an instrument.
    private static func covers(_ scope: (LimitScope, Int), strategy: Int, instrument: Int) -> Bool {
        switch scope.0 {
        case .system: true
        case .account, .strategy: scope.1 == strategy
        case .instrument: scope.1 == instrument
        }
    }

    @Test("halted: no strategy order passes under the scope, reducing or not; others pass", arguments: scopes)
    func halted(scope: (LimitScope, Int)) {
        let bench = TradingStateTests.holding { instrument in
            [
                .submit(.buy, 1, tag: 2, instrument: instrument),
                .submit(.sell, 1, tag: 3, reduceOnly: true, instrument: instrument),
            ]
        }
        bench.engine.setTradingState(.halted, scope: scope.0, index: scope.1)
        bench.feed(.flat(3, 100), .flat(3, 100, instrument: 1))
        for (fact, cell) in zip(TradingStateTests.pairs(bench), TradingStateTests.cells) {
            let isCovered = TradingStateTests.covers(scope, strategy: cell.strategy, instrument: cell.instrument)
            #expect(
                fact
                    == (isCovered
                        ? ["denied 2 risk.trading-state", "denied 3 risk.trading-state"]
                        : ["accepted 2", "accepted 3"]),
                "strategy \(cell.strategy), instrument \(cell.instrument)")
        }
    }

    @Test("reducing: only what shrinks the strategy's position passes under the scope", arguments: scopes)
    func reducing(scope: (LimitScope, Int)) {
        let bench = TradingStateTests.holding { instrument in
            [
                .submit(.buy, 1, tag: 2, instrument: instrument), .submit(.sell, 1, tag: 3, instrument: instrument),
            ]
        }
        bench.engine.setTradingState(.reducing, scope: scope.0, index: scope.1)
        bench.feed(.flat(3, 100), .flat(3, 100, instrument: 1))
        for (fact, cell) in zip(TradingStateTests.pairs(bench), TradingStateTests.cells) {
            let isCovered = TradingStateTests.covers(scope, strategy: cell.strategy, instrument: cell.instrument)
            #expect(fact == [isCovered ? "denied 2 risk.trading-state" : "accepted 2", "accepted 3"])
        }
    }

    /// The events of `holding` reach the strategies in this order.
    private static let cells = [(0, 0), (1, 0), (0, 1), (1, 1)].map { (strategy: $0.0, instrument: $0.1) }

    private static func pairs(_ bench: Bench) -> [[String]] {
        let news = bench.news().dropFirst()
        return stride(from: 1, to: news.count + 1, by: 2).map { Array(news[$0...($0 + 1)]) }
    }

    @Test("the strategies that a latch covers are told, the others not", arguments: scopes)
    func told(scope: (LimitScope, Int)) {
        let bench = TradingStateTests.holding { _ in [] }
        bench.engine.setTradingState(.reducing, scope: scope.0, index: scope.1)
        for strategy in 0..<2 {
            // Both strategies are bound to both instruments.
            let isCovered = [.system, .instrument].contains(scope.0) || scope.1 == strategy
            #expect((bench.strategies[strategy].seen.last?.story == "state 1") == isCovered)
        }
    }

    @Test("a release lets orders pass again; the strictest scope wins until then")
    func release() {
        let strategy = ScriptedStrategy { event, _ in event.story == "bar" ? [.submit(.buy, 1, tag: 1)] : [] }
        let bench = Bench(.small(), [strategy])
        bench.engine.setTradingState(.halted, scope: .system)
        bench.engine.setTradingState(.halted, scope: .account, index: 0)
        bench.feed(.flat(1, 100))
        bench.engine.setTradingState(.active, scope: .system)
        bench.feed(.flat(2, 100))
        bench.engine.setTradingState(.active, scope: .account, index: 0)
        bench.feed(.flat(3, 100))
        #expect(
            bench.story == [
                "system 0 halted", "account 0 halted", "denied 1 risk.trading-state", "system 0 active",
                "denied 1 risk.trading-state", "account 0 active", "accepted 1",
            ])
    }

    @Test("while halted cancels pass, a modify does not, and what rests still trades")
    func haltedCancelAndRest() {
        let bench = Bench(script: [
            [.submit(.buy, 1, .limit, tag: 1, at: 95), .submit(.buy, 1, .limit, tag: 2, at: 90)],
            [.modify(tag: 1, quantity: 1, at: 96), .cancel(tag: 2)],
        ])
        bench.feed(.flat(1, 100))
        bench.engine.setTradingState(.halted, scope: .system)
        bench.feed(.flat(2, 100), .bar(3, 100, 100, 94, 95))
        #expect(
            bench.story.suffix(4) == [
                "denied 1 risk.trading-state", "2 CANCELLED cancelRequested", "order 1 filled BUY 1 at 95",
                "1 FILLED fill",
            ])
    }

    @Test("while halted an operator may only reduce")
    func haltedOperator() {
        let bench = TradingStateTests.holding { _ in [] }
        bench.engine.setTradingState(.halted, scope: .system)
        func order(_ side: Side, reduceOnly: Bool) -> OrderIntent {
            OrderIntent(
                strategy: 0, instrument: 0, tag: 0, side: side, kind: .market, quantity: 1, reduceOnly: reduceOnly,
                origin: .operator)
        }
        _ = bench.submit(order(.buy, reduceOnly: false))
        _ = bench.submit(order(.sell, reduceOnly: false))
        _ = bench.submit(order(.sell, reduceOnly: true))
        #expect(
            bench.news().dropFirst() == ["denied 0 risk.trading-state", "denied 0 risk.trading-state", "accepted 0"])
    }
}
