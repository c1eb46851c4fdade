import CStrategyABI
import Engine
import Glibc
import MarketData
import PluginHost
import Trading

/// One strategy over one file of market data, through the engine, gate, venue and ledger that trade on paper.
struct Backtest {
    var strategyID: String
    var plugin: LoadedPlugin
    var instance: StrategyInstance
    var file: MarketFile
    var instrument: Instrument
    /// The file's events, with the bars built that the strategy wants.
    var events: MarketEvents
    /// One account, one strategy, one instrument.
    var setup: EngineSetup

    /// Events between two looks at the facts: they bound the memory that facts take.
    private static let pieceEvents = 1 << 16
    /// Between two looks at whether the next event is due.
    private static let waitMicroseconds: UInt32 = 1_000

    /// Runs all events through a fresh engine. The loop is timed alone: the data is in memory before, and facts are
    /// hashed and listed between two pieces, when the clock stands.
    /// `speed`: so many times as fast as the data was; nil = as fast as possible.
    func run(keepsFills: Bool, keepsTrades: Bool, speed: Rate? = nil, progress: ProgressLine) -> BacktestResult {
        var engine = Engine(setup)
        var record = BacktestRecord(keepsFills: keepsFills, keepsTrades: keepsTrades)
        let clock = ContinuousClock()
        engine.attach(StrategyCall(instance), strategy: 0)
        engine.advance(to: events.records.first?.timestamp ?? engine.now)
        engine.enable(strategy: 0)
        var loop = Duration.zero
        var start = 0
        let pace = speed.map { Pace(speed: $0, clock: MonotonicClock.now, market: file.first) }
        while start < events.count {
            let piece = piece(from: start, until: pace?.market(at: MonotonicClock.now))
            if piece.isEmpty {
                usleep(Backtest.waitMicroseconds)
                continue
            }
            loop += clock.measure { engine.run(piece) }
            start += piece.count
            record.take(engine.factLog)
            engine.clearFacts()
            progress.show(start, of: events.count)
        }
        progress.end()
        return BacktestResult(self, engine, record, loopSeconds: loop / .seconds(1))
    }

    /// The next events; MORE records stay with the one that they belong to.
    private func piece(from start: Int, until time: Timestamp?) -> UnsafeBufferPointer<EventRecord> {
        let records = events.records
        var end = min(start + Backtest.pieceEvents, records.count)
        if let time { end = records[start..<end].firstIndex { $0.time > time.nanoseconds && $0.kind != .more } ?? end }
        while end < records.count, records[end].kind == .more { end += 1 }
        return UnsafeBufferPointer(rebasing: records[start..<end])
    }
}

/// What is kept of the facts: the hash of all of them, and lists that were asked for.
struct BacktestRecord {
    let hash = StateHash()
    private(set) var fills: [Fill] = []
    private(set) var trades: [RoundTrip] = []
    /// What the strategy wrote in intents that nobody could read; the first few.
    private(set) var faults: [IntentFault] = []
    /// How often which rule failed for which reason.
    private(set) var denials: [(rule: RuleID, reason: FindingReason, count: Int)] = []
    private var bytes = CanonicalBytes()
    private let keepsFills: Bool
    private let keepsTrades: Bool

    init(keepsFills: Bool, keepsTrades: Bool) {
        self.keepsFills = keepsFills
        self.keepsTrades = keepsTrades
    }

    mutating func take(_ log: FactLog) {
        bytes.removeAll()
        bytes.append(log)
        hash.update(bytes.bytes)
        for finding in log.findings where !finding.isWarning { count(finding) }
        for event in log.events {
            switch event {
            case .orderFilled(let fill) where keepsFills: fills.append(fill)
            case .roundTripClosed(let trip) where keepsTrades: trades.append(trip)
            case .intentRefused(_, _, let fault, _, _) where !faults.contains(fault): faults.append(fault)
            default: break
            }
        }
    }

    private mutating func count(_ finding: Finding) {
        if let index = denials.firstIndex(where: { $0.rule == finding.rule && $0.reason == finding.reason }) {
            denials[index].count += 1
        } else {
            denials.append((finding.rule, finding.reason, 1))
        }
    }
}
