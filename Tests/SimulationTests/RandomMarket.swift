import CStrategyABI
import Engine
import ScriptedStrategies
import Trading

/// Market events out of a seed: bars, quotes and trades as each feed has them, some of them odd.
struct RandomMarket {
    private let universe: RandomUniverse
    private var prices: [Int64]
    private var dice: Dice
    private var time = Timestamp.minute(0)

    init(_ universe: RandomUniverse, seed: UInt64) {
        self.universe = universe
        prices = universe.prices
        dice = Dice(seed: seed ^ 0xA5A5)
    }

    /// One event; a bar may bring a MORE record with it.
    mutating func next() -> [EventRecord] {
        passTime()
        let index = Int(dice.number(0...Int64(prices.count - 1)))
        if dice.chance(1, in: 60) { return [odd(index)] }
        let feed = universe.setup.feeds[index]
        var kinds: [EventType] = []
        if feed.contains(.bars) { kinds.append(.bar) }
        if feed.contains(.quotes) { kinds += [.quote, .quote] }
        if feed.contains(.trades) { kinds += [.trade, .trade] }
        switch dice.pick(kinds) {
        case .bar: return bar(UInt32(index))
        case .quote: return [quote(UInt32(index))]
        default: return [trade(UInt32(index))]
        }
    }

    /// Several events at one instant, seconds, or hours that end a day.
    private mutating func passTime() {
        switch dice.number(0...19) {
        case 0...4: break
        case 5: time = time + dice.number(1...10) * 3_600_000_000_000
        default: time = time + dice.number(1...90_000) * 1_000_000
        }
    }

    /// Nothing that anybody can trade on: an instrument that is none, an unknown type, a level of the book.
    private mutating func odd(_ index: Int) -> EventRecord {
        var record = EventRecord()
        record.time = time.nanoseconds
        record.instrument = UInt32(index)
        record.type = dice.pick([UInt16(STRATEGY_EVENT_DEPTH), UInt16(STRATEGY_EVENT_FUNDING), 999])
        if dice.chance(1, in: 3) {
            record.type = EventType.trade.rawValue
            record.instrument = dice.pick([UInt32(prices.count), .max])
        }
        return record
    }

    /// The next price of the walk, on the tick and above zero.
    private mutating func walk(_ index: Int) -> Int64 {
        let tick = universe.setup.instruments[index].terms.tick.raw
        let step = dice.number(-universe.stepMax...universe.stepMax) * (dice.chance(1, in: 40) ? 5 : 1)
        let ticks = min(max(prices[index] / tick + step, 3), universe.prices[index] / tick * 4)
        prices[index] = ticks * tick
        return prices[index]
    }

    private mutating func offTick(_ price: Int64) -> Price {
        Price(raw: universe.hasOffTickPrices && dice.chance(1, in: 4) ? price + dice.number(1...3) : price)
    }

    private mutating func quantity(_ index: Int, lots: ClosedRange<Int64>) -> Quantity {
        let lot = universe.setup.instruments[index].terms.lot.raw
        return Quantity(raw: lot * dice.number(lots) + (dice.chance(1, in: 5) ? lot / 2 : 0))
    }

    private mutating func bar(_ instrument: UInt32) -> [EventRecord] {
        let index = Int(instrument)
        let tick = universe.setup.instruments[index].terms.tick.raw
        let open = offTick(dice.chance(1, in: 3) ? walk(index) : prices[index])
        let close = offTick(walk(index))
        let high = Price(raw: max(open, close).raw + dice.number(0...universe.stepMax) * tick)
        let low = Price(raw: max(min(open, close).raw - dice.number(0...universe.stepMax) * tick, tick))
        var bar = Bar(
            instrument: instrument, closeTime: time,
            interval: dice.chance(1, in: 10) ? 300_000_000_000 : 60_000_000_000, open: open, high: high,
            low: min(low, open, close), close: close, volume: quantity(index, lots: 0...40))
        guard dice.chance(1, in: 5) else { return [EventRecord(bar)] }
        bar.flags |= UInt16(STRATEGY_FLAG_MORE)
        var more = BarMore()
        more.type = EventType.more.rawValue
        more.time = bar.time
        return [EventRecord(bar), EventRecord(more)]
    }

    /// Sometimes one-sided, sometimes crossed, with or without sizes.
    private mutating func quote(_ instrument: UInt32) -> EventRecord {
        let index = Int(instrument)
        let tick = universe.setup.instruments[index].terms.tick.raw
        let middle = walk(index)
        var bid = offTick(max(middle - dice.number(0...2) * tick, tick))
        var ask = offTick(middle + dice.number(0...2) * tick)
        if dice.chance(1, in: 30) { swap(&bid, &ask) }
        if dice.chance(1, in: 25) { bid = .zero }
        if dice.chance(1, in: 25) { ask = .zero }
        let hasSizes = dice.chance(3, in: 4)
        return EventRecord(
            Quote(
                instrument: instrument, time: time, bid: bid,
                bidQuantity: hasSizes ? quantity(index, lots: 0...12) : .zero, ask: ask,
                askQuantity: hasSizes ? quantity(index, lots: 0...12) : .zero))
    }

    private mutating func trade(_ instrument: UInt32) -> EventRecord {
        let index = Int(instrument)
        return EventRecord(
            Trade(
                instrument: instrument, time: time, price: offTick(walk(index)),
                quantity: quantity(index, lots: 0...20)))
    }
}
