import CStrategyABI
import Engine
import Execution
import Trading

/// The latest of each instrument's market, and what one event lets orders do: the rules of README's "Fills", written down
/// a second time.
struct ShadowMarket {
    struct View {
        var bid: Int64 = 0
        var ask: Int64 = 0
        var quoteTime: Int64?
        var last: Int64 = 0
        var lastTime: Int64?
        /// Of the bar that made `last`; 0 = a trade did.
        var barLength: Int64 = 0

        func touch(_ side: Side) -> Int64 { side == .buy ? ask : bid }
        /// What an order on `side` would meet.
        func price(_ side: Side) -> Int64 { touch(side) != 0 ? touch(side) : last }
    }

    private(set) var views: [View]
    private let feeds: [FeedKinds]
    private var shortestBar: [Int64]

    init(_ setup: EngineSetup) {
        feeds = setup.feeds
        views = Array(repeating: View(), count: feeds.count)
        shortestBar = Array(repeating: .max, count: feeds.count)
    }

    /// A bar counts where nothing finer is there, and a longer one than the shortest never.
    func counts(_ record: EventRecord) -> Bool {
        let feed = feeds[Int(record.instrument)]
        switch record.kind {
        case .bar:
            return !feed.contains(.quotes) && !feed.contains(.trades)
                && record.asBar.interval <= shortestBar[Int(record.instrument)]
        case .quote, .trade: return true
        default: return false
        }
    }

    /// Takes the event in; returns the new mark, if there is one.
    mutating func observe(_ record: EventRecord) -> Int128? {
        guard counts(record) else { return nil }
        let index = Int(record.instrument)
        switch record.kind {
        case .bar:
            shortestBar[index] = record.asBar.interval
            views[index].last = record.asBar.close
            views[index].lastTime = record.time
            views[index].barLength = record.asBar.interval
            return Int128(record.asBar.close)
        case .quote:
            let quote = record.asQuote
            views[index].bid = quote.bid_price
            views[index].ask = quote.ask_price
            views[index].quoteTime = record.time
            guard quote.bid_price > 0, quote.ask_price > 0 else { return nil }
            return (Int128(quote.bid_price) + Int128(quote.ask_price)) / 2
        default:
            views[index].last = record.asTrade.price
            views[index].lastTime = record.time
            return feeds[index].contains(.quotes) ? nil : Int128(record.asTrade.price)
        }
    }
}

/// One event as orders meet it.
struct ShadowEvent {
    let record: EventRecord
    /// What is left of the size that own orders may take; nil = as much as anyone wants.
    private var buyLeft: Int64?
    private var sellLeft: Int64?
    private let tick: Int64
    private let slippage: Int64
    private let touchFills: Bool

    init(_ record: EventRecord, _ setup: EngineSetup) {
        self.record = record
        let terms = setup.instruments[Int(record.instrument)].terms
        tick = terms.tick.raw
        slippage = setup.venue.slippage.raw
        touchFills = setup.venue.touchFills
        func inLots(_ size: Int64) -> Int64 { size - size % terms.lot.raw }
        switch record.kind {
        case .bar:
            guard let share = setup.venue.volumeShare else { break }
            let size = inLots(Int64(Int128(record.asBar.volume) * Int128(share.raw) / 1_000_000_000))
            (buyLeft, sellLeft) = (size, size)
        case .quote:
            let quote = record.asQuote
            if quote.ask_quantity != 0 { buyLeft = inLots(quote.ask_quantity) }
            if quote.bid_quantity != 0 { sellLeft = inLots(quote.bid_quantity) }
        default:
            let size = inLots(record.asTrade.quantity)
            (buyLeft, sellLeft) = (size, size)
        }
    }

    /// What an order that has just arrived meets; 0 = nothing.
    func arrival(_ side: Side) -> Int64 {
        switch record.kind {
        case .bar: record.asBar.open
        case .quote: side == .buy ? record.asQuote.ask_price : record.asQuote.bid_price
        default: record.asTrade.price
        }
    }

    /// How far the price went in the direction that a resting order waits for.
    private func extreme(_ side: Side) -> Int64 {
        guard record.kind == .bar else { return arrival(side) }
        return side == .buy ? record.asBar.low : record.asBar.high
    }

    /// How far it went in the direction that a stop waits for.
    private func farthest(_ side: Side) -> Int64 {
        guard record.kind == .bar else { return arrival(side) }
        return side == .buy ? record.asBar.high : record.asBar.low
    }

    /// The best that the price was for who waits with a stop on `side`; 0 = nothing.
    func best(_ side: Side) -> Int64 {
        guard record.kind == .bar else { return arrival(side) }
        return side == .buy ? record.asBar.low : record.asBar.high
    }

    func reachesStop(_ stop: Int64, _ side: Side) -> Bool {
        guard arrival(side) > 0 else { return false }
        return side == .buy ? farthest(side) >= stop : farthest(side) <= stop
    }

    /// Where a stop trades that triggers in this event.
    func stopPrice(_ stop: Int64, _ side: Side) -> Int64 {
        let isPast = side == .buy ? arrival(side) >= stop : arrival(side) <= stop
        return isPast ? arrival(side) : stop
    }

    func isMarketable(_ limit: Int64, _ side: Side) -> Bool {
        let price = arrival(side)
        return price > 0 && (side == .buy ? price <= limit : price >= limit)
    }

    /// The price at which an order that rests at `limit` trades, nil = not in this event.
    func resting(_ limit: Int64, _ side: Side) -> Int64? {
        if record.kind == .quote { return isMarketable(limit, side) ? limit : nil }
        if record.kind == .bar, isMarketable(limit, side) { return arrival(side) }
        let extreme = extreme(side)
        let isThrough = side == .buy ? extreme < limit : extreme > limit
        return isThrough || (touchFills && extreme == limit) ? limit : nil
    }

    /// A market order's price: worse by the slippage and on the tick.
    func slipped(_ price: Int64, _ side: Side) -> Int64 {
        let factor = 1_000_000_000 + (side == .buy ? Int128(slippage) : -Int128(slippage))
        let exact = Int128(price) * factor
        let unit = Int128(tick) * 1_000_000_000
        let ticks = side == .buy ? (exact + unit - 1) / unit : exact / unit
        return Int64(max(ticks, 1)) * tick
    }

    /// Books what a fill takes; false when more was taken than there was. A bar and a trade have one size for both sides.
    mutating func take(_ quantity: Int64, _ side: Side) -> Bool {
        let isShared = record.kind != .quote
        if isShared || side == .buy { buyLeft = buyLeft.map { $0 - quantity } }
        if isShared || side == .sell { sellLeft = sellLeft.map { $0 - quantity } }
        return (buyLeft ?? 0) >= 0 && (sellLeft ?? 0) >= 0
    }

    func hasLeft(_ side: Side) -> Bool { ((side == .buy ? buyLeft : sellLeft) ?? .max) > 0 }
}
