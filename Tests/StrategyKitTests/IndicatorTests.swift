import StrategyKit
import Testing

private func price(_ cents: Int) -> Price { Price(raw: Int64(cents) * 10_000_000) }

/// Adds every bar of the fixture and compares after each: exactly, or to 1e-9 of the value.
private func compare(_ expected: [Int64?], _ step: (Int) -> Price?) {
    for index in expected.indices { #expect(step(index)?.raw == expected[index], "bar \(index)") }
}

private func compare(_ expected: [Double?], _ step: (Int) -> Double?) {
    for index in expected.indices {
        let value = step(index)
        guard let wanted = expected[index] else {
            #expect(value == nil, "bar \(index)")
            continue
        }
        #expect(value.map { abs($0 - wanted) <= 1e-9 * max(1, abs(wanted)) } == true, "bar \(index): \(value as Any)")
    }
}

@Suite("Indicators against the Python reference")
struct IndicatorTests {
    private typealias Fixture = IndicatorFixture
    private func close(_ index: Int) -> Price { price(Fixture.closes[index]) }

    @Test("simple moving average")
    func sma() {
        var sma = SMA(Fixture.period)
        compare(Fixture.sma) {
            sma.add(close($0)); return sma.value
        }
    }

    @Test("weighted moving average")
    func wma() {
        var wma = WMA(Fixture.period)
        compare(Fixture.wma) {
            wma.add(close($0)); return wma.value
        }
    }

    @Test("exponential moving average")
    func ema() {
        var ema = EMA(Fixture.period)
        compare(Fixture.ema) {
            ema.add(close($0)); return ema.value
        }
    }

    @Test("relative strength index")
    func rsi() {
        var rsi = RSI(Fixture.period)
        compare(Fixture.rsi) {
            rsi.add(close($0)); return rsi.value
        }
    }

    @Test("average true range")
    func atr() {
        var atr = ATR(Fixture.period)
        compare(Fixture.atr) {
            atr.add(
                high: price(Fixture.highs[$0]).double, low: price(Fixture.lows[$0]).double, close: close($0).double)
            return atr.value
        }
    }

    @Test("standard deviation, Bollinger band and z-score")
    func deviations() {
        var statistics = RollingStatistics(Fixture.period)
        compare(Fixture.deviation) {
            statistics.add(close($0)); return statistics.standardDeviation
        }
        var bands = BollingerBands(Fixture.period)
        compare(Fixture.upperBand) {
            bands.add(close($0)); return bands.value?.upper
        }
        var score = ZScore(Fixture.period)
        compare(Fixture.zscore) {
            score.add(close($0)); return score.value
        }
    }

    @Test("rolling maximum and minimum")
    func extremes() {
        var highest = RollingMax(Fixture.period)
        compare(Fixture.highest) {
            highest.add(price(Fixture.highs[$0])); return highest.value
        }
        var lowest = RollingMin(Fixture.period)
        compare(Fixture.lowest) {
            lowest.add(price(Fixture.lows[$0])); return lowest.value
        }
    }

    @Test("volume-weighted average price and rate of change")
    func others() {
        var vwap = VWAP()
        compare(Fixture.vwap) {
            vwap.add(close($0), Quantity(raw: Int64(Fixture.volumes[$0]) * Quantity.scale)); return vwap.value
        }
        var change = RateOfChange(Fixture.period)
        compare(Fixture.rateOfChange) {
            change.add(close($0)); return change.value
        }
    }
}

@Suite("Indicators at their edges")
struct IndicatorEdgeTests {
    @Test("variance stays sound far from zero, where Σx² − (Σx)² loses every digit")
    func soundVariance() {
        var statistics = RollingStatistics(10)
        for index in 0..<10_007 { statistics.add(1e9 + Double(index % 2)) }
        #expect(statistics.variance == 0.25)
    }

    @Test("sums of the largest prices are exact")
    func largestPrices() {
        var sma = SMA(3)
        var wma = WMA(3)
        for _ in 0..<7 {
            sma.add(.max)
            wma.add(.max)
        }
        #expect(sma.value == .max && wma.value == .max)
        var vwap = VWAP()
        for _ in 0..<9 { vwap.add(.max, .max) }
        #expect(vwap.value.map { $0 > Price.max * 0.999999 } == true)
    }

    @Test("a period below one counts as one, and a flat market gives no NaN")
    func degenerate() {
        var sma = SMA(0)
        sma.add(5)
        #expect(sma.period == 1 && sma.value == 5)
        var score = ZScore(4)
        var rsi = RSI(3)
        for _ in 0..<9 {
            score.add(1.5)
            rsi.add(1.5)
        }
        #expect(score.value == 0 && rsi.value == 50)
        #expect(VWAP().value == nil)
    }

    @Test("a copy of a ring is independent of it")
    func independentCopies() {
        var ring = RingBuffer<Int64>(capacity: 3)
        for number in 1...4 { ring.append(Int64(number)) }
        var copy = ring
        #expect(copy.append(9) == 2)
        #expect(ring.elements == [2, 3, 4] && copy.elements == [3, 4, 9])
        ring.append(7)
        #expect(ring.elements == [3, 4, 7] && copy.elements == [3, 4, 9])
        #expect(ring.resized(to: 2).elements == [4, 7] && ring.resized(to: 5).elements == [3, 4, 7])
        #expect(ring[age: 0] == 7 && ring.oldest == 3)
    }
}
