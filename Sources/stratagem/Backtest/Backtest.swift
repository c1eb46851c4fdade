import CStrategyABI
import Engine
import Glibc
import MarketData
import PluginHost
import Portfolio
import Trading

/// One strategy or several over files of market data, through the engine, gate, venue and ledger that trade on paper.
struct Backtest {
    /// In the order of their names, however they were asked for: who comes first in it hears of an event first.
    var members: [BacktestMember]
    /// By instrument: the engine's index is the place here.
    var files: [MarketFile]
    /// What comes before only warms the strategy up; nil = all counts.
    var start: Timestamp?
    var instruments: [Instrument]
    /// Built out of the files where they do not have them.
    var bars: [Timeframe]
    /// As many strategies as members, in their order.
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
            instruments: instruments.count, accounts: setup.accounts.map(\.terms.openingBalance))
        let stream = MarketStream(files, bars: bars)
        for (index, member) in members.enumerated() { engine.attach(StrategyCall(member.instance), strategy: index) }
        var loop = Duration.zero
        var events = 0
        var isRunning = false
        var isWarm = start == nil
        // When it begins to count, and what was counted by then.
        var begin = (time: first, counters: members.map { _ in StrategyCounters() })
        let pace = speed.map { Pace(speed: $0, clock: MonotonicClock.now, market: first) }
        while var rest = stream.next() {
            if !isRunning, let first = rest.first {
                engine.advance(to: first.timestamp)
                for index in members.indices { engine.enable(strategy: index) }
                isRunning = true
            }
            if let start, !isWarm {
                rest = warmUp(rest, before: start, &engine)
                isWarm = !rest.isEmpty
                begin = (rest.first?.timestamp ?? first, counters(engine))
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

    private func counters(_ engine: borrowing Engine) -> [StrategyCounters] {
        var counters: [StrategyCounters] = []
        for index in members.indices { counters.append(engine.counters(strategy: index)) }
        return counters
    }

    /// Runs what comes before `start`, and gives back the rest. With its first event the accounts begin anew: the strategies know
    /// the market by then, and hold nothing.
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
            for index in members.indices { engine.disable(strategy: index) }
            for account in setup.accounts.indices {
                _ = engine.resetAccount(account, balance: engine.openingBalance(account: account))
            }
            for index in members.indices { engine.enable(strategy: index) }
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
    /// What strategies wrote in intents that nobody could read, each once.
    private(set) var faults: [(strategy: Int, fault: IntentFault)] = []
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
            case .intentRefused(let strategy, _, let fault, _, _): note(fault, of: Int(strategy))
            default: break
            }
        }
    }

    private mutating func note(_ fault: IntentFault, of strategy: Int) {
        guard !faults.contains(where: { $0.strategy == strategy && $0.fault == fault }) else { return }
        faults.append((strategy, fault))
    }

    private mutating func count(_ finding: Finding) {
        if let index = denials.firstIndex(where: { $0.rule == finding.rule && $0.reason == finding.reason }) {
            denials[index].count += 1
        } else {
            denials.append((finding.rule, finding.reason, 1))
        }
    }
}
