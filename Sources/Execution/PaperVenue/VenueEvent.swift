import CStrategyABI
import Trading

/// One market event as the venue reads it: what an arriving order meets, how far the price went, and the shown size.
struct VenueEvent: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable { case bar, quote, trade, book }

    let kind: Kind
    let sequence: UInt64
    let time: Timestamp
    let terms: InstrumentTerms
    /// What a buy and what a sell meets on arrival; zero = that side is empty.
    private let buyPrice: Price
    private let sellPrice: Price
    /// A bar's range.
    let high: Price
    let low: Price
    /// What is left for own orders; `.max` = unlimited. A bar and a trade share one size over both sides.
    private var buySize: Int64
    private var sellSize: Int64
    /// Of a trade: who took; zero = the feed does not tell.
    private var aggressor: UInt8 = 0

    init(_ bar: Bar, _ terms: InstrumentTerms, sequence: UInt64, volumeShare: Rate?) {
        kind = .bar
        self.sequence = sequence
        self.terms = terms
        time = Timestamp(nanoseconds: bar.time)
        buyPrice = Price(raw: bar.open)
        sellPrice = buyPrice
        high = Price(raw: bar.high)
        low = Price(raw: bar.low)
        buySize = .max
        if let volumeShare {
            let share = Int128(bar.volume) * Int128(volumeShare.raw) / 1_000_000_000
            buySize = Int64(clamping: share) / terms.lot.raw * terms.lot.raw
        }
        sellSize = buySize
    }

    init(_ quote: Quote, _ terms: InstrumentTerms, sequence: UInt64) {
        func size(_ raw: Int64) -> Int64 { raw == 0 ? .max : raw / terms.lot.raw * terms.lot.raw }
        kind = .quote
        self.sequence = sequence
        self.terms = terms
        time = Timestamp(nanoseconds: quote.time)
        buyPrice = Price(raw: quote.ask_price)
        sellPrice = Price(raw: quote.bid_price)
        high = .zero
        low = .zero
        buySize = size(quote.ask_quantity)
        sellSize = size(quote.bid_quantity)
    }

    init(_ trade: Trade, _ terms: InstrumentTerms, sequence: UInt64) {
        kind = .trade
        self.sequence = sequence
        self.terms = terms
        time = Timestamp(nanoseconds: trade.time)
        buyPrice = Price(raw: trade.price)
        sellPrice = buyPrice
        high = buyPrice
        low = buyPrice
        buySize = trade.quantity / terms.lot.raw * terms.lot.raw
        sellSize = buySize
        aggressor = trade.aggressor
    }

    /// The event of a renewed book: its best prices, as the feed shows them. The sizes are the book's.
    init(_ book: borrowing OrderBook, at time: Timestamp, _ terms: InstrumentTerms, sequence: UInt64) {
        kind = .book
        self.sequence = sequence
        self.terms = terms
        self.time = time
        buyPrice = book.asks.first?.price ?? .zero
        sellPrice = book.bids.first?.price ?? .zero
        high = .zero
        low = .zero
        buySize = .max
        sellSize = .max
    }

    /// What an order on `side` meets when it arrives; zero = nothing there.
    func arrivalPrice(_ side: Side) -> Price { side == .buy ? buyPrice : sellPrice }

    func available(_ side: Side) -> Quantity { Quantity(raw: side == .buy ? buySize : sellSize) }

    mutating func take(_ quantity: Quantity, _ side: Side) {
        let isShared = kind == .bar || kind == .trade
        if buySize != .max && (isShared || side == .buy) { buySize -= quantity.raw }
        if sellSize != .max && (isShared || side == .sell) { sellSize -= quantity.raw }
    }

    /// The price at which a resting limit trades in this event, nil when it does not.
    func restingPrice(_ limit: Price, _ side: Side, touchFills: Bool) -> Price? {
        switch kind {
        case .quote, .book:
            let opposite = arrivalPrice(side)
            guard opposite.raw > 0 else { return nil }
            return (side == .buy ? opposite <= limit : opposite >= limit) ? limit : nil
        case .bar:
            let open = buyPrice
            if side == .buy ? open <= limit : open >= limit { return open }
            return isThrough(limit, side, touchFills) ? limit : nil
        case .trade:
            return isThrough(limit, side, touchFills) ? limit : nil
        }
    }

    /// The price at which a stop triggers in this event, nil when it does not.
    func triggerPrice(_ stop: Price, _ side: Side) -> Price? {
        let first = arrivalPrice(side)
        guard first.raw > 0 else { return nil }
        if side == .buy ? first >= stop : first <= stop { return first }
        guard kind == .bar else { return nil }
        return (side == .buy ? high >= stop : low <= stop) ? stop : nil
    }

    /// The price of this event that is best for whoever waits with a stop on `side`; zero = there is none.
    func bestPrice(_ side: Side) -> Price {
        guard kind == .bar else { return arrivalPrice(side) }
        return side == .buy ? low : high
    }

    private func isThrough(_ limit: Price, _ side: Side, _ touchFills: Bool) -> Bool {
        let extreme = side == .buy ? low : high
        if touchFills && extreme == limit { return true }
        return side == .buy ? extreme < limit : extreme > limit
    }

    /// A trade printed beyond `limit`: whoever stood there was served.
    func isBeyond(_ limit: Price, _ side: Side) -> Bool { isThrough(limit, side, false) }

    /// A trade printed at `limit`, and not by somebody who took from the other side.
    func isTrade(at limit: Price, _ side: Side) -> Bool {
        kind == .trade && high == limit && aggressor != side.rawValue
    }

    /// `quantity` in whole lots.
    func inLots(_ quantity: Quantity) -> Quantity { Quantity(raw: quantity.raw / terms.lot.raw * terms.lot.raw) }

    /// A taker's price: worse than `price` by the slippage, on the tick away from the trader's favour.
    func slipped(_ price: Price, _ side: Side, _ slippage: Rate) -> Price {
        if slippage == .zero && price.raw % terms.tick.raw == 0 { return price }
        let tick = Int128(terms.tick.raw)
        let unit = Int128(Rate.one.raw) * tick
        let wanted = Int128(price.raw) * Int128(Rate.one.raw + side.sign * slippage.raw)
        let ticks = side == .buy ? (wanted + unit - 1) / unit : wanted / unit
        return Price(raw: Int64(clamping: max(ticks, 1) * tick))
    }
}
