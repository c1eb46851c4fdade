import CStrategyABI
import Features
import Testing
import Trading

@Suite("Features")
struct FeatureSetTests {
    @Test("there are at least ninety, each with a name of its own and all that a reader needs")
    func registry() {
        #expect(Feature.all.count >= 90)
        #expect(Set(Feature.all.map(\.name)).count == Feature.all.count)
        for feature in Feature.all {
            let isPlain = feature.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
            #expect(isPlain, "\(feature.name)")
            #expect(!feature.formula.isEmpty && !feature.source.isEmpty, "\(feature.name)")
            #expect((feature.warmUp == 0) == (feature.group == .orderBook), "\(feature.name)")
        }
        for group in FeatureGroup.allCases { #expect(Feature.all.contains { $0.group == group }) }
    }

    @Test("a feature has a value from its last bar of warming up on, and not before")
    func warmUp() {
        var features = FeatureSet()
        for (index, bar) in SeededBars(seed: 4).bars(300).enumerated() {
            let isTaken = features.add(bar)
            #expect(isTaken)
            for place in Feature.all.indices where Feature.all[place].group != .session {
                let feature = Feature.all[place]
                let isExpected = feature.warmUp > 0 && index + 1 >= feature.warmUp
                let isThere = features.value(place) != nil
                #expect(isThere == isExpected, "\(feature.name) at bar \(index + 1)")
            }
        }
    }

    @Test("a window forgets: from its latest bars alone a feature has the value that it has after a thousand")
    func windows() throws {
        let bars = SeededBars(seed: 7).bars(1200)
        var long = FeatureSet()
        for bar in bars { long.add(bar) }
        for (index, feature) in Feature.all.enumerated() where !feature.isRecursive && feature.warmUp > 0 {
            var short = FeatureSet()
            for bar in bars.suffix(feature.warmUp) { short.add(bar) }
            let (new, old) = (short.value(index), long.value(index))
            let fresh = try #require(new, "\(feature.name)")
            let kept = try #require(old, "\(feature.name)")
            #expect(abs(fresh - kept) <= 1e-12 * max(abs(kept), 1e-3), "\(feature.name): \(kept), fresh \(fresh)")
        }
    }

    @Test("where nothing moves or trades, what would divide by zero is not defined, and nothing is not a number")
    func flatMarket() throws {
        var features = FeatureSet()
        for bar in SeededBars(seed: 1).flat(300) { features.add(bar) }
        for (index, feature) in Feature.all.enumerated() {
            let isNoNumber = features.value(index)?.isFinite == false
            #expect(!isNoNumber, "\(feature.name)")
        }
        for name in ["rsi_14", "vwap_20", "zscore_20", "close_location", "correl_close_volume_20", "amihud_20"] {
            let index = try #require(Feature.index(of: name))
            let isThere = features.value(index) != nil
            #expect(!isThere, "\(name)")
        }
        for (name, value) in [("sma_200", 100.0), ("stddev_20", 0), ("willr_14", 0), ("adx_14", 0), ("bop", 0)] {
            let index = try #require(Feature.index(of: name))
            let found = features.value(index)
            #expect(found == value, "\(name)")
        }
    }

    @Test("what is no bar is passed over, and the values stay")
    func badBars() {
        var features = FeatureSet()
        let bars = SeededBars(seed: 3).bars(3)
        features.add(bars[0])
        let before = Feature.all.indices.map { features.value($0) }
        var bad = bars[1]
        bad.high = bad.low - 1
        var late = bars[1]
        late.time = bars[0].time
        var negative = bars[1]
        (negative.low, negative.volume) = (0, -1)
        for bar in [bad, late, negative] {
            let isTaken = features.add(bar)
            #expect(!isTaken)
        }
        let count = features.barCount
        #expect(count == 1)
        let after = Feature.all.indices.map { features.value($0) }
        #expect(after == before)
    }

    @Test("the largest prices and volumes leave every value finite")
    func extremes() {
        var features = FeatureSet()
        for (index, bar) in SeededBars(seed: 5).bars(300).enumerated() {
            var huge = bar
            huge.low = 1
            huge.high = .max
            (huge.open, huge.close) = index % 2 == 0 ? (1, .max) : (.max, 1)
            huge.volume = .max
            features.add(huge)
            for place in Feature.all.indices {
                let isNoNumber = features.value(place)?.isFinite == false
                #expect(!isNoNumber, "\(Feature.all[place].name)")
            }
        }
        let count = features.barCount
        #expect(count == 300)
    }
}
