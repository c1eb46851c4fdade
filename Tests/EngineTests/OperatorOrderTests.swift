import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Orders of an operator under a strategy's book")
struct OperatorOrderTests {
    private static func order(
        _ side: Side, _ quantity: Quantity, instrument: UInt32 = 0, kind: OrderKind = .market, price: Price = .zero
    ) -> OrderIntent {
        OrderIntent(
            strategy: 0, instrument: instrument, tag: 77, side: side, kind: kind, quantity: quantity, price: price,
            origin: .operator)
    }

    @Test("the strategy is told of the operator's order and of the position that it makes")
    func told() {
        let strategy = ScriptedStrategy()
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100))
        #expect(bench.submit(OperatorOrderTests.order(.buy, 2)))
        bench.feed(.flat(2, 101))
        #expect(
            strategy.seen.map(\.story) == [
                "started", "bar", "external 77 accepted", "external 77 fill", "more", "position 2", "bar",
            ])
        #expect(bench.position() == 2)
    }

    @Test("orders and positions are numbered from where the engine is told to begin")
    func numbering() throws {
        let bench = Bench(.small(), [ScriptedStrategy()])
        bench.engine.number(from: 1 << 40)
        bench.feed(.flat(1, 100))
        #expect(bench.submit(OperatorOrderTests.order(.buy, 2)))
        #expect(bench.submit(OperatorOrderTests.order(.buy, 1, kind: .limit, price: 50)))
        bench.feed(.flat(2, 101))
        #expect(bench.engine.position(strategy: 0, instrument: 0).id == 1 << 40)
        #expect(bench.engine.workingOrders(instrument: 0).map(\.id) == [1 << 40 + 1])
    }

    @Test("the gate judges an operator, too, and a denial is the operator's answer, not the strategy's")
    func denied() {
        let strategy = ScriptedStrategy()
        let bench = Bench(.small(), [strategy])
        bench.feed(.flat(1, 100))
        #expect(!bench.submit(OperatorOrderTests.order(.buy, 5000)))
        #expect(bench.story == ["denied 77 risk.instrument"])
        #expect(strategy.seen.map(\.story) == ["started", "bar"])
    }

    @Test("an unknown instrument and absurd numbers are denied")
    func garbage() {
        let bench = Bench(.small(), [ScriptedStrategy()])
        bench.feed(.flat(1, 100))
        let extremes = [Int64.min, -1, 0, 1, Int64.max - 1, Int64.max]
        #expect(
            !bench.submit(OperatorOrderTests.order(.buy, 1, instrument: 9)))
        for quantity in extremes {
            for price in extremes {
                for kind in OrderKind.allCases {
                    var intent = OperatorOrderTests.order(.sell, Quantity(raw: quantity), kind: kind)
                    intent.price = Price(raw: price)
                    intent.stopPrice = Price(raw: price)
                    #expect(!bench.submit(intent))
                }
            }
        }
    }

    @Test("judging an order changes nothing")
    func judge() {
        var setup = EngineSetup.small()
        setup.systemLimits.maxOrdersPerSecond = 1
        let bench = Bench(setup, [ScriptedStrategy()])
        bench.feed(.flat(1, 100))
        for _ in 0..<5 {
            let answer = bench.judge(OperatorOrderTests.order(.buy, 2))
            #expect(answer.isApproved)
            #expect(answer.findings.isEmpty)
        }
        let denied = bench.judge(OperatorOrderTests.order(.buy, 5000))
        #expect(denied.findings.map(\.reason) == [.aboveMaximum])
        #expect(bench.facts.isEmpty)
        #expect(bench.submit(OperatorOrderTests.order(.buy, 2)))
    }

    @Test("cancels by the host's id; an id that does not work is said so")
    func cancel() {
        let bench = Bench(.small(), [ScriptedStrategy()])
        bench.feed(.flat(1, 100))
        _ = bench.submit(OperatorOrderTests.order(.buy, 1, kind: .limit, price: 50))
        #expect(!bench.cancelOrder(id: 99))
        #expect(bench.cancelOrder(id: 1))
        #expect(!bench.cancelOrder(id: 1))
        #expect(bench.story == ["accepted 77", "77 CANCELLED cancelRequested"])
        #expect(bench.strategies[0].seen.last?.story == "external 77 cancelRequested")
    }

    @Test("an operator may trade for a strategy that is disabled")
    func disabled() {
        let bench = Bench(.small(), [ScriptedStrategy()])
        bench.feed(.flat(1, 100))
        bench.engine.disable(strategy: 0)
        #expect(bench.submit(OperatorOrderTests.order(.buy, 2)))
        bench.feed(.flat(2, 100))
        #expect(bench.position() == 2)
        #expect(bench.strategies[0].seen.map(\.story) == ["started", "bar", "stopping"])
    }
}
