import CStrategyABI
import StrategyKit

/// A simple venue for scenarios: whole fills at the next price of the instrument, without slippage or commission. The
/// host's paper venue knows more; its rules for whole orders are the same.
struct NextPriceFills {
    struct Working {
        var order: SubmittedOrder
        /// It has seen a market event and rests.
        var hasArrived = false
        var isTriggered = false
    }
    struct Fill {
        var order: SubmittedOrder
        var price: Price
    }

    struct End {
        var order: SubmittedOrder
        /// STRATEGY_ORDER_* and STRATEGY_REASON_*.
        var state: Int
        var reason: Int
    }

    var working: [Working] = []
    /// What a buyer and a seller met last, by instrument.
    private var lastPrices: [InstrumentIndex: (buy: Price, sell: Price)] = [:]

    /// Where an event's prices lie for a buyer and a seller: at first, and at worst and best within it.
    private struct Prices {
        var first: Price
        var low: Price
        var high: Price
        var last: Price
        /// A limit trades when the price reaches it, not only when it goes beyond.
        var touchFills = false
    }

    /// The fills that `event` makes, in the order of the venue: market orders, stops, limits; and the orders that end
    /// unfilled (their time is over, IOC and FOK that find no price, post-only that would take).
    mutating func fills(at event: MarketEvent) -> (fills: [Fill], ended: [End]) {
        var result: (fills: [Fill], ended: [End]) = ([], [])
        defer { remember(event) }
        let candidates = working.enumerated().filter { $0.element.order.instrument == event.instrument }
            .sorted { (rank($0.element.order), $0.offset) < (rank($1.element.order), $1.offset) }
        var done: Set<OrderTag> = []
        for (index, entry) in candidates {
            guard let side = entry.order.side, let prices = prices(of: event, for: side) else { continue }
            if let end = end(entry, side, prices, at: event.time) {
                result.ended.append(end)
                done.insert(entry.order.tag)
                continue
            }
            setFirstTrigger(index, side)
            defer { follow(index, side, prices) }
            let price = fillPrice(&working[index], side, prices)
            working[index].hasArrived = true
            if let price {
                result.fills.append(Fill(order: entry.order, price: price))
                done.insert(entry.order.tag)
            } else if isImmediate(entry.order) {
                result.ended.append(
                    End(order: entry.order, state: STRATEGY_ORDER_CANCELLED, reason: STRATEGY_REASON_NOT_FILLABLE))
                done.insert(entry.order.tag)
            }
        }
        working.removeAll { done.contains($0.order.tag) }
        return result
    }

    /// Why an order ends in this event before anything else.
    private func end(_ entry: Working, _ side: Side, _ prices: Prices, at time: Timestamp) -> End? {
        let order = entry.order
        if let expires = order.expires, expires <= time {
            return End(order: order, state: STRATEGY_ORDER_EXPIRED, reason: STRATEGY_REASON_EXPIRE_TIME)
        }
        let wouldTake = side == .buy ? prices.first <= order.limitPrice : prices.first >= order.limitPrice
        guard order.postOnly, !entry.hasArrived, wouldTake else { return nil }
        return End(order: order, state: STRATEGY_ORDER_CANCELLED, reason: STRATEGY_REASON_POST_ONLY)
    }

    // MARK: Trailing stops. Triggers are exact here, the host's lie on ticks.

    private mutating func remember(_ event: MarketEvent) {
        guard let buy = prices(of: event, for: .buy), let sell = prices(of: event, for: .sell) else { return }
        lastPrices[event.instrument] = (buy.last, sell.last)
    }

    private mutating func setFirstTrigger(_ index: Int, _ side: Side) {
        let order = working[index].order
        guard let trail = order.trail, order.stopPrice == .zero, let last = lastPrices[order.instrument] else { return }
        working[index].order.stopPrice = trail.trigger(behind: side == .buy ? last.buy : last.sell, side)
    }

    /// After the event: the best that it brought counts from the next one on.
    private mutating func follow(_ index: Int, _ side: Side, _ prices: Prices) {
        let order = working[index].order
        guard let trail = order.trail, !working[index].isTriggered else { return }
        let trigger = trail.trigger(behind: side == .buy ? prices.low : prices.high, side)
        let isBetter =
            order.stopPrice == .zero || (side == .buy ? trigger < order.stopPrice : trigger > order.stopPrice)
        if isBetter { working[index].order.stopPrice = trigger }
    }

    /// It trades at the first price or not at all.
    private func isImmediate(_ order: SubmittedOrder) -> Bool {
        order.timeInForce == .immediateOrCancel || order.timeInForce == .fillOrKill
    }

    private func rank(_ order: SubmittedOrder) -> Int {
        switch order.kind {
        case STRATEGY_KIND_MARKET: 0
        case STRATEGY_KIND_STOP_LOSS, STRATEGY_KIND_STOP_LIMIT, STRATEGY_KIND_TRAILING_STOP: 1
        default: 2
        }
    }

    private func prices(of event: MarketEvent, for side: Side) -> Prices? {
        switch event.type {
        case STRATEGY_EVENT_BAR:
            let bar = event.read(as: strategy_bar_v1_t.self)
            return Prices(
                first: Price(raw: bar.open), low: Price(raw: bar.low), high: Price(raw: bar.high),
                last: Price(raw: bar.close))
        case STRATEGY_EVENT_TRADE:
            let price = Price(raw: event.read(as: strategy_trade_v1_t.self).price)
            return Prices(first: price, low: price, high: price, last: price)
        case STRATEGY_EVENT_QUOTE:
            let quote = event.read(as: strategy_quote_v1_t.self)
            let price = Price(raw: side == .buy ? quote.ask_price : quote.bid_price)
            return price > .zero ? Prices(first: price, low: price, high: price, last: price, touchFills: true) : nil
        default: return nil
        }
    }

    private func fillPrice(_ entry: inout Working, _ side: Side, _ prices: Prices) -> Price? {
        let order = entry.order
        var first = prices.first
        var arrives = !entry.hasArrived
        if order.stopPrice > .zero, !entry.isTriggered {
            guard let trigger = triggerPrice(order, side, prices) else { return nil }
            entry.isTriggered = true
            first = trigger
            arrives = true
        }
        if order.trail != nil, order.stopPrice == .zero { return nil }
        if order.limitPrice == .zero { return first }
        let limit = order.limitPrice
        if side == .buy ? first <= limit : first >= limit { return arrives || first != limit ? first : limit }
        if order.stopPrice > .zero, arrives { return nil }
        if isImmediate(order) { return nil }
        let best = side == .buy ? prices.low : prices.high
        if prices.touchFills ? best == limit : (side == .buy ? best < limit : best > limit) { return limit }
        return nil
    }

    private func triggerPrice(_ order: SubmittedOrder, _ side: Side, _ prices: Prices) -> Price? {
        let stop = order.stopPrice
        if side == .buy ? prices.first >= stop : prices.first <= stop { return prices.first }
        if side == .buy ? prices.high >= stop : prices.low <= stop { return stop }
        return nil
    }
}
