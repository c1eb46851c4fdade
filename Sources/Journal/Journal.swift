import GRDB

/// The host's memory: a SQLite file that holds every fact, and what queries need of it.
///
/// One thread writes. It takes all that waits, commits it in one transaction with `synchronous = FULL`, and then says
/// so: what was acknowledged survives `kill -9` and a power cut. Reads run beside it on connections of their own.
///
/// A journal ends with `close`; one that is not closed is as good, its next opening only has more to read.
public final class Journal: Sendable {
    public let path: String
    let pool: DatabasePool
    let writer: JournalWriter
    public let options: JournalOptions
    /// Users, tokens and keys, in the same file.
    public let identity: IdentityStore

    init(path: String, pool: DatabasePool, writer: JournalWriter, options: JournalOptions, identity: IdentityStore) {
        self.path = path
        self.pool = pool
        self.writer = writer
        self.options = options
        self.identity = identity
    }

    /// Opens or creates the file, brings its tables up to this version, and starts the writer.
    ///
    /// A file of a newer version, one that is no journal, a damaged one, and one whose commits would not be durable are
    /// refused; the first two are left as they are.
    public static func open(
        path: String, options: JournalOptions = JournalOptions()
    ) throws(JournalError) -> Journal {
        let pool = try JournalFile.open(path: path, options: options)
        let position = try attempt(path) { try pool.read { try JournalPosition.stored($0) } }
        let identity = try IdentityStore(pool: pool, path: path)
        let writer = JournalWriter(pool: pool, path: path, options: options, position: position)
        writer.start()
        return Journal(path: path, pool: pool, writer: writer, options: options, identity: identity)
    }

    /// Hands a batch to the writer and returns at once; for one thread, in order. Gives back the number of the batch's
    /// first fact.
    ///
    /// `durable` is called on the writer's thread, in the order of the batches: with success when the batch and all
    /// before it are on the disk, or once with the error when they cannot be written now. In the second case they are
    /// kept and written later, by themselves. It must be quick and may not call the journal's waiting methods.
    /// What happened cannot be refused, so nothing is: the caller slows down by `load`.
    @discardableResult
    public func append(
        _ batch: JournalBatch, durable: (@Sendable (Result<Void, JournalError>) -> Void)? = nil
    ) -> UInt64 {
        writer.queue.append(batch, durable: durable)
    }

    /// Share of the queue that is in use: 0.8 is the mark to take no new orders, and it can rise above 1.
    public var load: Double { writer.queue.load }

    public var status: JournalStatus { writer.queue.status }

    /// Number of the last fact that was handed over.
    public var lastSequence: UInt64 { writer.queue.lastSequence }

    /// Waits until all that was appended before is on the disk; false when the time ran out first. The last
    /// acknowledgements may follow a moment later.
    public func flush(timeoutMilliseconds: Int) -> Bool {
        writer.queue.waitUntilCommitted(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Commits what waits, moves the write-ahead log into the file and closes it. An error says that the last batches
    /// are not on the disk. Nothing can be appended or read afterwards.
    public func close() throws(JournalError) {
        guard writer.queue.beginClosing() else { return }
        writer.join()
        let left = writer.queue.uncommitted
        try attempt(path) {
            // The writer's connection is the last one: it takes the log with it. A query that is still running only
            // leaves it for the next opening.
            pool.releaseMemory()
            if left == 0 { _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) } }
            try pool.close()
        }
        if left > 0, case .failing(let error, _) = status {
            throw JournalError(error.code, "\(left) batches could not be written: \(error.message)")
        }
    }
}
