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

    var working: [Working] = []

    /// Where an event's prices lie for a buyer and a seller: at first, and at worst and best within it.
    private struct Prices {
        var first: Price
        var low: Price
        var high: Price
        /// A limit trades when the price reaches it, not only when it goes beyond.
        var touchFills = false
    }

    /// The fills that `event` makes, in the order of the venue: market orders, stops, limits; and the orders that end
    /// unfilled (IOC and FOK that find no price).
    mutating func fills(at event: MarketEvent) -> (fills: [Fill], ended: [SubmittedOrder]) {
        var result: (fills: [Fill], ended: [SubmittedOrder]) = ([], [])
        let candidates = working.enumerated().filter { $0.element.order.instrument == event.instrument }
            .sorted { (rank($0.element.order), $0.offset) < (rank($1.element.order), $1.offset) }
        var done: Set<OrderTag> = []
        for (index, entry) in candidates {
            guard let side = entry.order.side, let prices = prices(of: event, for: side) else { continue }
            let price = fillPrice(&working[index], side, prices)
            working[index].hasArrived = true
            if let price {
                result.fills.append(Fill(order: entry.order, price: price))
                done.insert(entry.order.tag)
            } else if isImmediate(entry.order) {
                result.ended.append(entry.order)
                done.insert(entry.order.tag)
            }
        }
        working.removeAll { done.contains($0.order.tag) }
        return result
    }

    /// It trades at the first price or not at all.
    private func isImmediate(_ order: SubmittedOrder) -> Bool {
        order.timeInForce == .immediateOrCancel || order.timeInForce == .fillOrKill
    }

    private func rank(_ order: SubmittedOrder) -> Int {
        switch order.kind {
        case STRATEGY_KIND_MARKET: 0
        case STRATEGY_KIND_STOP_LOSS, STRATEGY_KIND_STOP_LIMIT: 1
        default: 2
        }
    }

    private func prices(of event: MarketEvent, for side: Side) -> Prices? {
        switch event.type {
        case STRATEGY_EVENT_BAR:
            let bar = event.read(as: strategy_bar_v1_t.self)
            return Prices(first: Price(raw: bar.open), low: Price(raw: bar.low), high: Price(raw: bar.high))
        case STRATEGY_EVENT_TRADE:
            let price = Price(raw: event.read(as: strategy_trade_v1_t.self).price)
            return Prices(first: price, low: price, high: price)
        case STRATEGY_EVENT_QUOTE:
            let quote = event.read(as: strategy_quote_v1_t.self)
            let price = Price(raw: side == .buy ? quote.ask_price : quote.bid_price)
            return price > .zero ? Prices(first: price, low: price, high: price, touchFills: true) : nil
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
