import CStrategyABI
import Controls
import Engine
import ScriptedStrategies
import Testing
import Trading

/// The answer to "what if" against what becomes of the very same order a moment later, on the books of random runs.
@Suite("What if")
struct WhatIfTests {
    static let seeds = Array(1...50 as ClosedRange<UInt64>)
    private static let eventCount = 700
    private static let ordersPerEvent = 3

    @Test(
        "for over 100,000 random orders the answer and the order path's verdict are the same, rule by rule, and the question leaves no trace",
        arguments: seeds)
    func agreement(seed: UInt64) throws {
        let universe = RandomUniverse(seed: seed)
        var setup = universe.setup
        setup.workingOrdersMax = max(setup.workingOrdersMax, 4096)
        var market = RandomMarket(universe, seed: seed)
        var engine = Engine(setup)
        let strategies = setup.strategies.indices.map { UnrulyStrategy($0, universe, seed: seed) }
        var commander = RandomOperator(universe, seed: seed)
        var dice = Dice(seed: seed ^ 0x5757)
        var shadow: Shadow?
        for (index, strategy) in strategies.enumerated() {
            engine.attach(strategy.script.call(), strategy: index)
            engine.enable(strategy: index)
        }
        var (asked, denied) = (0, 0)
        for _ in 0..<Self.eventCount {
            market.next().withUnsafeBufferPointer { engine.run($0) }
            if commander.acts() { commander.act(on: &engine, &shadow) }
            for _ in 0..<Self.ordersPerEvent {
                let intent = Self.order(&dice, universe)
                engine.clearFacts()
                let state = asked % 50 == 0 ? engine.durableState() : nil
                let answer = engine.assess(intent)
                if let state { #expect(engine.durableState() == state && engine.factLog.events.isEmpty) }
                let verdict = engine.submitOrder(intent)
                let findings = Self.findings(of: intent, engine.factLog)
                asked += 1
                if case .denied(let rules) = verdict {
                    denied += 1
                    let same = answer == findings && rules == answer.reduce(0) { $0 | $1.rule.mask }
                    #expect(same, "seed \(seed), order \(asked): \(answer), and then \(findings)")
                } else {
                    #expect(answer.isEmpty, "seed \(seed), order \(asked) passed: \(answer)")
                }
            }
        }
        #expect(asked == Self.eventCount * Self.ordersPerEvent && denied > asked / 20)
        // The engine calls them without owning them.
        withExtendedLifetime(strategies) {}
    }

    /// Of the first denial: what strategies send when they hear of it comes behind.
    private static func findings(of intent: OrderIntent, _ log: FactLog) -> [Finding] {
        for case .orderDenied(let denial) in log.events where denial.intent == intent {
            return Array(log.findings[denial.findings])
        }
        return []
    }

    private static func order(_ dice: inout Dice, _ universe: RandomUniverse) -> OrderIntent {
        let instrument = Int(dice.number(0...Int64(universe.setup.instruments.count - 1)))
        let terms = universe.setup.instruments[instrument].terms
        let kind = dice.pick(OrderKind.allCases)
        func price(_ dice: inout Dice) -> Price {
            Price(raw: (universe.prices[instrument] / terms.tick.raw + dice.number(-12...12)) * terms.tick.raw)
        }
        var intent = OrderIntent(
            strategy: Int32(dice.number(0...Int64(universe.setup.strategies.count - 1))),
            instrument: UInt32(instrument), tag: 0, side: dice.pick(Side.allCases), kind: kind,
            quantity: Quantity(raw: terms.lot.raw * dice.number(1...dice.pick([4, 20, 400]))),
            price: kind.hasLimitPrice ? price(&dice) : .zero, stopPrice: kind.hasStopPrice ? price(&dice) : .zero,
            timeInForce: dice.pick(TimeInForce.allCases), reduceOnly: dice.chance(1, in: 4),
            origin: dice.chance(1, in: 5) ? .liquidation : .operator)
        if dice.chance(1, in: 60) { intent.instrument = UInt32(universe.setup.instruments.count) }
        if dice.chance(1, in: 60) { intent.quantity = Quantity(raw: dice.pick([-1, 0, .min, .max])) }
        if dice.chance(1, in: 40) { intent.price = Price(raw: intent.price.raw + 1) }
        return intent
    }
}
