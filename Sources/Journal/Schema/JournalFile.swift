import GRDB
import Glibc

/// The file itself: what it must be before it is opened, and how its connections are set up.
enum JournalFile {
    /// "STRG" in the file's header says whose database it is.
    static let applicationID: Int32 = 0x5354_5247

    static func open(path: String, options: JournalOptions) throws(JournalError) -> DatabasePool {
        try inspect(path)
        try createPrivately(path)
        return try attempt(path) {
            var configuration = Configuration()
            configuration.label = "journal"
            configuration.maximumReaderCount = options.readers
            configuration.busyMode = .timeout(options.busySeconds)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { try checkVersion($0, path: path) }
            try Schema.migrator.migrate(pool)
            try pool.writeWithoutTransaction { try setUp($0, path: path, isDurable: options.isDurable) }
            return pool
        }
    }

    /// For tools: a journal that is there and has the tables of this version. Nothing is made or brought up to date, so that
    /// a host may run on it at the same time, of this version or another.
    static func openExisting(path: String, busySeconds: Double = 5) throws(JournalError) -> DatabasePool {
        try requireExisting(path)
        return try attempt(path) {
            var configuration = Configuration()
            configuration.label = "journal tool"
            configuration.maximumReaderCount = 1
            configuration.busyMode = .timeout(busySeconds)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { try checkTables($0, path: path) }
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL")
                try requireDurable($0, path: path)
            }
            return pool
        }
    }

    /// The same for reading alone; `body` sees one moment of it.
    static func read<Value>(path: String, _ body: (Database) throws -> Value) throws(JournalError) -> Value {
        try requireExisting(path)
        return try attempt(path) {
            var configuration = Configuration()
            configuration.label = "journal reader"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read {
                try checkTables($0, path: path)
                return try body($0)
            }
        }
    }

    /// For tools that open the file themselves.
    static func requireReadable(_ path: String) throws(JournalError) { try read(path: path) { _ in } }

    private static func requireExisting(_ path: String) throws(JournalError) {
        guard access(path, F_OK) == 0 else { throw cannotOpen(path) }
        try inspect(path)
    }

    private static func checkTables(_ db: Database, path: String) throws {
        try checkVersion(db, path: path)
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version < Schema.version else { return }
        throw JournalError(
            .olderVersion,
            "\(path): written by an older version (tables \(version), this program needs \(Schema.version)): "
                + "start a host on it once, which brings it up to date")
    }

    /// Opening a pool sets `synchronous = NORMAL`, with which a commit is acknowledged before it is on the disk.
    private static func setUp(_ db: Database, path: String, isDurable: Bool) throws {
        try db.execute(sql: "PRAGMA synchronous = \(isDurable ? "FULL" : "OFF")")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        try db.execute(sql: "PRAGMA cache_size = \(isDurable ? -32768 : -2048)")
        if isDurable { try requireDurable(db, path: path) }
    }

    /// Reads back whether a commit waits for the disk; 2 is FULL.
    static func requireDurable(_ db: Database, path: String) throws {
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        guard synchronous == 2, mode == "wal" else {
            throw JournalError(
                .notDurable,
                "\(path): commits would not be durable (synchronous \(synchronous ?? -1), journal mode \(mode ?? "?")): "
                    + "put the journal on a local disk")
        }
    }

    /// The write-ahead log may hold a newer version than the header said.
    private static func checkVersion(_ db: Database, path: String) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= Schema.version else { throw newerVersion(path, version) }
        let owner = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard owner == applicationID || tables == 0 else { throw foreign(path) }
        if try db.tableExists("grdb_migrations"), try Schema.migrator.hasBeenSuperseded(db) {
            throw newerVersion(path, version)
        }
    }

    private static func foreign(_ path: String) -> JournalError {
        JournalError(.notAJournal, "\(path): the database of another program: name another path")
    }

    private static func newerVersion(_ path: String, _ version: Int) -> JournalError {
        JournalError(
            .newerVersion,
            "\(path): written by a newer version (tables \(version), this program knows \(Schema.version)): "
                + "use that version, or restore a backup of this one")
    }

    /// Looks at the header without SQLite, which would already write to a file that is not ours.
    private static func inspect(_ path: String) throws(JournalError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw cannotOpen(path)
        }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw cannotOpen(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw JournalError(.notAJournal, "\(path): not a regular file: name another path")
        }
        guard status.st_size > 0 else { return }
        var header = [UInt8](repeating: 0, count: 108)
        let count = pread(descriptor, &header, 108, 0)
        guard count == 108, header.starts(with: "SQLite format 3\0".utf8) else {
            throw JournalError(.notAJournal, "\(path): not a database: name another path")
        }
        let owner = Int32(bitPattern: bigEndian(header, at: 68))
        let version = Int(bigEndian(header, at: 60))
        // While the first commit is still in the write-ahead log, the file is a first page without a table.
        let isEmpty = header[100] == 13 && header[103] == 0 && header[104] == 0
        guard owner == applicationID || (owner == 0 && isEmpty) else { throw foreign(path) }
        guard version <= Schema.version else { throw newerVersion(path, version) }
    }

    private static func bigEndian(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Its owner's alone, as are the log files that SQLite puts beside it.
    static func createPrivately(_ path: String) throws(JournalError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotOpen(path) }
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 || errno == EPERM else { throw cannotOpen(path) }
    }

    static func cannotOpen(_ path: String) -> JournalError {
        JournalError(
            errno == EROFS ? .readOnly : .cannotOpen,
            "\(path): \(String(cString: strerror(errno))): check the folder and its rights")
    }
}
