import GRDB
import Trading

/// Puts the rows of one transaction behind the chain, on the journal's writer thread.
struct AuditWriter {
    private(set) var head: AuditHead
    private let db: Database
    private var row: BoundStatement
    private var buffer: [UInt8] = []

    init(_ db: Database) throws {
        self.db = db
        head = try AuditWriter.head(db)
        row = try BoundStatement(
            db,
            """
            INSERT INTO audit_log (sequence, kind, wall_time, event_time, action, user, channel, account, strategy, \
            generation, limits, target, detail, fact, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
    }

    /// The last row is never taken out, so the table alone says where the chain ends.
    static func head(_ db: Database) throws -> AuditHead {
        let statement = try db.cachedStatement(
            sql: "SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement) else { return AuditHead(sequence: 0, hash: AuditEntry.origin) }
        return AuditHead(sequence: try row.id("sequence"), hash: try row.bytes("hash"))
    }

    mutating func append(_ entry: AuditEntry) throws {
        var entry = entry
        entry.sequence = head.sequence + 1
        entry.withoutZeros()
        entry.hash = entry.hash(after: head.hash, &buffer)
        row.put(entry.sequence)
        row.put(entry.kind.rawValue)
        row.put(entry.wallTime)
        row.put(entry.eventTime)
        row.put(entry.action)
        row.put(entry.user)
        row.put(entry.channel)
        row.put(entry.account)
        row.put(entry.strategy)
        row.put(entry.generation)
        row.put(entry.limits)
        row.put(entry.target)
        row.put(entry.detail)
        row.put(entry.fact)
        row.put(entry.hash)
        try row.run()
        head = AuditHead(sequence: entry.sequence, hash: entry.hash)
    }

    /// Rows of the time before the chain become its first ones.
    static func takeOver(_ db: Database) throws {
        var writer = try AuditWriter(db)
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM audit ORDER BY id")
        while let row = try rows.next() {
            let time = try row.time("time")
            var entry = AuditEntry(.record, try row.get("action"), wallTime: time, eventTime: time)
            entry.user = try row.get("user")
            entry.channel = try row.get("channel")
            entry.target = try row.get("target")
            entry.detail = try row.get("detail")
            try writer.append(entry)
        }
        try db.execute(sql: "DROP TABLE audit")
    }

    /// Signs the head, unless that was done already.
    func sign(with key: AuditKey, at time: Timestamp) throws {
        guard head.sequence > 0 else { return }
        var known = try BoundStatement(
            db,
            "INSERT OR IGNORE INTO audit_heads (sequence, hash, time, public_key, signature) VALUES (?, ?, ?, ?, ?)")
        known.put(head.sequence)
        known.put(head.hash)
        known.put(time)
        known.put(key.publicKey)
        known.put(try key.sign(AuditHead.message(head.sequence, head.hash, time)))
        try known.run()
    }
}

extension AuditHead {
    /// What is signed.
    static func message(_ sequence: UInt64, _ hash: [UInt8], _ time: Timestamp) -> [UInt8] {
        Array("stratagem audit head \(sequence) \(hash.hexadecimal) \(time.nanoseconds)".utf8)
    }
}

extension AuditEntry {
    /// SQLite's texts end at a NUL: what is hashed must be what is stored.
    fileprivate mutating func withoutZeros() {
        for path in [\AuditEntry.action, \.user, \.channel, \.target, \.detail]
        where self[keyPath: path].utf8.contains(0) {
            self[keyPath: path] = String(self[keyPath: path].map { $0 == "\0" ? "\u{FFFD}" : $0 })
        }
    }
}
