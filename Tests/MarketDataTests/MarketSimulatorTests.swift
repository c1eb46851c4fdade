import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Market simulator")
struct MarketSimulatorTests {
    private static let start = Timestamp(year: 2026, month: 1, day: 1)!

    private static func run(
        seed: UInt64, seconds: Int64, instruments: [SimulatedInstrument] = SimulatedMarket.all, start: Timestamp = start
    ) -> [EventRecord] {
        var simulator = MarketSimulator(seed: seed, start: start, instruments: instruments)
        var output = OutputBuffer()
        simulator.next(until: start + seconds * 1_000_000_000, into: &output)
        return Array(output.records)
    }

    private static func checksum(_ records: some Sequence<EventRecord>) -> UInt64 {
        var checksum = Checksum()
        for record in records { checksum.add(record) }
        return checksum.value
    }

    /// Without the order books.
    private static func plain(_ records: [EventRecord]) -> [EventRecord] {
        var isBook = false
        return records.filter { record in
            if record.kind != .more { isBook = record.kind == .depth }
            return !isBook
        }
    }

    @Test("a seed gives the bytes that it gave before, in every build, whether one looks at the order books or not")
    func digest() {
        let records = Self.run(seed: 42, seconds: 120)
        #expect(Self.checksum(Self.plain(records)) == 7_620_198_587_436_114_857)
        #expect(Self.checksum(records) == 7_458_783_717_387_773_322)
    }

    @Test("the same seed gives the same market, another one another")
    func seeds() {
        let first = Self.checksum(Self.run(seed: 1, seconds: 30))
        #expect(first == Self.checksum(Self.run(seed: 1, seconds: 30)))
        #expect(first != Self.checksum(Self.run(seed: 2, seconds: 30)))
        #expect(Self.run(seed: 0, seconds: 5).count > 100)
    }

    @Test("the pieces in which events are taken do not matter", arguments: [8, 9, 13, 64, 1000])
    func chunks(_ size: Int) {
        let whole = Self.run(seed: 9, seconds: 70)
        var simulator = MarketSimulator(seed: 9, start: Self.start)
        let buffer = UnsafeMutableBufferPointer<EventRecord>.allocate(capacity: size)
        defer { buffer.deallocate() }
        var taken: [EventRecord] = []
        while taken.count < whole.count {
            let count = simulator.fill(buffer)
            #expect(count > 0)
            #expect(buffer[0].kind != .more && !buffer[count - 1].hasMore)
            taken += buffer[..<count]
        }
        #expect(Self.checksum(taken.prefix(whole.count)) == Self.checksum(whole))
    }

    @Test("nor does the pace, and no event comes before its time")
    func pace() {
        let whole = Self.run(seed: 9, seconds: 20)
        var simulator = MarketSimulator(seed: 9, start: Self.start)
        var random = RandomStream(seed: 3)
        var output = OutputBuffer()
        var now = Self.start
        let end = Self.start + 20_000_000_000
        while now < end {
            now = min(end, now + random.within(0...400_000_000))
            simulator.next(until: now, into: &output)
            #expect(output.records.last.map { $0.timestamp <= now } ?? true)
        }
        #expect(Self.checksum(output.records) == Self.checksum(whole))
        simulator.next(until: Self.start, into: &output)
        #expect(output.count == whole.count)
    }

    @Test("an instrument's market does not depend on which others there are, but for its number")
    func subset() throws {
        let ethereum = try #require(SimulatedMarket.find("ETH_USDT"))
        let alone = Self.run(seed: 5, seconds: 60, instruments: [ethereum])
        let among = Self.run(seed: 5, seconds: 60).filter { $0.instrument == 1 }.map {
            var record = $0
            record.instrument = 0
            return record
        }
        #expect(Self.checksum(alone) == Self.checksum(among))
        #expect(SimulatedMarket.find("DOGE_USDT") == nil)
    }

    @Test("times never go back, prices are on tick and above 0, bids below asks, sizes on lot")
    func invariants() {
        let instruments = SimulatedMarket.instruments
        for seed in UInt64(0)..<5 {
            var previous = Self.start.nanoseconds
            var quotes = [Quote?](repeating: nil, count: instruments.count)
            for record in Self.run(seed: seed, seconds: 120) {
                #expect(record.time >= previous)
                previous = record.time
                let terms = instruments[Int(record.instrument)].terms
                switch record.kind {
                case .quote:
                    let quote = record.asQuote
                    #expect(quote.bid_price > 0 && quote.bid_price < quote.ask_price)
                    #expect(quote.bid_price % terms.tick.raw == 0 && quote.ask_price % terms.tick.raw == 0)
                    #expect(quote.bid_quantity >= terms.lot.raw && quote.bid_quantity % terms.lot.raw == 0)
                    #expect(quote.ask_quantity >= terms.lot.raw && quote.ask_quantity % terms.lot.raw == 0)
                    quotes[Int(record.instrument)] = quote
                case .trade:
                    let trade = record.asTrade
                    let quote = quotes[Int(record.instrument)]
                    #expect(trade.price == (trade.aggressor == 1 ? quote?.ask_price : quote?.bid_price))
                    #expect(trade.quantity >= terms.minQuantity.raw && trade.quantity <= terms.maxQuantity.raw)
                    #expect(trade.quantity % terms.lot.raw == 0)
                case .bar: #expect(record.hasMore && record.asBar.low > 0)
                default: #expect(record.kind == .more || record.kind == .depth)
                }
            }
        }
    }

    @Test("every instrument quotes 4 to 10 and trades 1 to 5 times a second on average, a little more in bursts")
    func rates() {
        let seconds: Int64 = 1200
        let records = Self.run(seed: 11, seconds: seconds)
        for index in SimulatedMarket.instruments.indices {
            let own = records.filter { $0.instrument == UInt32(index) }
            let quotes = Double(own.filter { $0.kind == .quote }.count) / Double(seconds)
            let trades = Double(own.filter { $0.kind == .trade }.count) / Double(seconds)
            #expect(
                (4...12).contains(quotes) && (1...7).contains(trades), "\(index): \(quotes) quotes, \(trades) trades")
        }
    }

    @Test("the bars are those of the trades")
    func bars() {
        let records = Self.run(seed: 3, seconds: 130)
        var builder = BarBuilder(kinds: Array(repeating: .trades, count: 9), timeframes: Timeframe.allCases)
        var built = OutputBuffer()
        for record in records where record.kind == .trade { builder.consume(record, into: &built) }
        builder.advance(to: Self.start + 130_000_000_000, into: &built)
        let bars = Self.plain(records).filter { $0.kind == .bar || $0.kind == .more }
        #expect(bars.count > 1000 && Self.checksum(bars) == Self.checksum(built.records))
        for timeframe in [Timeframe.oneSecond, .fiveSeconds, .oneMinute] {
            #expect(bars.contains { $0.kind == .bar && $0.asBar.timeframe == timeframe })
        }
    }

    /// Relative changes of every instrument's mid from second to second; nil in pumps and dumps, which are its own.
    private static func returns(seed: UInt64, seconds: Int64) -> [[Double?]] {
        var simulator = MarketSimulator(seed: seed, start: start, timeframes: [])
        var output = OutputBuffer()
        var mids = [Double](repeating: 0, count: 9)
        var returns = [[Double?]](repeating: [], count: 9)
        var wasOwn = [Bool](repeating: false, count: 9)
        for second in 0...seconds {
            output.removeAll()
            simulator.next(until: start + second * 1_000_000_000, into: &output)
            let before = mids
            for record in output.records where record.kind == .quote {
                let quote = record.asQuote
                mids[Int(record.instrument)] = Double(quote.bid_price + quote.ask_price) / 2
            }
            for index in 0..<9 {
                let isOwn = [.pump, .dump].contains(simulator.regime(of: index))
                let isMissing = isOwn || wasOwn[index] || before[index] == 0
                returns[index].append(isMissing ? nil : mids[index] / before[index] - 1)
                wasOwn[index] = isOwn
            }
        }
        return returns
    }

    private static func correlation(_ a: [Double?], _ b: [Double?]) -> Double {
        var pairs: [(Double, Double)] = []
        for case (let a?, let b?) in zip(a, b) { pairs.append((a, b)) }
        let count = Double(pairs.count)
        let meanA = pairs.reduce(0) { $0 + $1.0 } / count
        let meanB = pairs.reduce(0) { $0 + $1.1 } / count
        let covariance = pairs.map { ($0 - meanA) * ($1 - meanB) }.reduce(0, +)
        let squares = pairs.reduce(into: (0.0, 0.0)) { sums, pair in
            sums.0 += (pair.0 - meanA) * (pair.0 - meanA)
            sums.1 += (pair.1 - meanB) * (pair.1 - meanB)
        }
        return covariance / (squares.0 * squares.1).squareRoot()
    }

    @Test("instruments of a class move together, those of different classes a little")
    func correlations() {
        let returns = Self.returns(seed: 21, seconds: 900)
        let inClass = [(0, 1), (0, 2), (1, 2), (4, 5), (5, 6), (7, 8)].map {
            Self.correlation(returns[$0], returns[$1])
        }
        #expect(inClass.allSatisfy { $0 > 0.1 }, "\(inClass)")
        let across = [(0, 4), (0, 7), (1, 8), (4, 7)].map { Self.correlation(returns[$0], returns[$1]) }
        let meanAcross = across.reduce(0, +) / 4
        let meanInClass = inClass.reduce(0, +) / 6
        #expect(meanAcross > 0 && meanAcross < meanInClass, "\(across)")
    }

    @Test("all regimes are seen; a crypto pump or dump begins within most minutes and moves the price its way")
    func regimes() {
        var seen: Set<Regime> = []
        var minutesWithBurst: Set<Int64> = []
        var moves: [(Regime, Double)] = []
        var simulator = MarketSimulator(seed: 8, start: Self.start, timeframes: [])
        var output = OutputBuffer()
        var mids = [Double](repeating: 0, count: 4)
        var begun = [(regime: Regime, mid: Double)?](repeating: nil, count: 4)
        for tenth in 1...Int64(36_000) {
            output.removeAll()
            simulator.next(until: Self.start + tenth * 100_000_000, into: &output)
            for record in output.records where record.kind == .quote && record.instrument < 4 {
                mids[Int(record.instrument)] = Double(record.asQuote.bid_price + record.asQuote.ask_price) / 2
            }
            for index in 0..<4 {
                let regime = simulator.regime(of: index)
                seen.insert(regime)
                if let burst = begun[index], burst.regime != regime {
                    moves.append((burst.regime, mids[index] / burst.mid - 1))
                    begun[index] = nil
                }
                if begun[index] == nil, regime == .pump || regime == .dump, mids[index] > 0 {
                    begun[index] = (regime, mids[index])
                    minutesWithBurst.insert(tenth / 600)
                }
            }
        }
        #expect(seen.count == Regime.allCases.count)
        #expect(minutesWithBurst.count >= 55)
        let right = moves.filter { $0.0 == .pump ? $0.1 > 0.004 : $0.1 < -0.004 }
        #expect(moves.count > 100 && right.count * 100 >= moves.count * 95, "\(right.count) of \(moves.count)")
    }

    @Test("prices stay near where they began for an hour")
    func bounded() {
        var simulator = MarketSimulator(seed: 77, start: Self.start, timeframes: [])
        var output = OutputBuffer()
        let specs = SimulatedMarket.all
        for minute in 1...Int64(60) {
            output.removeAll()
            simulator.next(until: Self.start + minute * 60_000_000_000, into: &output)
            for record in output.records where record.kind == .quote {
                let price = specs[Int(record.instrument)].startPrice.raw
                #expect(record.asQuote.bid_price > price / 2 && record.asQuote.ask_price < price * 2)
            }
        }
    }

    @Test("the nine instruments of the configuration can be traded")
    func catalogue() {
        let instruments = SimulatedMarket.instruments
        #expect(
            instruments.map(\.id) == [
                "BTC_USDT", "ETH_USDT", "SOL_USDT", "ADA_USDT", "EUR_USD", "GBP_USD", "AUD_USD", "NIFTY", "BANKNIFTY",
            ])
        #expect(instruments.allSatisfy { $0.problems.isEmpty && $0.calendar == .alwaysOpen })
        #expect(Set(instruments.map(\.quoteCurrency)) == ["USDT", "USD", "INR"])
        #expect(MarketSimulator.kinds == [.quotes, .trades, .bars, .depth])
        for spec in SimulatedMarket.all { #expect(spec.startPrice.raw % spec.instrument.terms.tick.raw == 0) }
    }

    @Test("the start need not lie on a whole second")
    func oddStart() {
        let start = Timestamp(nanoseconds: Self.start.nanoseconds + 123_456_789)
        let records = Self.run(seed: 1, seconds: 5, start: start)
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(records.filter { $0.kind == .bar }.allSatisfy { $0.time % 1_000_000_000 == 0 })
    }
}
