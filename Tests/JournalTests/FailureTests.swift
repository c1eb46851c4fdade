import Foundation
import GRDB
import Testing
import Trading

@testable import Journal

/// Real conditions: SQLite's own limit of pages, another connection's lock, a connection that may not write.
@Suite("A journal that cannot write")
struct FailureTests {
    private static let options = JournalOptions(busySeconds: 0.05, retryMilliseconds: 30)

    /// Lets the journal fail by `cause`, appends meanwhile, takes the cause away, and looks at what became of it.
    private func outlive(
        _ code: JournalError.Code, cause: (Journal) throws -> Void, cure: (Journal) throws -> Void
    ) throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal, options: Self.options)
        var facts = SampleFacts()
        var expected: [UInt8] = []
        let answers = Answers()
        func append(_ number: Int) {
            let batch = facts.batch(
                20,
                notes: [
                    .audit(AuditRecord(time: SampleFacts.time(number), user: "u", channel: "rest", action: "\(number)"))
                ])
            expected += bytes(batch.events, batch.findings)
            journal.append(batch, durable: answers.taker(number))
        }
        append(0)
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        try cause(journal)
        for number in 1...40 { append(number) }
        #expect(eventually { answers.numbers.count == 41 })
        // Everyone was told once, in order; the reads go on.
        #expect(answers.numbers == Array(0...40))
        #expect(answers.errors == Array(repeating: code, count: 40))
        guard case .failing(let error, _) = journal.status else {
            Issue.record("it does not say that it fails")
            return
        }
        #expect(error.code == code)
        #expect(error.message.contains(folder.journal))
        #expect(try journal.orders(OrderFilter()).count == 16)
        #expect(!journal.flush(timeoutMilliseconds: 100))
        append(41)
        #expect(eventually { answers.numbers.count == 42 })
        #expect(answers.errors.count == 41)

        try cure(journal)
        #expect(eventually { journal.status.isHealthy })
        append(42)
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(eventually { answers.numbers.count == 43 })
        #expect(answers.errors.count == 41)
        #expect(journal.load == 0)
        let last = journal.lastSequence
        try journal.close()

        let again = try Journal.open(path: folder.journal)
        let recovery = try again.recovery()
        #expect(recovery.lastSequence == last)
        #expect(bytes(recovery.facts, recovery.findings) == expected)
        #expect(try again.audit(HistoryPage(limit: 1000)).map(\.record.action).reversed() == (0...42).map(String.init))
        try again.close()
    }

    @Test("a full disk: nothing is lost or doubled, and it goes on by itself when there is room")
    func diskFull() throws {
        try outlive(.diskFull) { journal in
            try journal.pool.writeWithoutTransaction { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
        } cure: { journal in
            try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1073741823") }
        }
    }

    @Test("a database that another connection has locked", arguments: ["IMMEDIATE", "EXCLUSIVE"])
    func locked(kind: String) throws {
        var other: DatabaseQueue?
        try outlive(.locked) { journal in
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let queue = try DatabaseQueue(path: journal.path, configuration: configuration)
            try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN \(kind)") }
            other = queue
        } cure: { _ in
            try other?.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try other?.close()
        }
    }

    @Test("a connection that may only read")
    func readOnly() throws {
        try outlive(.readOnly) { journal in
            try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        } cure: { journal in
            try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = OFF") }
        }
    }

    @Test("a commit that reported an error but was stored is not written again")
    func ambiguousCommit() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal, options: Self.options)
        var facts = SampleFacts()
        let batch = facts.batch(10)
        try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        journal.append(batch)
        #expect(eventually { !journal.status.isHealthy })
        // As if it had been stored although it failed.
        try journal.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA query_only = OFF")
            let queued = QueuedBatch(number: 1, firstSequence: 1, batch: batch, durable: nil)
            try db.inTransaction(.immediate) {
                var transaction = Transaction(db, Self.options, TransactionBuffers())
                try transaction.write([queued], upTo: queued)
                return .commit
            }
        }
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(journal.status.isHealthy)
        let recovery = try journal.recovery()
        #expect(bytes(recovery.facts, recovery.findings) == bytes(batch.events, batch.findings))
        try journal.close()
    }

    @Test("closing while it cannot write says how much is not on the disk")
    func closingWhileFailing() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal, options: Self.options)
        try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        var facts = SampleFacts()
        for _ in 0..<3 { journal.append(facts.batch()) }
        let error = #expect(throws: JournalError.self) { try journal.close() }
        #expect(error?.code == .readOnly)
        #expect(error?.message.contains("3 batches") == true)
    }
}
