import GRDB
import Glibc
public import Trading

// What commands ask of a journal beside the host that may run on it.

extension Journal {
    /// Users and tokens of the journal at `path`, without the thread that writes facts. A host on the same file sees what
    /// is changed here with its next question.
    public static func openIdentity(path: String) throws(JournalError) -> IdentityStore {
        try IdentityStore(pool: try JournalFile.openExisting(path: path), path: path)
    }

    /// Looks a journal over and changes nothing. The whole file is read, but not all of SQLite's checks are made.
    public static func examine(path: String) throws(JournalError) -> JournalExamination {
        let bytes = JournalExamination.bytes(of: path)
        return try JournalFile.read(path: path) { try JournalExamination($0, bytes: bytes) }
    }
}

public struct JournalExamination: Sendable, Equatable {
    /// Of the tables.
    public var version: Int
    /// Of the file and its write-ahead log.
    public var bytes: Int64
    /// What does not fit together; empty = nothing.
    public var damages: [String]
    /// Number of facts that were ever stored.
    public var facts: UInt64
    /// Facts that a start has to replay.
    public var factsSinceCheckpoint: UInt64
    /// About when the last checkpoint was written; nil = there is none.
    public var checkpointTime: Timestamp?

    init(_ db: Database, bytes: Int64) throws {
        self.bytes = bytes
        version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        damages = try String.fetchAll(db, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
        facts = UInt64(try Int64.fetchOne(db, sql: "SELECT last_sequence FROM position") ?? 0)
        let checkpoint = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM checkpoints")
        factsSinceCheckpoint = facts - min(UInt64(checkpoint ?? 0), facts)
        // A checkpoint has the market's time; the fact before it was stored at about the same moment.
        checkpointTime = try checkpoint.flatMap { sequence in
            try Int64.fetchOne(
                db,
                sql: "SELECT wall_time FROM facts WHERE first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1",
                arguments: [sequence])
        }.map { Timestamp(nanoseconds: $0) }
    }

    static func bytes(of path: String) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }
}
