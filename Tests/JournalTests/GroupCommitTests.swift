import Foundation
import GRDB
import Testing
import Trading

@testable import Journal

@Suite("Group commit")
struct GroupCommitTests {
    @Test("acknowledges batches in order, empty ones too, and only when they are stored")
    func acknowledgesInOrder() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        let answers = Answers()
        for number in 0..<500 {
            let batch =
                number % 7 == 3 ? JournalBatch(wallTime: SampleFacts.time(number)) : facts.batch(number % 4 + 1)
            let before = journal.lastSequence
            #expect(journal.append(batch, durable: answers.taker(number)) == before + 1)
        }
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(eventually { answers.numbers.count == 500 })
        #expect(answers.numbers == Array(0..<500))
        #expect(answers.errors.isEmpty)
        #expect(journal.status.isHealthy)
        #expect(journal.load == 0)
        let stored = try journal.pool.read { try Int.fetchOne($0, sql: "SELECT sum(count) FROM facts") }
        #expect(stored == Int(journal.lastSequence))
        let rows = try journal.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM facts") ?? 0 }
        #expect(rows >= 2 && rows < 430, "batches share transactions, at most 256 each: \(rows)")
        try journal.close()
    }

    @Test("commits wait for the disk: synchronous is FULL and the log is a WAL, read back from the writer")
    func isDurable() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let found = try journal.pool.writeWithoutTransaction { db in
            (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
        }
        #expect(found.0 == 2)
        #expect(found.1 == "wal")
        try journal.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            let error = #expect(throws: JournalError.self) { try JournalFile.requireDurable(db, path: "x") }
            #expect(error?.code == .notDurable)
        }
        try journal.close()
    }

    @Test("commits of a journal that ends with its host do not wait for the disk, and can be read like others")
    func isNotDurable() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal, options: JournalOptions(isDurable: false))
        let found = try journal.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect(found == 0)
        var facts = SampleFacts()
        journal.append(facts.batch(3))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let stored = try journal.pool.read { try Int.fetchOne($0, sql: "SELECT sum(count) FROM facts") }
        #expect(stored == Int(journal.lastSequence) && journal.lastSequence > 0)
        try journal.close()
    }

    @Test("the file and its logs are their owner's alone", arguments: [false, true])
    func isPrivate(existed: Bool) throws {
        let folder = TemporaryFolder()
        if existed {
            _ = FileManager.default.createFile(
                atPath: folder.journal, contents: nil, attributes: [.posixPermissions: 0o644])
        }
        let journal = try Journal.open(path: folder.journal)
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.journal + suffix)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(suffix)")
        }
        try journal.close()
    }

    @Test("closing commits what waits, empties the log, and refuses what comes later")
    func closing() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        let answers = Answers()
        for number in 0..<300 { journal.append(facts.batch(3), durable: answers.taker(number)) }
        try journal.close()
        #expect(answers.numbers == Array(0..<300))
        #expect(!FileManager.default.fileExists(atPath: folder.journal + "-wal"))
        journal.append(facts.batch(), durable: answers.taker(300))
        #expect(answers.errors == [.closed])
        try journal.close()
        let error = #expect(throws: JournalError.self) { try journal.orders(OrderFilter()) }
        #expect(error?.code == .closed)
        let again = try Journal.open(path: folder.journal)
        #expect(again.lastSequence == journal.lastSequence)
        try again.close()
    }

    @Test("an order that was accepted and filled within a transaction is one row with its last state")
    func coalesces() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        journal.append(facts.batch(4))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let orders = try journal.orders(OrderFilter())
        #expect(orders.map(\.order.id) == [4, 3, 2, 1])
        #expect(orders.allSatisfy { $0.order.state == .filled && $0.reason == .fill })
        #expect(orders[0].order.filled == orders[0].order.intent.quantity)
        try journal.close()
    }

    @Test(
        "money is stored exactly, whatever its size",
        arguments: [
            "0", "1", "-1", "100000000", "-100000000", "12345678901", "18446744073709551615", "-18446744073709551615",
            "18446744073709551616", "170141183460469231731687303715884105727",
            "-170141183460469231731687303715884105728",
            "10", "1000000000", "-50000000",
        ])
    func moneyText(raw: String) throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let money = Money(raw: try #require(Int128(raw)))
        let time = SampleFacts.time(0)
        let fill = Fill(
            id: 1, orderID: 2, strategy: -1, account: 0, instrument: 3, side: .sell, liquidity: .maker,
            price: Price(raw: .max), quantity: Quantity(raw: 1), value: money, commission: .zero, time: time)
        journal.append(JournalBatch(events: [.orderFilled(fill)], wallTime: time))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.fills(FillFilter()).map(\.fill) == [fill])
        let text = try journal.pool.read { try String.fetchOne($0, sql: "SELECT value FROM fills") }
        #expect(text == money.description)
        try journal.close()
    }

    @Test("the load is the share of the queue that waits")
    func load() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(
            path: folder.journal, options: JournalOptions(capacity: 100, busySeconds: 0.01, retryMilliseconds: 20))
        try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        var facts = SampleFacts()
        journal.append(facts.batch(4))
        #expect(journal.load == 0.12)
        for _ in 0..<20 { journal.append(facts.batch(5)) }
        #expect(journal.load > 1)
        try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = OFF") }
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(journal.load == 0)
        try journal.close()
    }

    @Test("the checksum is CRC-32C: the check value of its catalogue, and every single bit counts")
    func checksum() {
        #expect(Checksum.of([UInt8]("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        var bytes = [UInt8](0..<77)
        let before = Checksum.of(bytes, 1, 2)
        for bit in 0..<(77 * 8) {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Checksum.of(bytes, 1, 2) != before)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(Checksum.of(bytes, 2, 2) != before)
    }
}
