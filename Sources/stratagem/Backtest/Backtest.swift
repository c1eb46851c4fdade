import CStrategyABI
import Engine
import Glibc
import MarketData
import PluginHost
import Portfolio
import Trading

/// One strategy over files of market data, through the engine, gate, venue and ledger that trade on paper.
struct Backtest {
    var strategyID: String
    var plugin: LoadedPlugin
    var instance: StrategyInstance
    /// By instrument: the engine's index is the place here.
    var files: [MarketFile]
    /// What comes before only warms the strategy up; nil = all counts.
    var start: Timestamp?
    var instruments: [Instrument]
    /// Built out of the files where they do not have them.
    var bars: [Timeframe]
    /// One account, one strategy.
    var setup: EngineSetup

    /// Of the first event that counts and the last.
    var first: Timestamp {
        max(files.map(\.first).min() ?? Timestamp(nanoseconds: 0), start ?? .init(nanoseconds: .min))
    }
    var last: Timestamp { files.map(\.last).max() ?? Timestamp(nanoseconds: 0) }

    /// Between two looks at whether the next event is due.
    private static let waitMicroseconds: UInt32 = 1_000

    /// Runs all events through a fresh engine. The loop is timed alone: a piece of the data is in memory before, and facts are
    /// hashed and listed between two pieces, when the clock stands.
    /// `speed`: so many times as fast as the data was; nil = as fast as possible.
    func run(
        keepsFills: Bool, keepsTrades: Bool, speed: Rate? = nil, progress: ProgressLine,
        progressFile: ProgressFile? = nil
    ) -> BacktestResult {
        var engine = Engine(setup)
        var record = BacktestRecord(keepsFills: keepsFills, keepsTrades: keepsTrades)
        let clock = ContinuousClock()
        var picture = BacktestPicture(
            instruments: instruments.count, opening: setup.accounts[0].terms.openingBalance)
        let stream = MarketStream(files, bars: bars)
        engine.attach(StrategyCall(instance), strategy: 0)
        var loop = Duration.zero
        var events = 0
        var isRunning = false
        var isWarm = start == nil
        // When it begins to count, and what was counted by then.
        var begin = (time: first, counters: StrategyCounters())
        let pace = speed.map { Pace(speed: $0, clock: MonotonicClock.now, market: first) }
        while var rest = stream.next() {
            if !isRunning, let first = rest.first {
                engine.advance(to: first.timestamp)
                engine.enable(strategy: 0)
                isRunning = true
            }
            if let start, !isWarm {
                rest = warmUp(rest, before: start, &engine)
                isWarm = !rest.isEmpty
                begin = (rest.first?.timestamp ?? first, engine.counters(strategy: 0))
            }
            while !rest.isEmpty {
                let piece = Backtest.due(rest, until: pace?.market(at: MonotonicClock.now))
                if piece.isEmpty {
                    usleep(Backtest.waitMicroseconds)
                    continue
                }
                loop += run(piece, &engine, &picture, clock)
                rest = UnsafeBufferPointer(rebasing: rest[piece.count...])
                events += piece.count
                record.take(engine.factLog)
                picture.take(engine.factLog)
                engine.clearFacts()
                if let time = piece.last(where: { $0.kind != .more })?.timestamp {
                    // In milliseconds, which may be multiplied.
                    let done = (time.nanoseconds - first.nanoseconds) / 1_000_000
                    let whole = max((last.nanoseconds - first.nanoseconds) / 1_000_000, 1)
                    progress.show(Int(done), of: Int(whole), count: events)
                    progressFile?.write(Double(done) / Double(whole))
                }
            }
        }
        progress.end()
        return BacktestResult(
            self, engine, record, picture, since: begin, events: events, loopSeconds: loop / .seconds(1))
    }

    /// Runs what comes before `start`, and gives back the rest. With its first event the account begins anew: the strategy knows
    /// the market by then, and holds nothing.
    private func warmUp(
        _ events: UnsafeBufferPointer<EventRecord>, before start: Timestamp, _ engine: inout Engine
    ) -> UnsafeBufferPointer<EventRecord> {
        // A bar belongs to the time of its open, as it does where files are cut.
        let end = events.firstIndex { event in
            let begin = event.kind == .bar ? event.time - event.asBar.interval : event.time
            return event.kind != .more && begin >= start.nanoseconds
        }
        let rest = UnsafeBufferPointer(rebasing: events[(end ?? events.count)...])
        engine.run(UnsafeBufferPointer(rebasing: events[..<(events.count - rest.count)]))
        if !rest.isEmpty {
            engine.disable(strategy: 0)
            _ = engine.resetAccount(0, balance: engine.openingBalance(account: 0))
            engine.enable(strategy: 0)
        }
        engine.clearFacts()
        return rest
    }

    /// With a look at the engine now and then, outside of the time that it takes.
    private func run(
        _ piece: UnsafeBufferPointer<EventRecord>, _ engine: inout Engine, _ picture: inout BacktestPicture,
        _ clock: ContinuousClock
    ) -> Duration {
        var rest = piece
        var time = Duration.zero
        while !rest.isEmpty {
            let part = UnsafeBufferPointer(rebasing: rest[..<picture.countBeforeLook(rest)])
            rest = UnsafeBufferPointer(rebasing: rest[part.count...])
            time += clock.measure { engine.run(part) }
            if let last = part.last(where: { $0.kind != .more }) { picture.look(engine, at: last.timestamp) }
        }
        return time
    }

    /// Events that have come by `time`; MORE records stay with the one that they belong to.
    private static func due(
        _ events: UnsafeBufferPointer<EventRecord>, until time: Timestamp?
    ) -> UnsafeBufferPointer<EventRecord> {
        guard let time else { return events }
        let end = events.firstIndex { $0.time > time.nanoseconds && $0.kind != .more } ?? events.count
        return UnsafeBufferPointer(rebasing: events[..<end])
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
