import Foundation
import GRDB
import Testing
import Trading

@testable import Journal

@Suite("Parts of the audit log in files")
struct AuditRotationTests {
    private func journal(_ folder: TemporaryFolder, batches: Int) throws {
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        for _ in 0..<batches { journal.append(facts.batch(10)) }
        try journal.close()
    }

    private func all(_ folder: TemporaryFolder, _ filter: AuditFilter = AuditFilter()) throws -> [AuditEntry] {
        var rows: [AuditEntry] = []
        try Journal.readAudit(
            path: folder.journal, names: { _ in 0 }, filter: { _ in filter }, { _, page in rows += page })
        return rows
    }

    @Test("old rows move into files, the chain goes through them, and everything can still be read")
    func rotation() throws {
        let folder = TemporaryFolder()
        try journal(folder, batches: 10)
        let before = try all(folder)
        let head = try Journal.verifyAudit(path: folder.journal).head
        let moved = try Journal.rotateAudit(path: folder.journal, before: SampleFacts.time(70), rowsMax: 20)
        #expect(moved.rows == 60 && moved.files.count == 3)
        var result = try Journal.verifyAudit(path: folder.journal)
        #expect(result.isWhole && result.segments == 3 && result.rows == 100 && result.head == head)
        #expect(try all(folder) == before)
        // The journal goes on behind the same head.
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts(after: try journal.recovery(now: SampleFacts.time(999)))
        journal.append(facts.batch(5))
        try journal.close()
        #expect(try Journal.rotateAudit(path: folder.journal, before: SampleFacts.time(9999)).rows == 44)
        result = try Journal.verifyAudit(path: folder.journal)
        #expect(result.isWhole && result.segments == 4 && result.rows == 105)
        let count = try DatabaseQueue(path: folder.journal).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM audit_log")
        }
        #expect(count == 1, "the newest row stays: it says where the chain ends")
    }

    @Test("the last rows are those at the end of all, from files and the database, whatever is asked for")
    func last() throws {
        let folder = TemporaryFolder()
        try journal(folder, batches: 600)
        _ = try Journal.rotateAudit(path: folder.journal, before: SampleFacts.time(70), rowsMax: 20)
        let journal = try Journal.open(path: folder.journal)
        defer { try? journal.close() }
        for filter in [
            AuditFilter(), AuditFilter(before: 50), AuditFilter(after: 90), AuditFilter(after: 30, before: 75),
            AuditFilter(before: 5_990), AuditFilter(from: SampleFacts.time(200), to: SampleFacts.time(220)),
            AuditFilter(to: SampleFacts.time(50)), AuditFilter(from: SampleFacts.time(9_999_999)),
            AuditFilter(isWanted: { $0.sequence % 700 == 3 }),
        ] {
            var expected: [AuditEntry] = []
            try journal.auditRows(filter) { expected += $0 }
            for limit in [1, 7, 60, 5_500, .max] {
                var limited = filter
                limited.limit = limit
                let found = try journal.lastAuditRows(limited)
                #expect(found == Array(expected.suffix(limit)), "\(filter.after) \(filter.before) \(limit)")
            }
        }
    }

    @Test("a byte changed in a file, a line taken out of it and a file that is gone are found and located")
    func damagedFile() throws {
        let folder = TemporaryFolder()
        try journal(folder, batches: 6)
        let files = try Journal.rotateAudit(path: folder.journal, before: SampleFacts.time(50), rowsMax: 20).files
        let text = try String(contentsOfFile: files[1], encoding: .utf8)
        func put(_ text: String) throws { try text.write(toFile: files[1], atomically: false, encoding: .utf8) }
        var lines = text.split(separator: "\n").map(String.init)
        lines[4] = lines[4].replacingOccurrences(of: #""channel":"strategy""#, with: #""channel":"strategz""#)
        try put(lines.joined(separator: "\n"))
        #expect(try Journal.verifyAudit(path: folder.journal).problems.map(\.sequence) == [25])
        lines = text.split(separator: "\n").map(String.init)
        lines.remove(at: 7)
        try put(lines.joined(separator: "\n"))
        #expect(try Journal.verifyAudit(path: folder.journal).problems.map(\.sequence) == [28])
        try FileManager.default.removeItem(atPath: files[1])
        let gone = try Journal.verifyAudit(path: folder.journal)
        #expect(gone.problems.map(\.sequence) == [21] && gone.problems[0].text.contains("put it back"))
        try put(text)
        #expect(try Journal.verifyAudit(path: folder.journal).isWhole)
    }

    @Test("a rotation that was broken off between file and rows leaves nothing twice")
    func brokenOff() throws {
        let folder = TemporaryFolder()
        try journal(folder, batches: 6)
        let before = try all(folder)
        let copy = folder.path + "/copy.sqlite"
        try FileManager.default.copyItem(atPath: folder.journal, toPath: copy)
        _ = try Journal.rotateAudit(path: folder.journal, before: SampleFacts.time(30), rowsMax: 20)
        // The rows as they were, with the part written down already.
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "ATTACH '\(copy)' AS old")
            try db.execute(sql: "INSERT OR IGNORE INTO audit_log SELECT * FROM old.audit_log")
        }
        try queue.close()
        #expect(try all(folder) == before)
        #expect(try Journal.verifyAudit(path: folder.journal).isWhole)
        _ = try Journal.rotateAudit(path: folder.journal, before: SampleFacts.time(30))
        #expect(try all(folder) == before)
    }

    @Test("rows of a day, of an account, and behind a row are picked")
    func filters() throws {
        let folder = TemporaryFolder()
        try journal(folder, batches: 4)
        #expect(
            try all(folder, AuditFilter(from: SampleFacts.time(27), to: SampleFacts.time(28))).map(\.sequence)
                == Array(11...20))
        #expect(try all(folder, AuditFilter(account: 1)).isEmpty)
        #expect(try all(folder, AuditFilter(account: 0, after: 35, limit: 3)).map(\.sequence) == [36, 37, 38])
        #expect(try all(folder, AuditFilter(after: 35, before: 38)).map(\.sequence) == [36, 37])
        #expect(try all(folder, AuditFilter { $0.sequence % 20 == 0 }).map(\.sequence) == [20, 40])
    }
}
