import GRDB
import Trading

extension AuditEntry {
    init(row: Row) throws {
        let kind = try row.get("kind", Int64.self)
        guard let known = UInt8(exactly: kind).flatMap(Kind.init(rawValue:)) else {
            throw JournalError(.corrupt, "the kind \(kind) of a row of the audit log is unknown")
        }
        self.init(
            known, try row.get("action"), wallTime: try row.time("wall_time"), eventTime: try row.time("event_time"))
        sequence = try row.id("sequence")
        user = try row.get("user")
        channel = try row.get("channel")
        account = try row.get("account")
        strategy = try row.get("strategy")
        generation = try row.bytes("generation")
        limits = try row.bytes("limits")
        target = try row.get("target")
        detail = try row.get("detail")
        fact = try row.bytes("fact")
        hash = try row.bytes("hash")
    }

    /// Rows behind `sequence`, in order, `count` at most.
    static func rows(after sequence: UInt64, _ count: Int, _ db: Database) throws -> [Result<AuditEntry, JournalError>]
    {
        try rows("sequence > ? ORDER BY sequence", sequence, count, db)
    }

    /// Rows ahead of `sequence`, the newest first, `count` at most.
    static func rows(before sequence: UInt64, _ count: Int, _ db: Database) throws -> [Result<AuditEntry, JournalError>]
    {
        try rows("sequence < ? ORDER BY sequence DESC", sequence, count, db)
    }

    private static func rows(
        _ condition: String, _ sequence: UInt64, _ count: Int, _ db: Database
    ) throws -> [Result<AuditEntry, JournalError>] {
        let statement = try db.cachedStatement(sql: "SELECT * FROM audit_log WHERE \(condition) LIMIT ?")
        let rows = try Row.fetchCursor(statement, arguments: [Int64(bitPattern: sequence), count])
        var entries: [Result<AuditEntry, JournalError>] = []
        while let row = try rows.next() {
            do {
                entries.append(.success(try AuditEntry(row: row)))
            } catch let error as JournalError {
                entries.append(.failure(error))
            }
        }
        return entries
    }
}

/// A signed head.
struct SignedHead {
    var sequence: UInt64
    var hash: [UInt8]
    var publicKey: [UInt8]
    var isGenuine: Bool

    static func all(_ db: Database) throws -> [SignedHead] {
        try Row.fetchAll(db, sql: "SELECT * FROM audit_heads ORDER BY sequence").map { row in
            let sequence = try row.id("sequence")
            let (hash, key) = (try row.bytes("hash"), try row.bytes("public_key"))
            let message = AuditHead.message(sequence, hash, try row.time("time"))
            return SignedHead(
                sequence: sequence, hash: hash, publicKey: key,
                isGenuine: AuditKey.isValid(try row.bytes("signature"), of: message, by: key))
        }
    }
}

/// A part of the log that was moved into a file.
struct AuditSegment {
    var number: Int
    var first: UInt64
    var last: UInt64
    var previousHash: [UInt8]
    var lastHash: [UInt8]
    var file: String

    static func all(_ db: Database) throws -> [AuditSegment] {
        try Row.fetchAll(db, sql: "SELECT * FROM audit_segments ORDER BY number").map { row in
            AuditSegment(
                number: try row.get("number"), first: try row.id("first_sequence"), last: try row.id("last_sequence"),
                previousHash: try row.bytes("previous_hash"), lastHash: try row.bytes("last_hash"),
                file: try row.get("file"))
        }
    }
}
