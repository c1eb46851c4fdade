import Foundation
import GRDB
import Testing
import Trading

@testable import Journal

@Suite("The audit log")
struct AuditTests {
    /// A closed journal whose log has decisions, what people did, and signed heads.
    private static func journal(_ folder: TemporaryFolder, batches: Int = 6) throws -> AuditKey {
        let key = try AuditKey.stored(at: folder.path + "/audit.key")
        let journal = try Journal.open(path: folder.journal, options: JournalOptions(auditKey: key))
        var facts = SampleFacts()
        for number in 0..<batches {
            var batch = facts.batch(5, notes: notes(number))
            batch.audit = AuditContext(
                eventTime: SampleFacts.time(number), generations: [[1, 2], [3], []], limits: [7],
                senders: [AuditSender(events: 0..<2, user: "ann", channel: "rest")])
            journal.append(batch)
        }
        try journal.close()
        return key
    }

    private static func notes(_ number: Int) -> [HostFact] {
        let time = SampleFacts.time(number)
        return [
            .audit(
                AuditRecord(
                    time: time, user: "ann", channel: "rest", action: "limits.change", target: "paper",
                    detailJSON: #"{"limits":"{}"}"#)),
            .lifecycle(
                LifecycleRecord(
                    strategy: 1, from: "running", to: "faulted", code: "crash", text: "it fell", time: time,
                    eventTime: time)),
            .generation(
                GenerationRecord(
                    strategy: "alpha", number: number, plugin: "p", version: "1", sha256: "ff00", isActive: true,
                    loadedAt: time)),
            .checkpoint(engine: [1], extra: [], time: time),
        ]
    }

    private func rows(_ folder: TemporaryFolder) throws -> [AuditEntry] {
        let journal = try Journal.open(path: folder.journal)
        defer { try? journal.close() }
        var rows: [AuditEntry] = []
        try journal.auditRows(AuditFilter()) { rows += $0 }
        return rows
    }

    private func change(_ folder: TemporaryFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func verified(_ folder: TemporaryFolder, _ expectation: AuditExpectation = .init()) throws
        -> AuditVerification
    { try Journal.verifyAudit(path: folder.journal, expectation) }

    @Test("decisions, what people did, moves of strategies and loads of code are rows with what held then")
    func content() throws {
        let folder = TemporaryFolder()
        _ = try Self.journal(folder, batches: 1)
        let rows = try rows(folder)
        #expect(
            rows.map(\.action) == [
                "order.accepted", "order.accepted", "order.accepted", "order.accepted", "order.denied", "limits.change",
                "strategy.faulted", "generation.active",
            ])
        #expect(rows.map(\.sequence) == Array(1...8))
        #expect(rows[0].strategy == 1 && rows[0].generation == [3] && rows[0].limits == [7])
        #expect(rows[0].target == "ord-1" && rows[0].channel == "strategy" && rows[0].user == "")
        let (events, findings) = try FactCoding.read(rows[4].fact)
        guard case .orderDenied(let denial) = events.first else {
            Issue.record("\(events)")
            return
        }
        #expect(findings.count == 2 && denial.failedRules == RuleID.orderSize.mask | RuleID.buyingPower.mask)
        #expect(rows[5].user == "ann" && rows[5].target == "paper" && rows[5].eventTime == SampleFacts.time(0))
        #expect(rows[7].generation == [0xFF, 0] && rows[7].target == "alpha 0")
    }

    @Test("an untouched log is whole, over several lives, with a signed head at each checkpoint")
    func whole() throws {
        let folder = TemporaryFolder()
        let key = try Self.journal(folder)
        _ = try AuditKey.stored(at: folder.path + "/audit.key")
        let journal = try Journal.open(path: folder.journal, options: JournalOptions(auditKey: key))
        journal.append(JournalBatch(notes: Self.notes(9), wallTime: SampleFacts.time(99)))
        try journal.close()
        let result = try verified(folder, AuditExpectation(publicKeys: [key.publicKey]))
        #expect(result.isWhole && result.problems.isEmpty)
        #expect(result.rows == 6 * 8 + 3 && result.signedHeads == 7 && result.head.sequence == result.rows)
        var status = stat()
        #expect(stat(folder.path + "/audit.key", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test(
        "one changed byte in any column is found and its row named",
        arguments: [
            "kind = 4", "wall_time = wall_time + 1", "event_time = event_time - 1", "action = 'limits.changf'",
            "user = 'bnn'", "channel = 'resu'", "account = 1", "strategy = 2", "generation = x'04'", "limits = x'06'",
            "target = 'papes'", "detail = replace(detail, 'l', 'm')", "fact = x'00'",
            "hash = x'' || substr(hash, 1, 31) || x'00'", "hash = zeroblob(32)",
        ])
    func changedColumn(change text: String) throws {
        let folder = TemporaryFolder()
        _ = try Self.journal(folder)
        try change(folder, "UPDATE audit_log SET \(text) WHERE sequence = 22")
        let result = try verified(folder)
        #expect(result.problems.first?.sequence == 22)
        #expect(result.problems.allSatisfy { $0.sequence == 22 }, "\(result.problems)")
    }

    @Test("one byte changed in the file, under the database's feet, is found and its row named")
    func changedByte() throws {
        let folder = TemporaryFolder()
        _ = try Self.journal(folder, batches: 3)
        let url = URL(fileURLWithPath: folder.journal)
        let data = try Data(contentsOf: url)
        // The table of lifecycles has the same two texts side by side: changes there are none of the log.
        let text = Array("crashit fell".utf8)
        let all = (0..<(data.count - text.count)).filter { data[$0..<($0 + text.count)].elementsEqual(text) }
        #expect(all.count >= 3)
        var located: Set<UInt64> = []
        for offset in all {
            var changed = data
            changed[offset + 8] ^= 1
            try changed.write(to: url)
            for problem in try verified(folder).problems { located.insert(problem.sequence ?? 0) }
        }
        try data.write(to: url)
        #expect(located == [7, 15, 23])
        #expect(try verified(folder).isWhole)
    }

    @Test("rows that were taken out, at the end too, are missed")
    func removed() throws {
        let folder = TemporaryFolder()
        _ = try Self.journal(folder)
        try change(folder, "DELETE FROM audit_log WHERE sequence IN (10, 11, 12)")
        #expect(try verified(folder).problems == [.init(sequence: 10, text: "it and all up to row 12 are missing")])
        try change(folder, "DELETE FROM audit_log WHERE sequence > 40")
        let cut = try verified(folder)
        #expect(cut.problems.last?.sequence == 41 && cut.problems.last?.text.contains("cut") == true)
    }

    @Test("a chain that was written anew from a row on does not go through the signed heads, nor the expected one")
    func rewritten() throws {
        let folder = TemporaryFolder()
        let key = try Self.journal(folder)
        let before = try rows(folder)
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.write { db in
            try db.execute(sql: "DELETE FROM audit_log WHERE sequence >= 20")
            var writer = try AuditWriter(db)
            for var entry in before[19...] {
                if entry.sequence == 20 { entry.user = "someone else" }
                try writer.append(entry)
            }
        }
        try queue.close()
        let result = try verified(folder, AuditExpectation(publicKeys: [key.publicKey]))
        #expect(result.problems.map(\.sequence) == [24, 32, 40, 48])
        // Without heads only what was written down elsewhere tells.
        try change(folder, "DELETE FROM audit_heads")
        #expect(try verified(folder).isWhole)
        #expect(try verified(folder, AuditExpectation(head: before[47].hash)).isWhole == false)
        #expect(try verified(folder, AuditExpectation(head: before[18].hash)).expectedAt == 19)
    }

    @Test("heads that another key has signed are named")
    func otherKey() throws {
        let folder = TemporaryFolder()
        _ = try Self.journal(folder, batches: 2)
        let other = try AuditKey.stored(at: folder.path + "/other.key")
        let result = try verified(folder, AuditExpectation(publicKeys: [other.publicKey]))
        #expect(result.problemCount == 2 && result.problems[0].text.contains("another key"))
        try change(folder, "UPDATE audit_heads SET signature = zeroblob(64) WHERE sequence = 8")
        #expect(try verified(folder).problems == [.init(sequence: 8, text: "the signature of this head is false")])
    }

    @Test("names that were changed behind the rows' backs are missed")
    func changedNames() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        _ = try journal.register(.account, ["paper", "other"])
        _ = try journal.register(.strategy, ["alpha paper", "manual paper"])
        var record = AuditRecord(
            time: SampleFacts.time(1), user: "", channel: "host", action: "host.started",
            detailJSON: #"{"accounts":["paper","other"],"instruments":[],"strategies":["alpha","manual"]}"#)
        record.kind = .host
        journal.append(JournalBatch(notes: [.audit(record)], wallTime: SampleFacts.time(1)))
        try journal.close()
        #expect(try verified(folder).isWhole)
        try change(folder, "UPDATE names SET id = 'mine' WHERE id = 'other'")
        let result = try verified(folder)
        #expect(result.problems.map(\.sequence) == [1] && result.problems[0].text.contains("accounts"))
    }

    @Test("a key that others may read, and one that is none, are refused")
    func badKeys() throws {
        let folder = TemporaryFolder()
        _ = try AuditKey.stored(at: folder.path + "/audit.key")
        chmod(folder.path + "/audit.key", 0o644)
        #expect(throws: JournalError.self) { try AuditKey.stored(at: folder.path + "/audit.key") }
        try "no key\n".write(toFile: folder.path + "/bad.key", atomically: true, encoding: .utf8)
        chmod(folder.path + "/bad.key", 0o600)
        #expect(throws: JournalError.self) { try AuditKey.stored(at: folder.path + "/bad.key") }
    }
}
