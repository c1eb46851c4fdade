public import CStrategyABI
public import Trading

/// A market out of a seed: quotes, trades, bars and order books of its instruments in time order, always open. The book
/// comes with each quote and right before it, and its best levels are the quote.
///
/// It has no clock and no thread: the caller asks for events up to a time, and so sets the pace. The same seed, start and
/// instruments give the same bytes whatever the pieces are in which they are taken, on every machine: the arithmetic is
/// integers alone. Returns of instruments move together by a factor of their asset class and one of the whole market;
/// each instrument goes through regimes of seconds to minutes (`Regime`). Memory is allocated while buffers still grow.
public struct MarketSimulator: ~Copyable {
    /// Prices move, and each instrument may quote or trade once, in steps of 20 ms.
    static let stepNanoseconds: Int64 = 20_000_000
    static let stepsPerSecond: Int64 = 50

    private let specs: [SimulatedInstrument]
    private var paths: FixedBuffer<InstrumentPath>
    private let shapes: FixedBuffer<BookShape>
    private var factorRandom: RandomStream
    private var classFactors: FixedBuffer<Int64>
    private var builder: BarBuilder
    /// Events of one step before they are sorted.
    private var scratch: FixedBuffer<EventRecord>
    private var queue = OutputBuffer(capacity: 256)
    private var queueStart = 0
    private var stepStart: Int64
    private let seed: UInt64
    private var scenarios: [RunningScenario] = []
    private var scenarioCount: UInt64 = 0

    /// Events carry the index of their instrument in `instruments`. Bars of `timeframes` are built out of the trades.
    public init(
        seed: UInt64, start: Timestamp, instruments: [SimulatedInstrument] = SimulatedMarket.all,
        timeframes: [Timeframe] = Timeframe.allCases
    ) {
        specs = instruments
        self.seed = seed
        factorRandom = RandomStream(seed: seed)
        var streams: [RandomStream] = []
        var stream = factorRandom
        for _ in 0...(instruments.map(\.stream).max() ?? 0) {
            stream.jump()
            streams.append(stream)
        }
        let empty = SimulatedMarket.all[0]
        var paths = FixedBuffer(count: instruments.count, repeating: InstrumentPath(empty, random: stream))
        for (index, spec) in instruments.enumerated() {
            paths[index] = InstrumentPath(spec, random: streams[spec.stream])
        }
        self.paths = paths
        // Keys by stream, so that a book does not depend on which others there are.
        let keys = SplitMix64(seed: seed ^ 0x0b00_c0de).keys(count: streams.count)
        shapes = FixedBuffer(instruments.map { BookShape($0, key: keys[$0.stream]) })
        classFactors = FixedBuffer(count: SimulatedMarket.factorCount, repeating: 0)
        scratch = FixedBuffer(count: instruments.count, repeating: EventRecord())
        builder = BarBuilder(
            kinds: Array(repeating: [.trades], count: instruments.count), timeframes: timeframes)
        stepStart = start.nanoseconds
    }

    public var instruments: [Instrument] { specs.map(\.instrument) }
    /// What the feed of each instrument holds.
    public static let kinds: FeedKinds = [.quotes, .trades, .bars, .depth]
    /// What the instrument is doing in the step that was made last.
    public func regime(of instrument: Int) -> Regime { paths[instrument].state.regime }

    /// Brings bars of one more length from the step on that is made next. Allocates.
    public mutating func add(_ timeframe: Timeframe) { builder.add(timeframe) }

    /// Scenarios under way at the same time.
    public static let scenariosMax = 16

    /// Begins with the step that is made next; false = there are as many as there may be.
    public mutating func begin(_ scenario: MarketScenario, instrument: Int) -> Bool {
        guard scenarios.count < MarketSimulator.scenariosMax else { return false }
        scenarioCount += 1
        scenarios.append(
            RunningScenario(
                scenario, instrument: instrument, fair: paths[instrument].fair, seed: seed ^ scenarioCount << 32))
        return true
    }

    /// Prices go on from where scenarios have brought them.
    public mutating func endScenarios() { scenarios.removeAll() }
    public var scenariosUnderWay: Int { scenarios.count }

    /// Appends all further events at or before `time`.
    public mutating func next(until time: Timestamp, into output: inout OutputBuffer) {
        while true {
            let ready = queue.records
            var end = queueStart
            while end < ready.count, ready[end].time <= time.nanoseconds { end += 1 }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: ready[queueStart..<end]))
            queueStart = end
            guard end == ready.count, stepStart <= time.nanoseconds else { return }
            makeStep()
        }
    }

    /// Fills the buffer with the next events and says how many there are: all that fit, but a record with a MORE record
    /// is not parted from it. The buffer must have room for 2.
    public mutating func fill(_ buffer: UnsafeMutableBufferPointer<EventRecord>) -> Int {
        precondition(buffer.count >= OrderBook.recordCount, "a buffer of \(buffer.count) records cannot hold a book")
        var count = 0
        while true {
            let ready = queue.records
            while queueStart < ready.count {
                var size = 1
                while ready[queueStart + size - 1].hasMore { size += 1 }
                if count + size > buffer.count { return count }
                for offset in 0..<size { buffer[count + offset] = ready[queueStart + offset] }
                count += size
                queueStart += size
            }
            if count == buffer.count { return count }
            makeStep()
        }
    }

    /// Makes the events of the next 20 ms; the queue is empty.
    private mutating func makeStep() {
        queue.removeAll()
        queueStart = 0
        let market = factorRandom.normal()
        for factor in 0..<classFactors.count { classFactors[factor] = factorRandom.normal() }
        if !scenarios.isEmpty { moveByScenarios() }
        var count = 0
        for index in 0..<paths.count {
            if paths[index].needsRegime { paths[index].switchRegime(specs[index]) }
            paths[index].move(market: market, classFactor: classFactors[paths[index].factor])
            guard var event = paths[index].event(stepStart: stepStart) else { continue }
            event.instrument = UInt32(index)
            insert(event, at: count)
            count += 1
        }
        for index in 0..<count {
            if scratch[index].kind == .quote { writeBook(around: scratch[index].asQuote) }
            builder.pass(scratch[index], into: &queue)
        }
        stepStart += MarketSimulator.stepNanoseconds
        builder.advance(to: Timestamp(nanoseconds: stepStart), into: &queue)
    }

    @inline(never)
    private mutating func moveByScenarios() {
        for index in scenarios.indices {
            let instrument = scenarios[index].instrument
            paths[instrument].shift(by: scenarios[index].move(at: paths[instrument].fair))
        }
        scenarios.removeAll { $0.isOver }
    }

    /// Before the quote, so that an order sent on a quote does not meet the very book that the quote is of.
    private mutating func writeBook(around quote: Quote) {
        let book = shapes[Int(quote.instrument)].book(around: quote)
        let records = book.records(instrument: quote.instrument, time: Timestamp(nanoseconds: quote.time))
        // Bars that are due come first.
        builder.pass(records[0], into: &queue)
        for index in 1..<OrderBook.recordCount { queue.append(records[index]) }
    }

    /// Sorts by time; of equal times the lower instrument stays first.
    private mutating func insert(_ event: EventRecord, at end: Int) {
        var position = end
        while position > 0, scratch[position - 1].time > event.time {
            scratch[position] = scratch[position - 1]
            position -= 1
        }
        scratch[position] = event
    }
}
