import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Scenarios of the simulated market")
struct MarketScenarioTests {
    private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static let second = Timestamp.nanosecondsPerSecond

    /// The middle of the first instrument's last quote, each second.
    private func prices(_ scenario: MarketScenario?, seconds: Int, seed: UInt64, pieces: Int64 = 1) throws -> [Double] {
        var simulator = MarketSimulator(seed: seed, start: Self.start, timeframes: [])
        if let scenario { try #require(simulator.begin(scenario, instrument: 0) as Bool) }
        var prices: [Double] = []
        var middle = 0.0
        for second in 0..<seconds {
            var output = OutputBuffer(capacity: 1 << 12)
            for piece in 1...pieces {
                let time = Self.start + Int64(second) * Self.second + piece * Self.second / pieces
                simulator.next(until: time, into: &output)
            }
            for event in output.records where event.kind == .quote && event.instrument == 0 {
                middle = Double(event.asQuote.bid_price + event.asQuote.ask_price) / 2
            }
            prices.append(middle)
        }
        return prices
    }

    /// What a scenario adds to the price, as a part of it, each second.
    private func effect(_ kind: MarketScenario.Kind, _ magnitude: String, seconds: Int, seed: UInt64) throws -> [Double]
    {
        let scenario = MarketScenario(
            kind, magnitude: try #require(Rate(magnitude)), durationNanoseconds: Int64(seconds) * Self.second)
        let with = try prices(scenario, seconds: seconds, seed: seed)
        let without = try prices(nil, seconds: seconds, seed: seed)
        return zip(with, without).map { $0 / $1 - 1 }
    }

    @Test(
        "a bull market adds its magnitude by its end, a bear market takes it, half of it in half of the time",
        arguments: 1...5)
    func trends(seed: UInt64) throws {
        let rise = try effect(.bullMarket, "0.05", seconds: 60, seed: seed)
        #expect(abs(rise[29] - 0.025) < 0.005, "\(rise[29])")
        #expect(abs(rise[59] - 0.05) < 0.005, "\(rise[59])")
        let fall = try effect(.bearMarket, "0.05", seconds: 60, seed: seed)
        #expect(abs(fall[59] + 0.05) < 0.005, "\(fall[59])")
    }

    @Test("a flash crash is deepest after a quarter and gone at its end", arguments: 1...5)
    func crash(seed: UInt64) throws {
        let course = try effect(.flashCrash, "0.1", seconds: 80, seed: seed)
        #expect(abs(course[19] + 0.1) < 0.01, "\(course[19])")
        #expect(abs(course[49] + 0.05) < 0.01, "\(course[49])")
        #expect(abs(course[79]) < 0.01, "\(course[79])")
    }

    @Test("sideways keeps the price within its magnitude, high volatility makes it wander", arguments: 1...5)
    func others(seed: UInt64) throws {
        let band = MarketScenario(
            .sideways, magnitude: try #require(Rate("0.0005")), durationNanoseconds: 300 * Self.second)
        let prices = try prices(band, seconds: 300, seed: seed)
        let first = SimulatedMarket.all[0].startPrice.raw
        // The quote lies around the price, up to a few ticks away.
        #expect(prices.allSatisfy { abs($0 / Double(first) - 1) < 0.0007 })
        let wandering = try effect(.highVolatility, "0.2", seconds: 300, seed: seed)
        let moves = zip(wandering.dropFirst(), wandering).map { $0 - $1 }
        let deviation = (moves.reduce(0) { $0 + $1 * $1 } / Double(moves.count) * 300).squareRoot()
        #expect(deviation > 0.1 && deviation < 0.4, "\(deviation)")
    }

    @Test("the pieces in which the market is taken do not matter; there is a most, and all can be ended")
    func bounded() throws {
        let scenario = MarketScenario(
            .highVolatility, magnitude: try #require(Rate("0.2")), durationNanoseconds: 20 * Self.second)
        let whole = try prices(scenario, seconds: 30, seed: 7)
        #expect(try prices(scenario, seconds: 30, seed: 7, pieces: 13) == whole)
        var simulator = MarketSimulator(seed: 7, start: Self.start)
        for _ in 0..<MarketSimulator.scenariosMax { #expect(simulator.begin(scenario, instrument: 1) as Bool) }
        #expect(!simulator.begin(scenario, instrument: 1) as Bool)
        var output = OutputBuffer(capacity: 1 << 12)
        simulator.next(until: Self.start + 21 * Self.second, into: &output)
        #expect(simulator.scenariosUnderWay as Int == 0)
        #expect(simulator.begin(scenario, instrument: 1) as Bool)
        simulator.endScenarios()
        #expect(simulator.scenariosUnderWay as Int == 0)
    }
}
