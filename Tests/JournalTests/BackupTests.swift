import Foundation
import Testing
import Trading

@testable import Journal

@Suite("Backup")
struct BackupTests {
    @Test("a copy made while the journal writes is a journal of one moment, its owner's alone")
    func backup() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        for _ in 0..<50 { journal.append(facts.batch(10)) }
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let before = journal.lastSequence
        for _ in 0..<200 { journal.append(facts.batch(10)) }
        let target = folder.path + "/copy.sqlite"
        try journal.backup(to: target)
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        let error = #expect(throws: JournalError.self) { try journal.backup(to: target) }
        #expect(error?.code == .cannotOpen)

        let copy = try Journal.open(path: target)
        let recovery = try copy.recovery()
        #expect(recovery.lastSequence >= before)
        #expect(recovery.facts.count == Int(recovery.lastSequence))
        #expect(try copy.check().isEmpty)
        let whole = try journal.recovery()
        let same = bytes(whole.facts, whole.findings).starts(with: bytes(recovery.facts, recovery.findings))
        #expect(same)
        try copy.close()
        try journal.close()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "copy.sqlite", "journal.sqlite",
            ])
    }
}
