import StrategyKit
import StrategyTesting
import Testing

/// All indicators in one state.
private struct Collection: Strategy {
    static let info = StrategyInfo(id: "Collection", name: "Collection")
    var sma = SMA(5), wma = WMA(5), ema = EMA(5), rsi = RSI(5), atr = ATR(5), bands = BollingerBands(5)
    var score = ZScore(5), highest = RollingMax(5), lowest = RollingMin(5), vwap = VWAP(), change = RateOfChange(5)
    var random = SeededRandom(seed: 1)

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        sma.add(bar.close)
        wma.add(bar.close)
        ema.add(bar.close)
        rsi.add(bar.close)
        atr.add(bar)
        bands.add(bar.close)
        score.add(bar.close)
        highest.add(bar.high)
        lowest.add(bar.low)
        vwap.add(bar)
        change.add(bar.close)
        let prices: [Price?] = [sma.value, wma.value, highest.value, lowest.value, vwap.value]
        let numbers: [Double?] = [
            ema.value, rsi.value, atr.value, bands.value?.lower, score.value, change.value, random.uniform(),
        ]
        context.log("\(prices) \(numbers)")
    }
}

@Suite("A damaged state")
struct DamagedStateTests {
    /// Changes digits, brackets and names here and there, so that most of it stays a state.
    private func damaged(_ state: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = state
        for _ in 0...random.next() % 4 {
            let place = Int(random.next() % UInt64(bytes.count))
            let digit = UInt8(ascii: "0") + UInt8(random.next() % 10)
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) else {
                if random.next() % 8 == 0 { bytes[place] = UInt8(ascii: "-") }
                continue
            }
            switch random.next() % 3 {
            case 0: bytes[place] = digit
            case 1: bytes.insert(contentsOf: Array(repeating: digit, count: Int(random.next() % 18)), at: place)
            default: bytes.insert(UInt8(ascii: "-"), at: place)
            }
        }
        return bytes
    }

    private func check(_ make: () throws -> Scenario) throws {
        var market = SyntheticMarket(seed: 4)
        let source = try make()
        source.play(market.range(bars: 40) + market.pump())
        let state = source.save()
        let next = market.range(bars: 12)
        var random = SeededRandom(seed: 5)
        var taken = 0
        for _ in 0..<300 {
            let victim = try make()
            guard (try? victim.restore(damaged(state, &random))) != nil else { continue }
            taken += 1
            victim.play(next)
            try victim.expectNoFaults()
        }
        #expect(taken > 30 && taken < 300)
    }

    @Test(
        "is refused or played on with, but never brings the host down",
        arguments: [
            ("SMACross", ["fast": 4, "slow": 9]), ("MeanReversion", ["window": 9]), ("PumpDetector", [:]),
        ] as [(String, [String: Setting])])
    func plugins(name: String, settings: [String: Setting]) throws {
        try check { try Scenario(library: BuiltLibrary.path(name), settings) }
    }

    @Test("of every indicator neither")
    func indicators() throws { try check { try Scenario(Collection.self) } }

    @Test("a whole one goes on with every indicator as before")
    func whole() throws {
        var market = SyntheticMarket(seed: 6)
        let events = market.range(bars: 60) + market.pump()
        let straight = try Scenario(Collection.self)
        let reloaded = try Scenario(Collection.self)
        for event in events {
            straight.play(event)
            reloaded.play(event)
            try reloaded.reload()
        }
        #expect(reloaded.logLines == straight.logLines)
    }
}
