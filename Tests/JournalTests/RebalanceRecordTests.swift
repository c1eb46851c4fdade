import Testing
import Trading

@testable import Journal

@Suite("Rebalancings in the journal")
struct RebalanceRecordTests {
    private func record(_ id: UInt64, _ state: RebalanceRecord.State, account: Int = 0) -> RebalanceRecord {
        var record = RebalanceRecord(
            id: id, account: account, state: state, reason: "a reason", isForced: id % 2 == 0, user: "ann",
            channel: "rest", startedAt: SampleFacts.time(1))
        record.updatedAt = SampleFacts.time(3)
        record.detailJSON = #"{"orders":[]}"#
        return record
    }

    @Test("with a recovery come those under way, the newest of each account, and the newest that did something")
    func comesBack() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let records = [
            record(1, .completed), record(2, .completed), record(3, .skipped), record(4, .skipped),
            record(5, .started, account: 1),
        ]
        let notes = ([record(2, .started)] + records).map(HostFact.rebalance)
        journal.append(JournalBatch(notes: notes, wallTime: SampleFacts.time(5)))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let recovery = try journal.recovery(now: SampleFacts.time(6))
        #expect(recovery.rebalances == [records[1], records[3], records[4]])
        try journal.close()
    }

    @Test("only so many are kept")
    func bounded() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let last = RebalanceRecord.most + 1
        let notes = [record(1, .completed, account: 1), record(last, .completed)].map(HostFact.rebalance)
        journal.append(JournalBatch(notes: notes, wallTime: SampleFacts.time(5)))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.recovery(now: SampleFacts.time(6)).rebalances.map(\.id) == [last])
        try journal.close()
    }
}
