import GRDB
import Testing
import Trading

@testable import Journal

@Suite("Trades in the journal")
struct TradeRecordTests {
    private func record(_ id: UInt64, _ state: TradeRecord.State) -> TradeRecord {
        var record = TradeRecord(
            id: id, strategy: 2, account: 1, instrument: 3, side: .sell, requestJSON: #"{"asked":1}"#, user: "ann",
            channel: "rest", requestedAt: SampleFacts.time(1), dueAt: SampleFacts.time(2))
        record.state = state
        record.updatedAt = SampleFacts.time(3)
        record.filledAt = state == .waiting ? nil : SampleFacts.time(4)
        record.orderID = 17
        record.isEntryDone = true
        record.reference = Price("1.2345")!
        record.filled = Quantity("5")!
        record.filledValue = Money(raw: 1 << 80)
        record.held = Quantity("2")!
        record.cost = Money("-3.00000001")!
        record.realized = Money("-4")!
        record.commission = Money("0.5")!
        record.note = "a note"
        return record
    }

    @Test("a trade comes back as it was written last; those that are not over come with a recovery")
    func comesBack() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let records = [record(1, .waiting), record(2, .open), record(3, .closed), record(4, .cancelled)]
        let notes = ([record(2, .waiting)] + records).map(HostFact.trade)
        journal.append(JournalBatch(notes: notes, wallTime: SampleFacts.time(5)))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        for record in records { #expect(try journal.trade(id: record.id) == record) }
        #expect(try journal.trade(id: 5) == nil)
        let recovery = try journal.recovery(now: SampleFacts.time(6))
        #expect(recovery.trades == Array(records.prefix(2)) && recovery.lastTradeID == 4)
        try journal.close()
    }

    @Test("a damaged row is an error that says so")
    func damaged() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        journal.append(JournalBatch(notes: [.trade(record(1, .open))], wallTime: SampleFacts.time(5)))
        try journal.close()
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.write { try $0.execute(sql: "UPDATE trades SET side = 9") }
        try queue.close()
        let again = try Journal.open(path: folder.journal)
        let error = #expect(throws: JournalError.self) { try again.recovery() }
        #expect(error?.code == .corrupt)
        try again.close()
    }
}
