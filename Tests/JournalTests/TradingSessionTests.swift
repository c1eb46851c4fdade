import Testing
import Trading

@testable import Journal

@Suite("Settings and trading sessions in the journal")
struct TradingSessionTests {
    private func session(_ number: UInt64, _ kind: String, endedAt: Timestamp? = nil) -> TradingSessionRecord {
        TradingSessionRecord(
            number: number, id: "exec-\(number)", kind: kind, state: endedAt == nil ? "running" : "stopped",
            requestJSON: #"{"symbols":["A"]}"#, detailJSON: "{}", startedBy: "ann", startedAt: SampleFacts.time(1),
            endedAt: endedAt, records: 7)
    }

    @Test("a session comes back as it was written last; those that run come with a recovery")
    func sessions() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let ended = [session(1, "collect", endedAt: SampleFacts.time(2)), session(2, "paper")]
        let last = session(3, "collect")
        let notes = ([session(1, "collect")] + ended + [last]).map(HostFact.tradingSession)
        journal.append(JournalBatch(notes: notes, wallTime: SampleFacts.time(5)))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.tradingSessions(kind: "collect", limit: 5) == [last, ended[0]])
        #expect(try journal.tradingSessions(kind: "collect", limit: 1) == [last])
        #expect(try journal.tradingSessionCount(kind: "collect") == 2)
        #expect(try journal.tradingSession("exec-1") == ended[0])
        #expect(try journal.tradingSession("exec-4") == nil)
        let recovery = try journal.recovery(now: SampleFacts.time(6))
        #expect(recovery.runningSessions == [ended[1], last] && recovery.lastSessionNumber == 3)
        try journal.close()
    }

    @Test("of a setting the newest value counts")
    func settings() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let records = ["mock", "paper"].map {
            HostSettingRecord(name: "trading.mode", value: $0, changedBy: "ann", time: SampleFacts.time(1))
        }
        journal.append(JournalBatch(notes: records.map(HostFact.setting), wallTime: SampleFacts.time(5)))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.recovery(now: SampleFacts.time(6)).hostSettings == [records[1]])
        try journal.close()
    }
}
