import API
import Configuration
import Engine
import Journal
import MarketData
import Signals
import Synchronization
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// Signals of a host, turn by turn.
    @Suite("Signals")
    struct SignalTests {
        private let folder = HostFolder()

        private func life(_ signals: String = "{every: off, horizon: 20s}") throws -> HostLife {
            folder.writeHost("signals: \(signals)")
            return try folder.live()
        }

        private func bitcoin(_ life: HostLife) throws -> Int { try #require(life.core.instrument("BTC")) }

        private func add(
            _ life: HostLife, _ opinion: Opinion = Opinion(probability: 0.75),
            as source: SignalRecord.Source = .model, isCounted: Bool = true
        ) throws -> SignalRecord {
            let from = try life.core.signalSource(bitcoin(life), .rules, "1s")
            let draft = try SignalDraft(from, opinion: opinion)
            return life.core.addSignal(draft.record(as: source, isCounted: isCounted))
        }

        /// The close of the last whole second before `time`, from the market's trades alone.
        private func price(_ life: HostLife, at time: Timestamp) throws -> Price {
            let second = Timestamp.nanosecondsPerSecond
            let whole = Timestamp(nanoseconds: time.nanoseconds / second * second)
            return try #require(life.core.market.ticks(bitcoin(life), to: whole, limit: 1).last).price
        }

        @Test("a signal is judged by the price when its horizon has passed, against that of its making")
        func verdicts() throws {
            let life = try life()
            life.run(seconds: 5)
            var made: [SignalRecord] = []
            for _ in 0..<12 {
                for probability in [0.9, 0.1, 0.5] {
                    made.append(try add(life, Opinion(probability: probability)))
                }
                life.run(seconds: 3)
            }
            life.run(seconds: 25)
            life.commit()
            var kinds: Set<SignalRecord.Verdict> = []
            for record in made {
                let judged = try #require(try life.journal.signal(id: record.id))
                let (before, after) = (try price(life, at: record.generatedAt), try price(life, at: record.dueAt))
                #expect(record.marketPrice == before && judged.outcomePrice == after)
                let isRight =
                    switch record.direction {
                    case .buy: after > before
                    case .sell: after < before
                    case .hold: abs(after.raw - before.raw) <= record.band.raw
                    }
                #expect(judged.verdict == (isRight ? .right : .wrong))
                #expect(judged.status == .cancelled && record.dueAt == record.generatedAt + 20_000_000_000)
                kinds.insert(judged.verdict)
            }
            #expect(kinds == [.right, .wrong], "the market went both ways")
        }

        @Test("until its horizon has passed a signal is pending and undecided, also over a restart")
        func restart() throws {
            let first = try life("{every: off, horizon: 60s}")
            first.run(seconds: 5)
            let record = try add(first)
            try first.end()
            let second = try folder.live()
            #expect(second.core.signals.latest(record.instrument) == record)
            #expect(second.core.signals[record.id]?.verdict == .undecided)
            second.run(seconds: 70)
            second.commit()
            let judged = try #require(try second.journal.signal(id: record.id))
            #expect([.right, .wrong].contains(judged.verdict))
            #expect(judged.outcomePrice == (try price(second, at: record.dueAt)))
            #expect(second.core.signals.undecided.isEmpty)
            #expect(try add(second).id == record.id + 1)
        }

        @Test("a horizon that ended while no host ran stays unknown, and is not counted as right or wrong")
        func missedHorizon() throws {
            let first = try life()
            first.run(seconds: 5)
            var record = try add(first)
            // As if the host had been away for longer than the horizon.
            first.commit()
            record.dueAt = record.generatedAt + 1
            first.journal.append(
                JournalBatch(notes: [.signal(record)], wallTime: Timestamp(nanoseconds: WallClock.now)))
            try first.end()
            let second = try folder.live()
            second.run(seconds: 2)
            second.commit()
            #expect(try second.journal.signal(id: record.id)?.verdict == .unknown)
            let tallies = try second.journal.signalTallies(since: Timestamp(nanoseconds: 0))
            #expect(tallies.map(\.unknown) == [1] && tallies.map(\.decided) == [0])
        }

        @Test("levels are on the tick and on their sides, of every direction, from the first second on")
        func levels() throws {
            let life = try life()
            life.run(seconds: 2)
            let tick = life.core.universe.instruments[try bitcoin(life)].terms.tick
            for _ in 0..<5 {
                for probability in [0.8, 0.2, 0.5] {
                    let record = try add(life, Opinion(probability: probability))
                    let isUp = probability >= 0.5
                    #expect(isUp ? record.stop < record.entry : record.stop > record.entry)
                    #expect(isUp ? record.target > record.entry : record.target < record.entry)
                    for price in [record.entry, record.stop, record.target] {
                        #expect(price > .zero && price.raw % tick.raw == 0)
                    }
                    let reward = abs(record.target.raw - record.entry.raw)
                    let risk = abs(record.entry.raw - record.stop.raw)
                    #expect(record.riskReward == Double(reward) / Double(risk))
                }
                life.run(seconds: 20)
            }
        }

        @Test("a trade executes a signal once, of its instrument, to its side and before its horizon has passed")
        func execution() throws {
            let life = try life()
            life.run(seconds: 5)
            let (buy, other) = (try add(life), try add(life))
            func execute(_ signal: String, _ instrument: String = "BTC", _ side: Side = .buy) throws(HostRefusal) {
                let request = TradeRequest(
                    account: "paper", instrument: instrument, side: side, quantity: Quantity("0.01")!, signal: signal)
                _ = try life.core.execute(request, by: HostLife.person)
            }
            let name = SignalRecord.name(buy.id)
            #expect(throws: HostRefusal.unknown(kind: "signal", id: "sig-99")) { try execute("sig-99") }
            #expect(throws: HostRefusal.unknown(kind: "signal", id: "no-such")) { try execute("no-such") }
            #expect(throws: HostRefusal.invalid("instrument", "\(name) is of BTC_USDT")) { try execute(name, "ETH") }
            #expect(throws: HostRefusal.invalid("direction", "\(name) says LONG")) { try execute(name, "BTC", .sell) }
            try execute(name)
            #expect(throws: HostRefusal.conflict("\(name) is executed already")) { try execute(name) }
            life.run(seconds: 30)
            life.commit()
            let executed = try #require(try life.journal.signal(id: buy.id))
            #expect(executed.status == .executed && executed.executedAt == buy.generatedAt)
            let late = SignalRecord.name(other.id)
            #expect(throws: HostRefusal.conflict("the horizon of \(late) has passed")) { try execute(late) }
            #expect(try life.journal.signal(id: other.id)?.status == .cancelled)
        }

        @Test("by the clock every instrument gets a signal each round")
        func rounds() throws {
            let life = try life("{every: 10s, horizon: 20s}")
            let beside = WorkBeside(life)
            for _ in 0..<45 {
                life.run(seconds: 1)
                beside.finish()
            }
            life.commit()
            for id in ["BTC", "ETH"] {
                let index = try #require(life.core.instrument(id))
                let found = try life.journal.signals(SignalFilter(instrument: index)).signals
                #expect(found.count == 4)
                #expect(found.allSatisfy { $0.source == .model && $0.origin == "rules" && $0.isCounted })
                let gaps = zip(found, found.dropFirst()).map { $0.generatedAt.nanoseconds - $1.generatedAt.nanoseconds }
                #expect(gaps.allSatisfy { $0 >= 9_000_000_000 && $0 <= 12_000_000_000 })
            }
            #expect(life.core.lastPredictionAt != nil)
        }

        @Test("a strategy's signal is kept with its strength as confidence, at most one a second of each instrument")
        func ofStrategies() throws {
            folder.addCross("alpha")
            let life = try life()
            let beside = WorkBeside(life)
            life.run(seconds: 5)
            let (slot, index) = (try life.slot("alpha"), try bitcoin(life))
            func say(_ strength: Double, _ price: Price = .zero, after nanoseconds: Int64 = 0) {
                life.core.signalWork.take([
                    StrategySignal(
                        strategy: slot, instrument: index, strength: strength, price: price,
                        time: life.core.marketTime + nanoseconds)
                ])
            }
            say(-0.75)
            say(0.5, after: 999_999_999)
            say(0.25, Price("61000")!, after: 1_000_000_000)
            say(0, after: 2_000_000_000)
            life.settle()
            beside.finish()
            life.commit()
            let found = try life.journal.signals(SignalFilter()).signals.sorted { $0.id < $1.id }
            #expect(found.map(\.direction) == [.sell, .buy, .hold])
            #expect(found.map(\.confidence) == [0.75, 0.25, 0] && found.map(\.strength) == [-0.75, 0.25, 0])
            #expect(found.allSatisfy { $0.source == .strategy && $0.origin == "alpha" && $0.isCounted })
            #expect(found[1].entry == Price("61000") && found[1].marketPrice == found[0].entry)
            #expect(found.allSatisfy { $0.account == 0 })
            #expect(life.core.signals.latest(index)?.id == 3 && life.core.signals.latest(index, accounts: []) == nil)
            let own = try life.journal.signals(SignalFilter(accounts: [0])).count
            let others = try life.journal.signals(SignalFilter(accounts: [1])).count
            #expect(own == 3 && others == 0)
            #expect(found[0].stop > found[0].entry && found[1].stop < found[1].entry)
        }

        @Test("values of a client stand in place of measured ones; names that are no features are refused, all at once")
        func overrides() throws {
            let life = try life()
            life.run(seconds: 60)
            let source = try life.core.signalSource(try bitcoin(life), .rules, "1s")
            func draft(_ features: [(String, Double)]) throws(HostRefusal) -> SignalRecord {
                var request = SignalRequest(instrument: "BTC", instrumentPath: "symbol")
                request.features = features.map { SignalFeature(name: $0.0, value: $0.1, path: "features.\($0.0)") }
                return try SignalDraft(source, request).record
            }
            let measured = try draft([])
            let (low, high) = (try draft([("rsi", 20)]), try draft([("rsi_14", 80), ("volume_24h", 5)]))
            #expect(low.strength > high.strength && measured.strength <= low.strength)
            let detail: SignalDetail = try #require(JournalText.decode(low.detailJSON))
            #expect(detail.technical["rsi_14"] == 20)
            #expect(detail.reasons.contains { $0.name == "oscillator" && $0.text == "oversold" })
            let short = FeatureOverrides.shortNames.keys.map { SignalFeature(name: $0, value: 1, path: $0) }
            #expect(try FeatureOverrides(short).values.count == short.count, "every short name is a feature's")
            let refusal = #expect(throws: HostRefusal.self) { try draft([("rsi", 20), ("foo", 1), ("bar", 2)]) }
            guard case .invalid(let faults)? = refusal else { return #expect(Bool(false)) }
            #expect(faults.map(\.path) == ["features.foo", "features.bar"])
        }

        @Test(
            "prices of a client are the bars: a rising series leans up, a falling one down, and the entry is its last")
        func ownPrices() throws {
            let life = try life()
            life.run(seconds: 5)
            let source = try life.core.signalSource(try bitcoin(life), .rules, "1h")
            func draft(_ step: Int64) throws -> SignalRecord {
                var request = SignalRequest(instrument: "BTC", instrumentPath: "instrument")
                request.prices = (0..<120).map { Price(raw: (60_000 + step * Int64($0)) * 1_000_000_000) }
                return try SignalDraft(source, request).record
            }
            let (up, down) = (try draft(100), try draft(-100))
            #expect(up.strength > down.strength)
            #expect(up.entry == Price("71900") && down.entry == Price("48100"))
            #expect(up.featureCount > source.model.features.count / 2)
        }
    }
}

/// Does the work beside a host's thread at once; its outcomes come back as commands when the test wants them.
private final class WorkBeside {
    private let core: HostCore
    private let done = Commands()

    private final class Commands: Sendable {
        let all = Mutex<[Mailbox.Command]>([])
    }

    init(_ life: HostLife) {
        core = life.core
        core.beside = { [done] work in
            let command = work()
            done.all.withLock { $0.append(command) }
        }
    }

    /// And what they begin.
    func finish() {
        while let command = done.all.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { command(core) }
    }
}

extension Journal {
    /// As it was written last.
    func signal(id: UInt64) throws -> SignalRecord? {
        try signals(SignalFilter(page: HistoryPage(limit: 10_000))).signals.first { $0.id == id }
    }
}
