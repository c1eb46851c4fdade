import CStrategyABI
import Engine
import ScriptedStrategies
import Trading

/// A strategy that does everything a strategy can do, sensible or not, out of a seed. What it hears goes into its dice, so
/// that whatever it is told differently in a second run makes that run go another way.
final class UnrulyStrategy {
    let script = ScriptedStrategy()
    private let index: Int
    private let setup: EngineSetup
    private var dice: Dice
    private var lastTag: UInt64 = 0
    private var time: Int64 = 0
    /// How often it acts on a market event: once in so many.
    private let pause: Int64
    private let garbageChance: Int64
    private let mayBreakContract: Bool
    private var prices: [Int64]
    /// What it was told of its positions since it was started.
    private(set) var toldPositions: [Int64]
    /// Its working orders, an operator's included, as it was told of them since then: by instrument, then id.
    private(set) var toldOrders: [[UInt64: OrderUpdate]]
    private(set) var startedAt: Int64 = 0

    init(_ index: Int, _ universe: RandomUniverse, seed: UInt64) {
        self.index = index
        setup = universe.setup
        prices = universe.prices
        toldPositions = Array(repeating: 0, count: setup.instruments.count)
        toldOrders = Array(repeating: [:], count: setup.instruments.count)
        dice = Dice(seed: seed &* 31 &+ UInt64(index))
        pause = dice.pick([3, 8, 20])
        garbageChance = dice.pick([2, 2, 10, 40])
        // Alone it is given blocks, and what it breaks inside of one cannot be told from the block's other events.
        let isTempted = dice.chance(1, in: 5)
        mayBreakContract = setup.strategies.count > 1 && isTempted
        script.answer = { [unowned self] event, _ in answer(event) }
    }

    private func answer(_ event: EventRecord) -> [IntentRecord] {
        dice.stir(event.payload.0 ^ UInt64(event.type) << 48 ^ UInt64(bitPattern: event.time))
        time = event.time
        switch Int(event.type) {
        case STRATEGY_EVENT_BAR: prices[Int(event.instrument)] = event.asBar.close
        case STRATEGY_EVENT_TRADE: prices[Int(event.instrument)] = event.asTrade.price
        case STRATEGY_EVENT_QUOTE:
            let quote = event.asQuote
            prices[Int(event.instrument)] = dice.chance(1, in: 2) ? quote.bid_price : quote.ask_price
        case STRATEGY_EVENT_POSITION: toldPositions[Int(event.instrument)] = event.asPosition.quantity
        case STRATEGY_EVENT_ORDER, STRATEGY_EVENT_EXTERNAL_ORDER:
            let update = event.asOrderUpdate
            // Id 0 answers a change of nothing.
            guard update.order_id != 0 else { break }
            let isDone = OrderState(rawValue: update.state)?.isTerminal ?? true
            toldOrders[Int(event.instrument)][update.order_id] = isDone ? nil : update
        case STRATEGY_EVENT_SESSION:
            startedAt = event.time
            toldPositions = Array(repeating: 0, count: toldPositions.count)
            toldOrders = Array(repeating: [:], count: toldOrders.count)
        default: break
        }
        let isMarket = EventType.marketEvents & event.kind.mask != 0
        guard dice.chance(1, in: isMarket ? pause : pause * 6) else { return [] }
        if mayBreakContract, dice.chance(1, in: 200) { breakContract() }
        return (0..<Int(dice.number(1...3))).flatMap { _ in intent() }
    }

    /// The next call says something impossible.
    private func breakContract() {
        let consumed = dice.pick([0, -1, .max])
        let count = dice.pick([0, 0, 5000, -1])
        script.process = { [unowned script] _, given, intents in
            script.process = nil
            intents.pointee.count = count
            return count == 0 ? consumed : given
        }
    }

    private func intent() -> [IntentRecord] {
        let instrument = UInt32(dice.number(0...Int64(prices.count - 1)))
        switch dice.number(0...19) {
        case 0...8: return [order(instrument)]
        case 9...11: return bracket(instrument)
        case 12, 13: return [modify(instrument)]
        case 14: return [.cancel(tag: knownTag(instrument), instrument: instrument)]
        case 15: return [.cancel(tag: dice.chance(1, in: 2) ? 0 : knownTag(instrument), instrument: instrument)]
        case 16:
            // In the past now and then.
            let due = Timestamp(nanoseconds: time + dice.number(-1...20) * dice.pick([1, 3_000_000_000]))
            return [.timer(tag: UInt64(dice.number(0...9)), due: due)]
        case 17: return [.signal(strength: Double(dice.number(-11...10)) / 10, instrument: instrument)]
        case 18: return IntentRecord.log("price \(prices[Int(instrument)])")
        default:
            guard dice.chance(1, in: garbageChance) else { return [damaged(order(instrument))] }
            return (0..<Int(dice.number(1...5))).map { _ in IntentRecord.noise(&dice) }
        }
    }

    /// The record with one byte of noise in it.
    private func damaged(_ record: IntentRecord) -> IntentRecord {
        record.with([UInt8(dice.number(0...255))], at: Int(dice.number(0...52)))
    }

    /// Mostly of an order that works, else of one that may be done.
    private func knownTag(_ instrument: UInt32) -> UInt64 {
        let working = toldOrders[Int(instrument)].values.map(\.tag).sorted()
        guard !working.isEmpty, dice.chance(5, in: 6) else { return lastTag - min(lastTag, UInt64(dice.number(0...8))) }
        return dice.pick(working)
    }

    /// Mostly an order that can be accepted, sometimes one that reaches a limit, sometimes nonsense.
    private func order(_ instrument: UInt32) -> IntentRecord {
        let terms = setup.instruments[Int(instrument)].terms
        let held = toldPositions[Int(instrument)]
        lastTag += 1
        var side: Side = dice.chance(1, in: 2) ? .buy : .sell
        var quantity = terms.lot.raw * dice.number(1...dice.pick([3, 3, 12, 12, 50]))
        var isReduceOnly = false
        if held != 0, dice.chance(1, in: 3) {
            side = held > 0 ? .sell : .buy
            isReduceOnly = dice.chance(2, in: 3)
            quantity = dice.pick([held.magnitude, held.magnitude, held.magnitude + UInt64(terms.lot.raw)]).asInt64
            if dice.chance(1, in: 3) { quantity = max(quantity / terms.lot.raw / 2, 1) * terms.lot.raw }
        }
        if dice.chance(1, in: 50) { quantity += dice.number(-1...1) * (terms.lot.raw / 2 + 1) }
        let kind = dice.pick([
            OrderKind.market, .market, .limit, .limit, .limit, .stopLoss, .stopLimit, .trailingStop,
        ])
        let timeInForce = dice.pick([
            TimeInForce.goodTillCancelled, .goodTillCancelled, .day, .immediateOrCancel, .fillOrKill, .goodTillDate,
        ])
        let isStop = kind.hasStopPrice && dice.chance(9, in: 10)
        let isImmediate = timeInForce == .immediateOrCancel || timeInForce == .fillOrKill
        let force = isStop && isImmediate ? .goodTillCancelled : timeInForce
        return .submit(
            side, Quantity(raw: quantity), kind, tag: lastTag, at: kind.hasLimitPrice ? price(instrument) : .zero,
            stop: kind.hasStopPrice && kind != .trailingStop ? price(instrument) : .zero, timeInForce: force,
            reduceOnly: isReduceOnly || dice.chance(1, in: 40), conditions: conditions(kind, force, instrument),
            instrument: instrument)
    }

    /// An entry with stop and target around what it saw last; rarely one that cannot be.
    private func bracket(_ instrument: UInt32) -> [IntentRecord] {
        let entry = order(instrument)
        lastTag += 2
        let tick = setup.instruments[Int(instrument)].terms.tick.raw
        let middle = prices[Int(instrument)] / tick
        let isBuy = entry.changed({ $0.options = 0 }).payload.4 & 0xFF == UInt64(STRATEGY_SIDE_BUY)
        func leg(_ isAbove: Bool) -> Price {
            guard !dice.chance(1, in: 6) else { return .zero }
            let distance = dice.number(dice.chance(1, in: 10) ? -2...1 : 2...9)
            return Price(raw: max(middle + (isAbove ? distance : -distance), 1) * tick)
        }
        let opening = dice.chance(9, in: 10) ? entry.changed { $0.options = 0 } : entry
        return opening.with(stopLoss: leg(!isBuy), takeProfit: leg(isBuy))
    }

    /// What kind and time in force need, rarely something else.
    private func conditions(_ kind: OrderKind, _ force: TimeInForce, _ instrument: UInt32) -> OrderConditions {
        var asked = OrderConditions()
        if kind == .trailingStop || dice.chance(1, in: 200) {
            let tick = setup.instruments[Int(instrument)].terms.tick.raw
            asked.trail =
                dice.chance(1, in: 2)
                ? .offset(Price(raw: dice.number(0...12) * tick / dice.number(1...2)))
                : .fraction(Rate(raw: dice.number(0...30) * 1_000_000))
        }
        if force == .goodTillDate || dice.chance(1, in: 200) {
            asked.expireTime = Timestamp(nanoseconds: time + dice.number(-1...40) * dice.pick([1, 3_000_000_000]))
        }
        asked.postOnly = dice.chance(1, in: kind == .limit ? 5 : 100)
        return asked
    }

    private func modify(_ instrument: UInt32) -> IntentRecord {
        let lot = setup.instruments[Int(instrument)].terms.lot.raw
        return .modify(
            tag: knownTag(instrument), quantity: Quantity(raw: lot * dice.number(1...15)),
            at: dice.chance(2, in: 3) ? price(instrument) : .zero,
            stop: dice.chance(1, in: 3) ? price(instrument) : .zero,
            instrument: instrument)
    }

    /// Some ticks around what it saw last; rarely between two ticks.
    private func price(_ instrument: UInt32) -> Price {
        let tick = setup.instruments[Int(instrument)].terms.tick.raw
        let ticks = max(prices[Int(instrument)] / tick + dice.number(-6...6), 1)
        return Price(raw: ticks * tick + (dice.chance(1, in: 60) ? 1 : 0))
    }
}

extension UInt64 {
    fileprivate var asInt64: Int64 { Int64(truncatingIfNeeded: self) }
}
