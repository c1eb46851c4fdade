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
        feed.isDisjoint(with: [.quotes, .trades]) && bar.interval <= barInterval
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
            return feed.contains(.quotes) ? .zero : view.last
        default:
            return .zero
        }
    }
}
