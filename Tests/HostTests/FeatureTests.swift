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

        @Test(
            "a market's state is that of the longest timeframe with a hundred closed candles, or of the one asked for")
        func marketState() throws {
            let life = try folder.live()
            #expect(try life.core.marketStateSource("BTC", nil).view == nil)
            life.run(seconds: 40)
            let early = try #require(try life.core.marketStateSource("BTC", nil).view)
            #expect(early.timeframe == "1s" && early.bars > 20 && early.instrument == "BTC_USDT")
            life.run(seconds: 80)
            let index = try #require(life.core.instrument("BTC"))
            let length = try #require(CandleLength(name: "1s"))
            let candles = life.core.market.candles(index, length, to: length.begin(of: life.core.marketTime))
            let view = try #require(try life.core.marketStateSource("BTC", nil).view)
            let close = try #require(candles.last).close
            #expect(view.timeframe == "1s" && view.bars == candles.count && view.bars >= 100)
            #expect(view.time == candles.last.map { $0.time + length.interval })
            let range = (candles.map(\.low).min() ?? .zero)...(candles.map(\.high).max() ?? .zero)
            #expect(view.valueAreaLow <= view.pointOfControl && view.pointOfControl < view.valueAreaHigh)
            #expect(range.contains(view.pointOfControl))
            #expect(view.supports.allSatisfy { $0 <= close } && view.resistances.allSatisfy { $0 > close })
            #expect(!(view.supports + view.resistances).isEmpty)
            #expect(try life.core.marketStateSource("BTC", "5s").view?.timeframe == "5s")
            #expect(throws: HostRefusal.self) { try life.core.marketStateSource("NONE", nil) }
            #expect(throws: HostRefusal.self) { try life.core.marketStateSource("BTC", "7m") }
        }
    }
}
