import Controls
import Engine
import ScriptedStrategies
import Trading

/// What an operator does between two events, out of a seed: latches, limits, orders, cancels, starts and stops.
struct RandomOperator {
    private var dice: Dice
    private let universe: RandomUniverse
    /// The limits that the last command set: the one thing that no fact says.
    private(set) var newLimits: (limits: LimitSet, scope: LimitScope, index: Int)?

    /// False: orders take the place of commands about latches.
    private let touchesLatches: Bool

    init(_ universe: RandomUniverse, seed: UInt64, touchesLatches: Bool = true) {
        dice = Dice(seed: seed ^ 0x0F0F_1234)
        self.universe = universe
        self.touchesLatches = touchesLatches
    }

    /// Whether there is something to do after this event.
    mutating func acts() -> Bool { dice.chance(1, in: 30) }

    /// One command; limits that were set are told to the shadow, everything else stands in the facts.
    mutating func act(on engine: inout Engine, _ shadow: inout Shadow?) {
        newLimits = nil
        let setup = universe.setup
        let strategy = Int(dice.number(0...Int64(setup.strategies.count - 1)))
        switch dice.number(0...19) {
        case 0...4 where !touchesLatches: _ = engine.submitOrder(order(strategy))
        case 0, 1:
            let (scope, index) = scope()
            let state = dice.pick([TradingState.active, .active, .active, .reducing, .halted])
            engine.setTradingState(state, scope: scope, index: index)
        case 2...4:
            for (scope, index) in allScopes() { engine.setTradingState(.active, scope: scope, index: index) }
        case 5, 6: engine.disable(strategy: strategy, policy: dice.pick(StopPolicy.allCases))
        case 7...9: engine.enable(strategy: strategy)
        case 10...12: _ = engine.submitOrder(order(strategy))
        case 13:
            let instrument = Int(dice.number(0...Int64(setup.instruments.count - 1)))
            let working = engine.workingOrders(instrument: instrument)
            engine.cancelOrder(id: working.isEmpty || dice.chance(1, in: 5) ? 999_999 : dice.pick(working).id)
        case 14:
            let terms = RandomUniverse.protection(&dice)
            let instrument = Int(dice.number(0...Int64(setup.instruments.count - 1)))
            engine.setProtection(strategy: strategy, instrument: dice.chance(1, in: 2) ? nil : instrument, terms)
        case 19: engine.releaseRunaway(strategy: strategy)
        case 15: engine.suspendProtection(strategy: strategy, dice.chance(1, in: 3))
        default:
            let (scope, index) = scope()
            let limits =
                dice.chance(1, in: 3)
                ? LimitSet() : RandomUniverse.limits(&dice, setup.instruments, universe.prices)
            engine.setLimits(limits, scope: scope, index: index)
            newLimits = (limits, scope, index)
            shadow?.gate.set(limits, scope, index)
        }
    }

    private func allScopes() -> [(LimitScope, Int)] {
        [(.system, 0)] + universe.setup.accounts.indices.map { (.account, $0) }
            + universe.setup.strategies.indices.map { (.strategy, $0) }
            + universe.setup.instruments.indices.map { (.instrument, $0) }
    }

    private mutating func scope() -> (LimitScope, Int) { dice.pick(allScopes()) }

    private mutating func order(_ strategy: Int) -> OrderIntent {
        let instrument = Int(dice.number(0...Int64(universe.setup.instruments.count - 1)))
        let terms = universe.setup.instruments[instrument].terms
        let kind = dice.pick(OrderKind.allCases)
        func price(_ dice: inout Dice) -> Price {
            Price(raw: (universe.prices[instrument] / terms.tick.raw + dice.number(-10...10)) * terms.tick.raw)
        }
        var intent = OrderIntent(
            strategy: Int32(strategy), instrument: UInt32(instrument), tag: UInt64(dice.number(0...3)),
            side: dice.pick(Side.allCases), kind: kind, quantity: Quantity(raw: terms.lot.raw * dice.number(0...12)),
            price: kind.hasLimitPrice ? price(&dice) : .zero, stopPrice: kind.hasStopPrice ? price(&dice) : .zero,
            timeInForce: dice.pick(TimeInForce.allCases), reduceOnly: dice.chance(1, in: 3),
            origin: dice.chance(1, in: 4) ? .liquidation : .operator)
        if kind == .trailingStop { intent.conditions.trail = .offset(Price(raw: dice.number(0...9) * terms.tick.raw)) }
        if intent.timeInForce == .goodTillDate {
            intent.conditions.expireTime = Timestamp(nanoseconds: dice.pick([1, 4_000_000_000_000_000_000]))
        }
        if dice.chance(1, in: 30) { intent.instrument = UInt32(universe.setup.instruments.count) }
        if dice.chance(1, in: 30) { intent.quantity = Quantity(raw: dice.pick([-1, .min, .max])) }
        return intent
    }
}
