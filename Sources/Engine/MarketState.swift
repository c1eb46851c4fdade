import CStrategyABI
import Controls
import Trading

/// The latest of one instrument's market.
struct MarketState: BitwiseCopyable {
    var view = OrderContext.Market()
    let feed: FeedKinds
    /// The shortest bars seen: only they match and mark, longer ones repeat what these said.
    var barInterval: Int64 = .max

    init(feed: FeedKinds) { self.feed = feed }

    /// Bars say something new only where nothing finer is there.
    @inline(__always)
    func listens(to bar: Bar) -> Bool {
        feed.isDisjoint(with: [.quotes, .trades, .depth]) && bar.interval <= barInterval
    }

    /// Takes an event in and returns the new mark; zero = the mark stays.
    @inline(__always)
    mutating func observe(_ record: EventRecord) -> Price {
        let time = record.timestamp
        switch record.kind {
        case .bar:
            let bar = record.asBar
            guard listens(to: bar) else { return .zero }
            barInterval = bar.interval
            view.last = Price(raw: bar.close)
            view.lastTime = time
            view.barInterval = bar.interval
            return view.last
        case .quote:
            let quote = record.asQuote
            view.bid = Price(raw: quote.bid_price)
            view.ask = Price(raw: quote.ask_price)
            view.quoteTime = time
            guard view.bid.raw > 0, view.ask.raw > 0 else { return .zero }
            // (bid + ask) / 2 without its overflow, for a crossed quote as well.
            return Price(raw: (view.bid.raw & view.ask.raw) + ((view.bid.raw ^ view.ask.raw) >> 1))
        case .trade:
            view.last = Price(raw: record.asTrade.price)
            view.lastTime = time
            view.barInterval = 0
            return feed.isDisjoint(with: [.quotes, .depth]) ? view.last : .zero
        default:
            return .zero
        }
    }

    /// Where a feed has no quotes, the best levels of its book are the quote. Returns the new mark; zero = it stays.
    mutating func observe(_ book: borrowing OrderBook, at time: Timestamp) -> Price {
        guard !feed.contains(.quotes) else { return .zero }
        var quote = Quote()
        quote.type = EventType.quote.rawValue
        quote.time = time.nanoseconds
        quote.bid_price = book.bids.first?.price.raw ?? 0
        quote.ask_price = book.asks.first?.price.raw ?? 0
        return observe(EventRecord(quote))
    }
}
