import CStrategyABI
import Testing
import Trading

@testable import Features

@Suite("Market analysis")
struct MarketAnalysisTests {
    /// In thousandths, with a volume of 100 thousandths.
    private func bar(
        _ index: Int, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, volume: Int64 = 100
    ) -> Bar {
        SeededBars.bar(index, open, high, low, close, volume: volume)
    }

    /// Bars between 99.9 and 100.1 that rise and fall in turn.
    private func calm(_ count: Int) -> [Bar] {
        (0..<count).map { index in
            index % 2 == 0
                ? bar(index, 99_990, 100_100, 99_900, 100_010) : bar(index, 100_010, 100_100, 99_900, 99_990)
        }
    }

    private func price(_ thousandths: Int64) -> Price { Price(raw: thousandths * 1_000_000) }

    @Test("a steady rise trends up, its mirror down, and a market that swings in place goes sideways")
    func direction() throws {
        let rise = (0..<60).map { index in
            let open = 100_000 + Int64(index) * 100
            return bar(index, open, open + 120, open - 20, open + 100)
        }
        let fall = (0..<60).map { index in
            let open = 100_000 - Int64(index) * 100
            return bar(index, open, open + 20, open - 120, open - 100)
        }
        let up = try #require(MarketAnalysis(rise))
        #expect(up.state.condition == .trending && up.state.direction == .bullish)
        #expect(up.states[26].direction == .sideways, "no ADX yet")
        #expect(up.states[27].direction == .bullish)
        #expect(try #require(MarketAnalysis(fall)).state.direction == .bearish)
        let still = try #require(MarketAnalysis(calm(60)))
        #expect(still.state.direction == .sideways && still.state.volatility == .medium)
        #expect(still.state.condition == .ranging)
    }

    @Test("bars that grow wide are volatile, and those that shrink are quiet")
    func volatility() throws {
        func breathing(_ width: (Int) -> Int64) -> [Bar] {
            (0..<150).map { bar($0, 100_000, 100_000 + width($0), 100_000 - width($0), 100_000) }
        }
        let wide = try #require(MarketAnalysis(breathing { 100 + 5 * Int64($0) }))
        #expect(wide.state.condition == .volatile && wide.state.volatility == .high)
        let narrow = try #require(MarketAnalysis(breathing { 1000 - 5 * Int64($0) }))
        #expect(narrow.state.condition == .quiet && narrow.state.volatility == .low)
    }

    @Test("with thresholds to leave at, states change less often than without on every market, by a quarter over all")
    func hysteresis() {
        var bare = StateThresholds.standard
        (bare.adxLeave, bare.efficiencyLeave) = (bare.adxEnter, bare.efficiencyEnter)
        (bare.highLeave, bare.lowLeave) = (bare.highEnter, bare.lowEnter)
        func changes(_ states: [MarketState]) -> Int { zip(states, states.dropFirst()).filter { $0 != $1 }.count }
        var (steady, flapping) = (0, 0)
        for seed in 1...8 {
            let measured = MeasuredBars(SeededBars(seed: UInt64(seed)).bars(2000))
            let (with, without) = (
                changes(MarketState.after(measured)), changes(MarketState.after(measured, bare))
            )
            #expect(with > 0 && with < without, "seed \(seed): \(with), without \(without)")
            steady += with
            flapping += without
        }
        #expect(4 * steady < 3 * flapping, "\(steady) changes, without hysteresis \(flapping)")
    }

    @Test("a bar's volume is spread evenly over its prices, and nothing of it is lost")
    func profile() throws {
        // 50 bins of 0.01: [100, 100.01) … The upper bar covers the highest five, the lower one the lowest ten.
        let tick = price(1)
        let bars = [
            Bar(
                instrument: 0, closeTime: Timestamp(nanoseconds: 60), interval: 60, open: price(100_000),
                high: Price(raw: 100_100_000_000 - 1), low: price(100_000), close: price(100_050),
                volume: Quantity(raw: 1000)),
            Bar(
                instrument: 0, closeTime: Timestamp(nanoseconds: 120), interval: 60, open: price(100_480),
                high: Price(raw: 100_500_000_000 - 1), low: price(100_450), close: price(100_480),
                volume: Quantity(raw: 4000)),
        ]
        let profile = VolumeProfile(bars, tick: tick.raw)
        #expect(profile.binWidth == price(10) && profile.begin == price(100_000) && profile.volumes.count == 50)
        #expect(profile.volumes[0...9].allSatisfy { $0 == 100 } && profile.volumes[45...].allSatisfy { $0 == 800 })
        #expect(profile.volumes[10..<45].allSatisfy { $0 == 0 })
        // From the lowest bin of the five upwards by pairs: 4000 of 5000.
        #expect(profile.pointOfControl == price(100_455))
        #expect(profile.valueAreaLow == price(100_450) && profile.valueAreaHigh == price(100_500))
        let random = SeededBars(seed: 3).bars(500)
        let whole = VolumeProfile(random, tick: 1)
        #expect(whole.volumes.reduce(0, +) == random.reduce(0) { $0 + Int128($1.volume) })
        #expect(whole.volumes.count <= 51)
    }

    @Test("without volume a profile counts time")
    func timeProfile() {
        let profile = VolumeProfile(SeededBars(seed: 1).flat(7), tick: 1)
        #expect(profile.volumes == [7 * Int128(Quantity.one.raw)])
    }

    @Test("prices at which the market turned twice are support below the close and resistance above it")
    func levels() throws {
        // Teeth of 1: every high at 101, every low at 99.
        let bars = (0..<60).map { index in
            let high: Int64 = index % 6 == 0 ? 101_000 : 100_300
            let low: Int64 = index % 6 == 3 ? 99_000 : 99_700
            return bar(index, 100_000, high, low, 100_000)
        }
        let analysis = try #require(MarketAnalysis(bars))
        #expect(analysis.supports.map(\.price) == [price(99_000)])
        #expect(analysis.resistances.map(\.price) == [price(101_000)])
        #expect(analysis.resistances.first?.touches == 9, "the bar at the beginning has none before it")
        #expect(analysis.supports.first?.touches == 10)
    }

    @Test("a gap of three bars is open until a bar trades through all of it")
    func gaps() throws {
        var bars = calm(20)
        bars.append(bar(20, 100_050, 101_100, 100_050, 101_000))
        bars.append(bar(21, 101_000, 101_500, 100_900, 101_400))
        let gap = try #require(MarketAnalysis(bars)?.gaps.last)
        #expect(gap.bias == .bullish && gap.bottom == price(100_100) && gap.top == price(100_900))
        #expect(gap.filled == nil && MarketAnalysis(bars)?.gaps.count == 1)
        let inside = bar(22, 101_400, 101_400, 100_101, 101_000)
        #expect(MarketAnalysis(bars + [inside])?.gaps.first?.filled == nil)
        let through = bar(22, 101_400, 101_400, 100_100, 101_000)
        #expect(MarketAnalysis(bars + [through])?.gaps.first?.filled == Timestamp(nanoseconds: through.time))
    }

    @Test("an order block is the last opposite bar before a displacement, until price is back in it")
    func blocks() throws {
        var bars = calm(20)
        // The bar before falls (99.9 to 100.1); the average range is 0.2, so 0.3 is a displacement.
        bars.append(bar(20, 99_950, 100_260, 99_950, 100_250))
        let block = try #require(MarketAnalysis(bars)?.blocks.first)
        #expect(block.bias == .bullish && block.bottom == price(99_900) && block.top == price(100_100))
        #expect(block.time.nanoseconds == bars[19].time && block.displaced.nanoseconds == bars[20].time)
        #expect(block.mitigated == nil)
        bars[20] = bar(20, 99_950, 100_260, 99_950, 100_249)
        #expect(MarketAnalysis(bars)?.blocks.isEmpty == true)
        bars[20] = bar(20, 99_950, 100_260, 99_950, 100_250)
        let back = bar(21, 100_250, 100_300, 100_100, 100_200)
        #expect(MarketAnalysis(bars + [back])?.blocks.first?.mitigated == Timestamp(nanoseconds: back.time))
    }

    @Test("a fall, a range and a spring are accumulation; without the spring, or with few bars, the phase is unknown")
    func phase() throws {
        let fall = (0..<50).map { index in
            let open = 105_000 - Int64(index) * 100
            return bar(index, open, open + 20, open - 120, open - 100)
        }
        let range = calm(60).map { old -> Bar in
            var bar = old
            bar.time += 50 * old.interval
            return bar
        }
        #expect(MarketAnalysis(fall + range)?.phase == .unknown)
        var tested = range
        tested[45].low = price(99_800).raw
        let found = try #require(MarketAnalysis(fall + tested.prefix(50)))
        #expect(found.state.direction == .sideways && found.phase == .accumulation)
        tested[45].close = price(99_850).raw
        #expect(MarketAnalysis(fall + tested.prefix(50))?.phase == .unknown, "it did not close back inside")
        #expect(MarketAnalysis(range)?.phase == .unknown)
        #expect(MarketAnalysis(fall)?.state.direction == .bearish && MarketAnalysis(fall)?.phase == .unknown)
    }

    @Test("at most the latest 2,000 bars count, and without a bar there is nothing")
    func limits() {
        #expect(MarketAnalysis([]) == nil)
        let bars = SeededBars(seed: 5).bars(2100)
        #expect(MarketAnalysis(bars)?.barCount == 2000)
        #expect(MarketAnalysis([bars[5], bars[4], bars[6]])?.barCount == 2, "a bar that is late is none")
    }

    @Test("the largest prices and volumes that there are do not overflow")
    func extremes() {
        let step: Int64 = 60_000_000_000
        let bars = (1...120).map { index -> Bar in
            let open = index % 2 == 0 ? Price(raw: 1) : Price(raw: .max)
            return Bar(
                instrument: 0, closeTime: Timestamp(nanoseconds: Int64(index) * step), interval: step, open: open,
                high: Price(raw: .max), low: Price(raw: 1), close: index % 2 == 0 ? Price(raw: .max) : Price(raw: 1),
                volume: Quantity(raw: .max))
        }
        #expect(MarketAnalysis(bars)?.profile.volumes.reduce(0, +) == 120 * Int128(Int64.max))
        #expect(MarketAnalysis(bars, tick: Price(raw: .max))?.barCount == 120)
    }
}
