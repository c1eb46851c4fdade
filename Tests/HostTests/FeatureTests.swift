import API
import Features
import MarketData
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// The features that clients ask for, over the candles of a running market.
    @Suite("Features of a host")
    struct FeatureTests {
        private let folder = HostFolder()

        @Test("they count the closed bars and the book, and are null while they warm up")
        func values() throws {
            let life = try folder.live()
            life.run(seconds: 40)
            let view = try life.core.featureSource("BTC", "1s", bars: 2000).view
            let length = try #require(CandleLength(name: "1s"))
            let begin = length.begin(of: life.core.marketTime)
            let candles = life.core.market.candles(
                try #require(life.core.instrument("BTC")), length, to: begin, limit: 2000)
            #expect(view.instrument == "BTC_USDT" && view.timeframe == "1s")
            #expect(view.bars == candles.count && candles.count > 20)
            let last = try #require(candles.last)
            #expect(view.time == last.time + length.interval)
            let found = Dictionary(uniqueKeysWithValues: view.features.map { ($0.name, $0.value) })
            #expect(found.count == Feature.all.count)
            let mean = candles.suffix(5).map(\.close.approximate).reduce(0, +) / 5
            let average = try #require(found["sma_5"] ?? nil)
            #expect(abs(average - mean) < 1e-9 * mean)
            #expect(found["sma_200"] == .some(nil))
            let depth = try life.core.depth("BTC")
            let bids = depth.bids.prefix(5).map(\.quantity.approximate).reduce(0, +)
            let deep = try #require(found["bid_depth_5"] ?? nil)
            #expect(abs(deep - bids) < 1e-9 * bids)
            let (bid, ask) = (try #require(depth.bids.first), try #require(depth.asks.first))
            let middle = try #require(found["mid_price"] ?? nil)
            #expect(abs(middle - (bid.price.approximate + ask.price.approximate) / 2) < 1e-9 * middle)
        }

        @Test("no more bars count than asked for, and before the first bar there is no value")
        func limits() throws {
            let life = try folder.live()
            let none = try life.core.featureSource("BTC", "1d", bars: 10).view
            #expect(none.time == nil && none.bars == 0)
            #expect(none.features.first?.value == nil)
            life.run(seconds: 30)
            let some = try life.core.featureSource("BTC", "1s", bars: 10).view
            #expect(some.bars == 10)
        }

        @Test("an unknown instrument or timeframe is refused")
        func refusals() throws {
            let life = try folder.live()
            #expect(throws: HostRefusal.self) { try life.core.featureSource("NONE", "1m", bars: 10) }
            #expect(throws: HostRefusal.self) { try life.core.featureSource("BTC", "7m", bars: 10) }
        }
    }
}
