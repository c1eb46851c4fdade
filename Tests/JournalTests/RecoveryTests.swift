import GRDB
import Testing
import Trading

@testable import Journal

@Suite("Recovery")
struct RecoveryTests {
    /// Five batches of three intents each; a checkpoint after batches `checkpoints`. All in one transaction where
    /// `isOneRow` is set.
    private func fill(
        _ folder: TemporaryFolder, checkpoints: [Int], isOneRow: Bool
    ) throws -> (batches: [JournalBatch], ends: [UInt64]) {
        let journal = try Journal.open(path: folder.journal, options: JournalOptions(retryMilliseconds: 20))
        if isOneRow { try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") } }
        var facts = SampleFacts()
        var batches: [JournalBatch] = []
        var ends: [UInt64] = []
        for number in 0..<5 {
            var notes: [HostFact] = []
            if checkpoints.contains(number) {
                notes.append(
                    .checkpoint(
                        engine: Array("engine \(number)".utf8), extra: Array("extra \(number)".utf8),
                        time: SampleFacts.time(100 + number)))
            }
            let batch = facts.batch(3, notes: notes)
            journal.append(batch)
            if !isOneRow { #expect(journal.flush(timeoutMilliseconds: 10_000)) }
            batches.append(batch)
            ends.append(journal.lastSequence)
        }
        if isOneRow { try journal.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = OFF") } }
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        try journal.close()
        return (batches, ends)
    }

    private func recovery(_ folder: TemporaryFolder) throws -> Recovery {
        let journal = try Journal.open(path: folder.journal)
        defer { try? journal.close() }
        return try journal.recovery()
    }

    private func change(_ folder: TemporaryFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.journal)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func encoded(_ batches: some Sequence<JournalBatch>) -> [UInt8] {
        batches.flatMap { bytes($0.events, $0.findings) }
    }

    @Test("an empty journal has nothing to recover")
    func empty() throws {
        let recovery = try recovery(TemporaryFolder())
        #expect(recovery.isEmpty)
        #expect(recovery.lastEventTime == nil)
        #expect(recovery.warnings.isEmpty)
    }

    @Test("facts come back as they were, in order, with the last numbers", arguments: [false, true])
    func allFacts(isOneRow: Bool) throws {
        let folder = TemporaryFolder()
        let (batches, ends) = try fill(folder, checkpoints: [], isOneRow: isOneRow)
        let recovery = try recovery(folder)
        #expect(recovery.checkpoint == nil)
        #expect(bytes(recovery.facts, recovery.findings) == encoded(batches))
        #expect(recovery.lastSequence == ends.last)
        #expect(recovery.lastOrderID == 12)
        #expect(recovery.lastFillID == 12)
        #expect(recovery.lastEventTime == SampleFacts.time(15))
    }

    @Test(
        "the newest checkpoint counts, with the facts after it, even from the middle of a row",
        arguments: [false, true])
    func checkpoint(isOneRow: Bool) throws {
        let folder = TemporaryFolder()
        let (batches, ends) = try fill(folder, checkpoints: [0, 1, 2], isOneRow: isOneRow)
        let recovery = try recovery(folder)
        #expect(recovery.checkpoint?.sequence == ends[2])
        #expect(recovery.checkpoint?.engine == Array("engine 2".utf8))
        #expect(recovery.checkpoint?.extra == Array("extra 2".utf8))
        #expect(recovery.lastEventTime == SampleFacts.time(102))
        #expect(bytes(recovery.facts, recovery.findings) == encoded(batches[3...]))
        let queue = try DatabaseQueue(path: folder.journal)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM checkpoints") } == 2)
        try queue.close()
    }

    @Test(
        "a damaged checkpoint falls back to the one before, and says so",
        arguments: [
            "engine = x'00'", "extra = x'00'", "time = 'never'", "engine = NULL", "checksum = 7",
        ])
    func damagedCheckpoint(change damage: String) throws {
        let folder = TemporaryFolder()
        let (batches, ends) = try fill(folder, checkpoints: [1, 3], isOneRow: false)
        if damage.hasPrefix("engine = NULL") {
            try change(
                folder,
                "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'engine BLOB NOT NULL', 'engine BLOB') WHERE name = 'checkpoints'"
            )
        }
        try change(folder, "UPDATE checkpoints SET \(damage) WHERE sequence = \(ends[3])")
        let recovery = try recovery(folder)
        #expect(recovery.checkpoint?.sequence == ends[1])
        #expect(recovery.warnings.count == 1)
        #expect(recovery.warnings[0].contains("\(ends[3])"))
        #expect(bytes(recovery.facts, recovery.findings) == encoded(batches[2...]))
    }

    @Test(
        "a damaged or missing row of facts is an error that names it",
        arguments: [
            "UPDATE facts SET bytes = zeroblob(length(bytes)) WHERE first_sequence = ?",
            "UPDATE facts SET bytes = 'text' WHERE first_sequence = ?",
            "UPDATE facts SET count = count + 1 WHERE first_sequence = ?",
            "UPDATE facts SET count = -1 WHERE first_sequence = ?",
            "DELETE FROM facts WHERE first_sequence = ?",
        ])
    func damagedFacts(sql: String) throws {
        let folder = TemporaryFolder()
        let (_, ends) = try fill(folder, checkpoints: [0], isOneRow: false)
        try change(folder, sql.replacing("?", with: "\(ends[2] + 1)"))
        let error = #expect(throws: JournalError.self) { try recovery(folder) }
        #expect(error?.code == .damagedFacts || error?.code == .corrupt)
        #expect(error?.message.contains("\(ends[2] + 1)") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("restore a backup") == true)
    }

    @Test("facts that are cut off at the end are an error, not a shorter history")
    func cutOff() throws {
        let folder = TemporaryFolder()
        let (_, ends) = try fill(folder, checkpoints: [], isOneRow: false)
        try change(folder, "DELETE FROM facts WHERE first_sequence > \(ends[3])")
        let error = #expect(throws: JournalError.self) { try recovery(folder) }
        #expect(error?.code == .damagedFacts)
    }

    @Test("facts that no checkpoint needs go on demand only, and recovery stays the same")
    func pruning() throws {
        let folder = TemporaryFolder()
        let (batches, _) = try fill(folder, checkpoints: [1, 3], isOneRow: false)
        let journal = try Journal.open(path: folder.journal)
        #expect(try journal.pruneFacts() == 2)
        #expect(try journal.pruneFacts() == 0)
        let recovery = try journal.recovery()
        #expect(bytes(recovery.facts, recovery.findings) == encoded(batches[4...]))
        #expect(try journal.orders(OrderFilter()).count == 12)
        try journal.close()
        try change(
            folder, "UPDATE checkpoints SET engine = x'00' WHERE sequence = (SELECT max(sequence) FROM checkpoints)")
        let older = try self.recovery(folder)
        #expect(bytes(older.facts, older.findings) == encoded(batches[2...]))
    }

    @Test("what the host noted comes back: the newest of each, stops in force, keys of seven days")
    func hostFacts() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let now = SampleFacts.time(0)
        let day = Timestamp.nanosecondsPerDay
        func setting(_ isEnabled: Bool, _ json: String) -> StrategySettingRecord {
            StrategySettingRecord(
                strategy: "SMACross", fileHash: "abc", isEnabled: isEnabled, configurationJSON: json,
                changedBy: "admin", time: now)
        }
        func key(_ key: String, days: Int64) -> IdempotencyRecord {
            IdempotencyRecord(
                user: "admin", key: key, fingerprint: "f" + key, orderID: 7, denialID: .max, answer: "{}",
                time: now + -days * day)
        }
        let state = StrategyStateRecord(
            strategy: 2, schemaVersion: 3, schemaHash: .max, bytes: [0, 255, 1], time: now)
        let limits = LimitsRecord(scope: .account, id: "paper", json: "{\"a\":1}", changedBy: "admin", time: now)
        var stop = StopRecord(
            id: 1, scope: "system", mode: "stop", reason: "it's a \"test\"\u{0}ü", triggeredBy: "me",
            requester: "admin",
            channel: "rest", thrownAt: now, affectedJSON: "{}")
        let other = StopRecord(
            id: 2, scope: "agent", target: "SMACross", mode: "flatten", reason: "", triggeredBy: "", requester: "admin",
            channel: "socket", isDrill: true, thrownAt: now, affectedJSON: "[1]")
        journal.append(
            JournalBatch(
                notes: [
                    .idempotency(key("old", days: 9)), .strategySetting(setting(false, "{}")),
                    .strategySetting(setting(true, "{\"fast\":10}")), .strategyState(state), .limits(limits),
                    .stop(stop), .stop(other), .idempotency(key("new", days: 1)),
                ], wallTime: now))
        stop.resolvedAt = now + 5
        stop.resolvedBy = "boss"
        stop.resolution = "all is well"
        journal.append(JournalBatch(notes: [.stop(stop)], wallTime: now))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        let recovery = try journal.recovery(now: now)
        #expect(recovery.settings == [setting(true, "{\"fast\":10}")])
        #expect(recovery.strategyStates == [state])
        #expect(recovery.limits == [limits])
        #expect(recovery.activeStops == [other])
        #expect(recovery.lastStopID == 2)
        #expect(recovery.idempotency == [key("new", days: 1)])
        #expect(try journal.recovery(now: now + 7 * day).idempotency.isEmpty)
        stop.reason = stop.reason.replacing("\0", with: "\u{FFFD}")
        #expect(try journal.stops() == [other, stop])
        // A NUL would end the text.
        #expect(stop.reason.hasSuffix("\u{FFFD}ü"))
        let kept = try journal.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM idempotency") }
        #expect(kept == 1, "the old key went when the new one came")
        try journal.close()
    }

    @Test("a strategy's moves are kept; a recovery has the newest of each and the faults of the last day")
    func lifecycle() throws {
        let folder = TemporaryFolder()
        let journal = try Journal.open(path: folder.journal)
        let now = Timestamp(nanoseconds: 1_800_000_000_000_000_000)
        func move(_ strategy: Int, _ to: String, fault: Bool = false, hoursAgo: Int64) -> LifecycleRecord {
            let time = now + -hoursAgo * 3_600_000_000_000
            return LifecycleRecord(
                strategy: strategy, from: "running", to: to, code: "c", text: "text \(hoursAgo)", isFault: fault,
                generation: 3, faultCount: .max, restartCount: 2, time: time, eventTime: time + 1)
        }
        let moves = [
            move(0, "faulted", fault: true, hoursAgo: 30), move(1, "quarantined", fault: true, hoursAgo: 29),
            move(0, "faulted", fault: true, hoursAgo: 3), move(0, "running", hoursAgo: 2),
            move(0, "disabled", hoursAgo: 1),
        ]
        journal.append(JournalBatch(notes: moves.map(HostFact.lifecycle), wallTime: now))
        #expect(journal.flush(timeoutMilliseconds: 10_000))
        #expect(try journal.recovery(now: now).lifecycle == [moves[1], moves[2], moves[4]])
        #expect(try journal.lifecycle() == Array(moves.reversed()))
        #expect(try journal.lifecycle(strategy: 1) == [moves[1]])
        #expect(try journal.lifecycle(strategy: 0, HistoryPage(limit: 2)) == [moves[4], moves[3]])
        try journal.close()
    }

    @Test("numbers go on where they were after each restart")
    func numbersGoOn() throws {
        let folder = TemporaryFolder()
        var facts = SampleFacts()
        var expected: [UInt8] = []
        for _ in 0..<4 {
            let journal = try Journal.open(path: folder.journal)
            let batch = facts.batch(7)
            let before = journal.lastSequence
            #expect(journal.append(batch) == before + 1)
            expected += bytes(batch.events, batch.findings)
            try journal.close()
        }
        let recovery = try recovery(folder)
        #expect(bytes(recovery.facts, recovery.findings) == expected)
    }
}
