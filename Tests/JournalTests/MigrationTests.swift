import Foundation
import GRDB
import Testing
import Trading

@testable import Journal

@Suite("Files of other versions")
struct MigrationTests {
    /// What the checked-in file of version 1 holds: all that a host of that version had written, as SQL.
    static func contents() -> [JournalBatch] {
        var facts = SampleFacts()
        let time = SampleFacts.time(3)
        return [
            facts.batch(6),
            facts.batch(
                4,
                notes: [
                    .checkpoint(engine: [1, 2, 3], extra: [4], time: time),
                    .stop(
                        StopRecord(
                            id: 4, scope: "instrument", target: "BTC_USDT", mode: "cancel", reason: "old",
                            triggeredBy: "x",
                            requester: "admin", channel: "file", thrownAt: time)),
                    .audit(AuditRecord(time: time, user: "admin", channel: "rest", action: "stop.throw")),
                    .limits(LimitsRecord(scope: .system, id: "", json: "{}", changedBy: "admin", time: time)),
                    .strategySetting(
                        StrategySettingRecord(
                            strategy: "SMACross", fileHash: "00", isEnabled: true, configurationJSON: "{}",
                            changedBy: "admin", time: time)),
                    .strategyState(
                        StrategyStateRecord(strategy: 0, schemaVersion: 1, schemaHash: 2, bytes: [9], time: time)),
                    .idempotency(IdempotencyRecord(user: "admin", key: "k", fingerprint: "f", orderID: 1, time: time)),
                ]),
            facts.batch(5),
        ]
    }

    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Fixtures")

    @Test("a file of version 1 is brought up to this version with everything in it", arguments: ["version-1.sql"])
    func oldFile(name: String) throws {
        let folder = TemporaryFolder()
        let database = try DatabaseQueue(path: folder.journal)
        let text = try String(contentsOf: Self.fixtures.appendingPathComponent(name), encoding: .utf8)
        try database.writeWithoutTransaction { try $0.execute(sql: text) }
        try database.close()
        let journal = try Journal.open(path: folder.journal)
        let contents = Self.contents()
        let recovery = try journal.recovery(now: SampleFacts.time(10))
        #expect(recovery.checkpoint?.engine == [1, 2, 3])
        #expect(bytes(recovery.facts, recovery.findings) == bytes(contents[2].events, contents[2].findings))
        #expect(recovery.activeStops.map(\.id) == [4])
        #expect(recovery.settings.map(\.strategy) == ["SMACross"])
        #expect(recovery.strategyStates.map(\.bytes) == [[9]])
        #expect(recovery.limits.map(\.scope) == [.system])
        #expect(recovery.idempotency.map(\.key) == ["k"])
        #expect(recovery.lastAuditID == 1)
        #expect(try journal.orders(OrderFilter()).count == 12)
        #expect(try journal.fills(FillFilter()).count == 12)
        #expect(try journal.denials(DenialFilter(rule: .orderSize)).count == 3)
        #expect(try journal.names(.strategy) == ["SMACross"])
        #expect(try journal.identity.user(name: "admin")?.roles == ["admin"])
        // And it can be written on.
        var facts = SampleFacts()
        journal.append(
            JournalBatch(
                notes: [.audit(AuditRecord(time: SampleFacts.time(1), user: "", channel: "", action: "more"))],
                wallTime: facts.batch().wallTime))
        try journal.close()
        #expect(FileManager.default.fileExists(atPath: folder.journal))
    }

    @Test("a database of a newer version is refused and left as it was")
    func newerVersion() throws {
        let folder = TemporaryFolder()
        try Journal.open(path: folder.journal).close()
        try change(folder, "PRAGMA user_version = 99")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.journal))
        let error = #expect(throws: JournalError.self) { try Journal.open(path: folder.journal) }
        #expect(error?.code == .newerVersion)
        #expect(error?.message.contains("newer version") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.journal)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["journal.sqlite"])
    }

    @Test("a migration that this version does not know is a newer version, whatever the header says")
    func unknownMigration() throws {
        let folder = TemporaryFolder()
        try Journal.open(path: folder.journal).close()
        try change(folder, "INSERT INTO grdb_migrations VALUES ('99')")
        let error = #expect(throws: JournalError.self) { try Journal.open(path: folder.journal) }
        #expect(error?.code == .newerVersion)
    }

    private func change(_ folder: TemporaryFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(
        "what is no journal is refused and left as it was",
        arguments: [
            "a text that is long enough to be a header, ".repeated(4), "short",
        ])
    func notADatabase(text: String) throws {
        let folder = TemporaryFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.journal))
        let error = #expect(throws: JournalError.self) { try Journal.open(path: folder.journal) }
        #expect(error?.code == .notAJournal)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.journal)) == Data(text.utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["journal.sqlite"])
    }

    @Test(
        "another program's database is refused and left as it was",
        arguments: [
            "PRAGMA application_id = 42; CREATE TABLE t (a)", "CREATE TABLE orders (a)",
        ])
    func foreign(sql: String) throws {
        let folder = TemporaryFolder()
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.journal))
        let error = #expect(throws: JournalError.self) { try Journal.open(path: folder.journal) }
        #expect(error?.code == .notAJournal)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.journal)) == before)
    }

    @Test("a damaged database is refused with what to do", arguments: [100, 4096 * 2, 4096 * 5])
    func corrupt(offset: Int) throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        journal.append(facts.batch(200))
        try journal.close()
        var data = try Data(contentsOf: URL(fileURLWithPath: folder.journal))
        data.replaceSubrange(offset..<(offset + 3000), with: Data(repeating: 0xAB, count: 3000))
        try data.write(to: URL(fileURLWithPath: folder.journal))
        let error = #expect(throws: JournalError.self) {
            let journal = try Journal.open(path: folder.journal)
            defer { try? journal.close() }
            _ = try journal.recovery()
            let problems = try journal.check()
            guard problems.isEmpty else { throw JournalError(.corrupt, problems[0] + ": restore a backup") }
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("restore a backup") == true)
    }

    @Test("a folder that is not there, and a folder in place of the file, are clear errors")
    func paths() throws {
        let folder = TemporaryFolder()
        let missing = #expect(throws: JournalError.self) {
            try Journal.open(path: folder.path + "/none/journal.sqlite")
        }
        #expect(missing?.code == .cannotOpen)
        let taken = #expect(throws: JournalError.self) { try Journal.open(path: folder.path) }
        #expect(taken?.code == .notAJournal)
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
