import Testing
import Trading

@testable import Journal

@Suite("Signals in the journal")
struct SignalRecordTests {
    private static let day = Timestamp.nanosecondsPerDay

    private func signal(
        _ id: UInt64, instrument: Int = 0, day: Int64 = 0, _ verdict: SignalRecord.Verdict = .undecided
    ) -> SignalRecord {
        let time = Timestamp(nanoseconds: day * SignalRecordTests.day)
        var record = SignalRecord(
            id: id, instrument: instrument, source: .model, origin: "rules", direction: .sell, confidence: 0.625,
            strength: -0.25, isUp: false, timeframe: "1m", generatedAt: time, dueAt: time + 3_600_000_000_000)
        record.verdict = verdict
        return record
    }

    private func write(_ records: [SignalRecord], to journal: Journal) {
        journal.append(JournalBatch(notes: records.map(HostFact.signal), wallTime: SampleFacts.time(1)))
        #expect(journal.flush(timeoutMilliseconds: 20_000))
    }

    @Test("a signal comes back as it was written last, every field of it")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var record = signal(7, instrument: 3, day: 2, .right)
        (record.entry, record.stop, record.target) = (Price("1.5")!, Price("1.75")!, Price("1.25")!)
        (record.marketPrice, record.band, record.outcomePrice) = (Price("1.25")!, Price("0.5")!, Price("1")!)
        (record.riskReward, record.sentiment, record.featureCount) = (2.5, -0.75, 12)
        record.detailJSON = #"{"technical":{}}"#
        record.status = .executed
        record.executedAt = Timestamp(nanoseconds: 9)
        record.isCounted = false
        record.account = 2
        record.trade = 11
        record.bridging = SignalBridging(.dead)
        record.bridging.attempts = 3
        record.bridging.endedAt = Timestamp(nanoseconds: 10)
        (record.bridging.rule, record.bridging.reason) = ("risk.position", "too large")
        write([signal(7, instrument: 3), record], to: journal)
        #expect(try journal.signals(SignalFilter()).signals == [record])
        try journal.close()
    }

    @Test("what the bridge made of signals is counted, with the newest end")
    func bridged() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var records = (1...8).map { signal(UInt64($0)) }
        let states: [SignalBridging.State] = [.passed, .waiting, .sent, .sent, .dead, .dead, .dead]
        for (place, state) in states.enumerated() {
            records[place].bridging = SignalBridging(state)
            if state != .waiting { records[place].bridging.endedAt = Timestamp(nanoseconds: Int64(10 - place)) }
        }
        records[5].account = 1
        write(records, to: journal)
        let tally = try journal.recovery().bridge
        #expect([tally.passed, tally.waiting, tally.sent, tally.dead] == [1, 1, 2, 3] && tally.processed == 6)
        #expect(tally.lastEndedAt == Timestamp(nanoseconds: 10))
        var filter = SignalFilter(accounts: [1])
        filter.bridge = .dead
        #expect(try journal.signals(filter).signals.map(\.id) == [7, 6, 5])
        filter.includesCommon = false
        #expect(try journal.signals(filter).signals.map(\.id) == [6])
        try journal.close()
    }

    @Test("pages come newest first with the count of all, by instrument, status and time")
    func pages() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var records = (1...10).map { signal(UInt64($0), instrument: $0 % 2, day: Int64($0)) }
        for place in 0..<3 { records[place].status = .cancelled }
        write(records, to: journal)
        let first = try journal.signals(SignalFilter(page: HistoryPage(limit: 3)))
        #expect(first.signals.map(\.id) == [10, 9, 8] && first.count == 10)
        let last = try journal.signals(SignalFilter(page: HistoryPage(limit: 3, offset: 9)))
        #expect(last.signals.map(\.id) == [1] && last.count == 10)
        let odd = try journal.signals(SignalFilter(instrument: 1, status: .pending))
        #expect(odd.signals.map(\.id) == [9, 7, 5] && odd.count == 3)
        let page = HistoryPage(
            from: Timestamp(nanoseconds: 4 * Self.day), to: Timestamp(nanoseconds: 6 * Self.day), limit: 2)
        let some = try journal.signals(SignalFilter(page: page))
        #expect(some.signals.map(\.id) == [6, 5] && some.count == 3)
        try journal.close()
    }

    @Test("tallies count those that count since a time, by instrument")
    func tallies() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var records = [
            signal(1, day: 1, .right), signal(2, day: 2, .right), signal(3, day: 3, .wrong), signal(4, day: 3),
            signal(5, instrument: 1, day: 4, .unknown), signal(6, day: 4, .wrong),
        ]
        records[5].isCounted = false
        write(records, to: journal)
        let tallies = try journal.signalTallies(since: Timestamp(nanoseconds: 2 * Self.day))
        var first = SignalTally(instrument: 0)
        (first.right, first.wrong, first.undecided, first.confidence) = (1, 1, 1, 1.25)
        var second = SignalTally(instrument: 1)
        second.unknown = 1
        #expect(tallies == [first, second])
        #expect(try journal.signalTallies(since: Timestamp(nanoseconds: 9 * Self.day)) == [])
        try journal.close()
    }

    @Test("a recovery has the newest of each instrument and the undecided ones, and the number of the last")
    func recovery() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        write(
            [
                signal(1, .right), signal(2), signal(3, .wrong), signal(4, .right), signal(5, instrument: 1, .unknown),
            ], to: journal)
        let recovery = try journal.recovery(now: SampleFacts.time(2))
        #expect(recovery.signals.map(\.id) == [2, 4, 5] && recovery.lastSignalID == 5)
        try journal.close()
    }

    @Test("after 31 days a signal goes")
    func retention() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        write([signal(1, day: 1, .right), signal(2, day: 2, .right), signal(255, day: 30, .right)], to: journal)
        #expect(try journal.signals(SignalFilter()).count == 3)
        write([signal(256, day: 32)], to: journal)
        #expect(try journal.signals(SignalFilter()).signals.map(\.id) == [256, 255, 2, 1])
        write([signal(512, day: 33)], to: journal)
        #expect(try journal.signals(SignalFilter()).signals.map(\.id) == [512, 256, 255, 2])
        try journal.close()
    }
}
