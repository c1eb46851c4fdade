import MarketData
import Trading

/// Everything that can be traded in one engine: instruments by index, what each one's feed has, and the currencies that
/// they and the accounts are counted in.
struct Universe {
    private(set) var instruments: [Instrument]
    private(set) var feeds: [FeedKinds]
    private(set) var currencies: [String] = []
    /// By instrument: length of the bars that the feed brings itself; 0 = bars of any length are built.
    private let barIntervals: [Int64]

    struct Listing {
        var instrument: Instrument
        var kinds: FeedKinds
        var barInterval: Int64 = 0
    }

    /// `knownCurrencies` keep their places.
    init(_ listings: [Listing], accountCurrencies: [String], knownCurrencies: [String] = []) {
        instruments = listings.map(\.instrument)
        feeds = listings.map(\.kinds)
        barIntervals = listings.map(\.barInterval)
        for code in knownCurrencies + accountCurrencies + instruments.map(\.quoteCurrency)
        where !currencies.contains(code) {
            currencies.append(code)
        }
        for index in instruments.indices {
            instruments[index].terms.currency = UInt8(clamping: currency(instruments[index].quoteCurrency))
        }
    }

    func index(of id: String) -> Int? { instruments.firstIndex { $0.id == id } }

    /// Every code was collected at the start.
    func currency(_ code: String) -> Int { currencies.firstIndex(of: code) ?? 0 }

    /// The length of the bars that a strategy is given that wants `wanted`: bars can be joined, but not split.
    func timeframe(_ wanted: Timeframe, of instruments: [Int]) -> Timeframe {
        let longest = instruments.map { barIntervals[$0] }.max() ?? 0
        return longest > wanted.interval ? Timeframe(interval: longest) : wanted
    }
}
