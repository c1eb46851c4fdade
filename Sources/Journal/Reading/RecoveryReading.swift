import GRDB
public import Trading

extension Journal {
    /// Reads what a host needs to go on: the newest readable checkpoint, the facts after it, and the host's own facts.
    ///
    /// A damaged checkpoint falls back to the one before, with a warning. A damaged row of facts is an error that names
    /// it: going on without would be a wrong state. `now` is the host's clock; idempotency records older than seven
    /// days before it are left out.
    public func recovery(now: Timestamp? = nil) throws(JournalError) -> Recovery {
        let now = now ?? .wallClock
        return try attempt(path) {
            // One transaction: a state of one moment.
            try pool.read { db in
                var recovery = Recovery()
                try recovery.readPosition(db)
                try recovery.readCheckpoint(db)
                try recovery.readFacts(db)
                try recovery.readHostFacts(db, now: now, options)
                return recovery
            }
        }
    }

    /// Forgets the facts that not even the older checkpoint needs; the rows for queries stay. Only on demand: facts are
    /// the one complete history. Returns how many rows went.
    public func pruneFacts() throws(JournalError) -> Int {
        try attempt(path) {
            try pool.write { db in
                guard
                    let oldest = try Int64.fetchOne(
                        db, sql: "SELECT min(sequence) FROM checkpoints HAVING count(*) >= 2")
                else { return 0 }
                try db.execute(
                    sql: "DELETE FROM facts WHERE first_sequence + count - 1 <= ?", arguments: [oldest])
                return db.changesCount
            }
        }
    }
}

extension Recovery {
    fileprivate mutating func readPosition(_ db: Database) throws {
        lastSequence = try JournalPosition.stored(db).lastSequence
        let time = try Int64.fetchOne(db, sql: "SELECT last_event_time FROM position")
        lastEventTime = time.map(Timestamp.init(nanoseconds:))
        lastOrderID = try Self.last("orders", db)
        lastFillID = try Self.last("fills", db)
        lastRoundTripID = try Self.last("round_trips", db)
        lastStopID = try Self.last("stops", db)
        lastTradeID = try Self.last("trades", db)
        lastSignalID = try Self.last("signals", db)
        lastSessionNumber = UInt64(try Int64.fetchOne(db, sql: "SELECT max(number) FROM trading_sessions") ?? 0)
        lastAuditID = try AuditWriter.head(db).sequence
    }

    private static func last(_ table: String, _ db: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(db, sql: "SELECT max(id) FROM \(table)") ?? 0)
    }

    fileprivate mutating func readCheckpoint(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT sequence, time, checksum, extra, engine FROM checkpoints ORDER BY sequence DESC")
        while let row = try rows.next() {
            let sequence = try row.id("sequence")
            guard let candidate = try? StoredCheckpoint(row: row), Int64(candidate.checksum) == row["checksum"] else {
                warnings.append("the checkpoint after fact \(sequence) is damaged: the one before it is used")
                continue
            }
            checkpoint = candidate
            lastEventTime = max(lastEventTime ?? candidate.time, candidate.time)
            return
        }
    }

    fileprivate mutating func readFacts(_ db: Database) throws {
        // The first row needed may begin before the checkpoint and reach beyond it.
        var next = (checkpoint?.sequence ?? 0) &+ 1
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT first_sequence, count, checksum, bytes FROM facts WHERE first_sequence >= \
                coalesce((SELECT max(first_sequence) FROM facts WHERE first_sequence <= ?), 0) ORDER BY first_sequence
                """,
            arguments: [Int64(bitPattern: next)])
        while let row = try rows.next() {
            let first = try row.id("first_sequence")
            let count = try row.id("count")
            guard first > 0, count > 0, first <= lastSequence, count <= lastSequence - first + 1 else {
                throw JournalError(
                    .damagedFacts,
                    "the row of facts \(first) (\(count) of \(lastSequence)) is damaged: "
                        + "restore a backup of the journal")
            }
            guard first + count > next else { continue }
            guard first <= next else { break }
            try readRow(row, first, count, skipping: next - first)
            next = first + count
        }
        guard next == lastSequence &+ 1 else {
            throw JournalError(
                .damagedFacts,
                "facts from \(next) on are missing (the last is \(lastSequence)): "
                    + "restore a backup of the journal")
        }
    }

    private mutating func readRow(
        _ row: Row, _ first: UInt64, _ count: UInt64, skipping skipped: UInt64
    ) throws(JournalError) {
        do {
            let bytes = try row.bytes("bytes")
            guard Int64(Checksum.of(bytes, first, count)) == (try row.get("checksum")) else {
                throw CodingFault(offset: 0, .invalid("the checksum is another"))
            }
            var reader = ByteReader(bytes)
            var read: UInt64 = 0
            while reader.remaining > 0 {
                let event = try FactCoding.read(&reader, &findings)
                if read >= skipped { facts.append(event) }
                read += 1
            }
            guard read == count else { throw reader.fault("\(read) facts instead of \(count)") }
        } catch {
            throw JournalError(
                .damagedFacts,
                "facts \(first) to \(first + count - 1) are damaged (\(error)): restore a backup of the journal")
        }
    }
}

extension StoredCheckpoint {
    fileprivate init(row: Row) throws {
        sequence = try row.id("sequence")
        engine = try row.bytes("engine")
        extra = try row.bytes("extra")
        time = try row.time("time")
    }
}
