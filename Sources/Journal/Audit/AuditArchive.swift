import FoundationEssentials
import GRDB
import Glibc
public import Trading

/// Older parts of the audit log, one file each: a JSON line a row, with every field that its hash covers.
enum AuditArchive {
    /// Beside the journal.
    static func folder(of path: String) -> String {
        (path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".") + "/audit"
    }

    /// A row as it stands in a file; lists of bytes are hexadecimal, times are nanoseconds since 1970.
    private struct Line: Codable {
        var sequence: UInt64
        var kind: UInt8
        var wall_time: Int64
        var event_time: Int64
        var action: String
        var user: String
        var channel: String
        var account: Int
        var strategy: Int
        var generation: String
        var limits: String
        var target: String
        var detail: String
        var fact: String
        var hash: String

        init(_ entry: AuditEntry) {
            sequence = entry.sequence
            kind = entry.kind.rawValue
            wall_time = entry.wallTime.nanoseconds
            event_time = entry.eventTime.nanoseconds
            action = entry.action
            user = entry.user
            channel = entry.channel
            account = entry.account
            strategy = entry.strategy
            generation = entry.generation.hexadecimal
            limits = entry.limits.hexadecimal
            target = entry.target
            detail = entry.detail
            fact = entry.fact.hexadecimal
            hash = entry.hash.hexadecimal
        }

        /// nil = not what this version writes.
        var entry: AuditEntry? {
            guard let kind = AuditEntry.Kind(rawValue: kind), let generation = [UInt8](hexadecimal: generation),
                let limits = [UInt8](hexadecimal: limits), let fact = [UInt8](hexadecimal: fact),
                let hash = [UInt8](hexadecimal: hash)
            else { return nil }
            var entry = AuditEntry(
                kind, action, wallTime: Timestamp(nanoseconds: wall_time), eventTime: Timestamp(nanoseconds: event_time)
            )
            entry.sequence = sequence
            entry.user = user
            entry.channel = channel
            entry.account = account
            entry.strategy = strategy
            entry.generation = generation
            entry.limits = limits
            entry.target = target
            entry.detail = detail
            entry.fact = fact
            entry.hash = hash
            return entry
        }
    }

    static func read(_ path: String) throws(JournalError) -> [AuditEntry] {
        guard let content = try? Data(contentsOf: URL(filePath: path)) else {
            throw JournalError(.cannotOpen, "\(path): the file cannot be read: put it back from a backup")
        }
        var entries: [AuditEntry] = []
        for (number, line) in content.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let entry = (try? JSONDecoder().decode(Line.self, from: Data(line)))?.entry else {
                throw JournalError(.corrupt, "\(path): line \(number + 1) is no row of an audit log")
            }
            entries.append(entry)
        }
        return entries
    }

    /// A new file, on the disk when this returns.
    static func write(_ entries: [AuditEntry], to path: String) throws(JournalError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var bytes: [UInt8] = []
        for entry in entries {
            guard let line = try? encoder.encode(Line(entry)) else {
                throw JournalError(.other, "\(path): row \(entry.sequence) cannot be written as JSON")
            }
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalFile.cannotOpen(path) }
        defer { close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            guard count > 0 else { throw JournalFile.cannotOpen(path) }
            offset += count
        }
        guard fsync(descriptor) == 0 else { throw JournalFile.cannotOpen(path) }
    }
}

extension Journal {
    /// Moves rows of the audit log older than `time` into files of at most `rowsMax` rows beside the journal at `path`. The
    /// chain goes through them: the last hash of a part is the one that the next begins with. The newest row stays. A host may
    /// run on the journal meanwhile. Gives back the files and the number of rows that they have.
    public static func rotateAudit(
        path: String, before time: Timestamp, rowsMax: Int = 50_000
    ) throws(JournalError) -> (files: [String], rows: Int) {
        let pool = try JournalFile.openExisting(path: path)
        defer { try? pool.close() }
        let folder = AuditArchive.folder(of: path)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw JournalFile.cannotOpen(folder) }
        var files: [String] = []
        var count = 0
        // A rotation that was broken off has left rows that stand in a file already.
        if let done = try attempt(path, { try pool.read { try AuditSegment.all($0).last } }) {
            try removeRows(pool, path, upTo: done.last)
        }
        while let part = try nextPart(pool, path, before: time, max(rowsMax, 1)) {
            let file = "\(folder)/\(part.segment.file)"
            try AuditArchive.write(part.rows, to: file)
            try attempt(path) { try pool.write { try $0.insert(part.segment, at: .wallClock) } }
            try removeRows(pool, path, upTo: part.segment.last)
            files.append(file)
            count += part.rows.count
        }
        return (files, count)
    }

    /// A few at a time, so that the commits of a host get through.
    private static func removeRows(_ pool: DatabasePool, _ path: String, upTo last: UInt64) throws(JournalError) {
        try attempt(path) {
            var isDone = false
            while !isDone {
                isDone = try pool.write { db in
                    try db.execute(
                        sql: """
                            DELETE FROM audit_log WHERE sequence IN (SELECT sequence FROM audit_log \
                            WHERE sequence <= ? ORDER BY sequence LIMIT 5000)
                            """, arguments: [Int64(bitPattern: last)])
                    return db.changesCount == 0
                }
            }
        }
    }

    /// nil = nothing is old enough.
    private static func nextPart(
        _ pool: DatabasePool, _ path: String, before time: Timestamp, _ count: Int
    ) throws(JournalError) -> (segment: AuditSegment, rows: [AuditEntry])? {
        try attempt(path) {
            try pool.read { db in
                let before = try AuditSegment.all(db).last
                let last = before?.last ?? 0
                let rows = try AuditEntry.rows(after: last, count + 1, db).map { try $0.get() }
                // One more was read: the newest row of the log never goes.
                let old = rows.dropLast().prefix { $0.wallTime < time }
                guard let first = old.first, let end = old.last else { return nil }
                guard first.sequence == last + 1 else {
                    throw JournalError(.corrupt, "row \(last + 1) of the audit log is missing: verify it first")
                }
                let number = (before?.number ?? 0) + 1
                let segment = AuditSegment(
                    number: number, first: first.sequence, last: end.sequence,
                    previousHash: before?.lastHash ?? AuditEntry.origin, lastHash: end.hash,
                    file: "audit-\(number)-\(first.sequence)-\(end.sequence).jsonl")
                return (segment, Array(old))
            }
        }
    }
}

extension Database {
    fileprivate func insert(_ segment: AuditSegment, at time: Timestamp) throws {
        try execute(
            sql: """
                INSERT INTO audit_segments (number, first_sequence, last_sequence, previous_hash, last_hash, file, time) \
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                segment.number, Int64(bitPattern: segment.first), Int64(bitPattern: segment.last),
                Data(segment.previousHash), Data(segment.lastHash), segment.file, time.nanoseconds,
            ])
    }
}
