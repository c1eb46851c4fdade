public import CStrategyABI
public import Trading

/// Writes the events of a session into a file that only grows.
///
/// It copies what it is given and writes it in blocks, so one thread beside the engine owns it. A block is on its way to
/// the disk when it is full or at `flush`; only a durable flush says that the disk has it. When a write fails, what was
/// written stays good, what waits is kept and written at the next call that finds room, and what comes meanwhile beyond
/// one block is counted and dropped: the file then says how many records are missing and where.
/// Without `close` the recording has no end mark, and records since the last flush are not in it.
public struct RecordingWriter: ~Copyable, @unchecked Sendable {
    public struct Limits: Sendable, Equatable {
        /// Records in one block, 1…65,000.
        public var blockRecords = 1024
        /// Bytes of one file; the recording goes on in the next part ("session.1.rec" behind "session.rec").
        public var fileBytes = 1 << 30
        public init() {}
    }

    public let path: String
    public private(set) var header: RecordingHeader
    /// Records that were written, not counting those that wait in memory.
    public private(set) var writtenRecords = 0
    /// Records that were not taken because the file could not be written.
    public private(set) var droppedRecords = 0
    /// What was cut off the end when an older recording was taken up again.
    public private(set) var cut: RecordingTail?

    private let limits: Limits
    private let write: RecordingFile.Write
    private var file: RecordingFile
    /// Where the next block goes.
    private var end: Int
    private var sequence: UInt64
    /// Dropped just before the records that wait, and since.
    private var droppedBeforePending: UInt64 = 0
    private var droppedBefore: UInt64 = 0
    private var isEmptyPart = true
    private var isSynced = false
    private var isClosed = false
    /// A place for the block's head, then the records that wait.
    private var pending: OutputBuffer

    /// Begins a recording in a new file.
    public init(
        creating path: String, instruments: [RecordedInstrument], start: Timestamp, limits: Limits = Limits()
    ) throws(MarketDataError) {
        try self.init(
            creating: path, RecordingHeader(start: start, instruments: instruments), limits: limits,
            write: RecordingFile.systemWrite)
    }

    init(
        creating path: String, _ header: RecordingHeader, limits: Limits, write: @escaping RecordingFile.Write
    ) throws(MarketDataError) {
        let head = header.bytes(sequence: 0)
        file = try RecordingWriter.begin(path, head, write)
        end = head.count
        self.path = path
        self.header = header
        self.limits = limits
        self.write = write
        sequence = 0
        pending = RecordingWriter.emptyPending(limits)
    }

    /// Goes on with a recording that ended in order or was torn off; its torn end is cut (`cut` says what).
    public init(resuming path: String, limits: Limits = Limits()) throws(MarketDataError) {
        var reader = try RecordingReader(path, forWriting: true)
        var scratch = OutputBuffer()
        repeat { scratch.removeAll() } while try reader.next(into: &scratch) > 0
        // A part that was begun just before the end, and has no record.
        try RecordingFile.removeEmptyPart(RecordingFile.partPath(path, reader.state.header.part + 1))
        let state = reader.state
        let file = reader.release()
        try file.truncate(to: state.goodEnd)
        self.path = path
        self.limits = limits
        write = RecordingFile.systemWrite
        cut = state.tail
        header = state.header
        sequence = state.goodSequence
        // Dropped between the last record and the end mark that was cut.
        droppedBeforePending = state.sequence - state.goodSequence
        writtenRecords = state.recordCount
        droppedRecords = Int(clamping: state.droppedRecords)
        end = state.goodEnd
        isEmptyPart = state.isEmptyPart
        pending = RecordingWriter.emptyPending(limits)
        self.file = file
    }

    private static func emptyPending(_ limits: Limits) -> OutputBuffer {
        var pending = OutputBuffer(capacity: limits.blockRecords + Int(STRATEGY_MORE_MAX) + 1)
        pending.append(EventRecord())
        return pending
    }

    /// A new file with its head, or no file.
    private static func begin(
        _ path: String, _ head: [UInt8], _ write: @escaping RecordingFile.Write
    ) throws(MarketDataError) -> RecordingFile {
        let file = try RecordingFile(creating: path, write: write)
        do throws(MarketDataError) {
            try file.write(head, at: 0)
            try file.syncFolder()
        } catch {
            file.remove()
            throw error
        }
        return file
    }

    // MARK: Records

    /// Takes copies of `records`. On an error the records that fitted into memory are kept, and the rest is dropped and
    /// counted; the next call tries again.
    public mutating func append(_ records: UnsafeBufferPointer<EventRecord>) throws(MarketDataError) {
        guard !isClosed else { throw closed }
        var taken = 0
        while taken < records.count {
            let room = limit - waiting
            if room <= 0, records[taken].kind != .more || waiting >= limit + Int(STRATEGY_MORE_MAX) {
                do throws(MarketDataError) { try writePending() } catch {
                    droppedRecords += records.count - taken
                    droppedBefore += UInt64(records.count - taken)
                    throw error
                }
                continue
            }
            // MORE records stay in the block of the record that they belong to.
            let count = min(max(room, 1), records.count - taken)
            pending.append(contentsOf: UnsafeBufferPointer(rebasing: records[taken..<taken + count]))
            taken += count
        }
    }

    /// Counts records that the caller could not keep until now: they are missing behind those that were appended. Where
    /// the file cannot be written at this moment, the gap is put behind the block that waits.
    public mutating func drop(_ count: Int) {
        guard count > 0, !isClosed else { return }
        droppedRecords += count
        do throws(MarketDataError) {
            try writePending()
            droppedBeforePending += UInt64(count)
        } catch {
            droppedBefore += UInt64(count)
        }
    }

    /// Writes what waits; with `durable`, returns when the disk has it.
    public mutating func flush(durable: Bool) throws(MarketDataError) {
        guard !isClosed else { throw closed }
        try writePending()
        guard durable, !isSynced else { return }
        try file.sync()
        isSynced = true
    }

    /// Writes what waits and the end mark, durably. After an error it may be called again.
    public mutating func close() throws(MarketDataError) {
        guard !isClosed else { return }
        try writePending()
        try writeMark(.ended)
        try file.sync()
        isClosed = true
    }

    /// Records that wait in memory.
    public var waiting: Int { pending.count - 1 }
    private var limit: Int { min(max(limits.blockRecords, 1), RecordingBlock.recordMax - 2 * Int(STRATEGY_MORE_MAX)) }

    private var closed: MarketDataError {
        MarketDataError(.closed, file: file.path, reason: "was closed: begin a new recording", goodRows: writtenRecords)
    }

    // MARK: Blocks

    private mutating func writePending() throws(MarketDataError) {
        guard waiting > 0 else { return }
        do throws(MarketDataError) {
            let bytes = pending.count * 64
            if !isEmptyPart, end + bytes + RecordingBlock.bytes > limits.fileBytes { try beginPart() }
            var block = RecordingBlock()
            let records = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: pending.records[1...]))
            block.count = waiting
            block.sequence = sequence + droppedBeforePending
            block.dropped = droppedBeforePending
            block.firstTime = pending.records[1].time
            block.lastTime = pending.records[waiting].time
            block.checksum = Checksum.crc32(records)
            UnsafeMutableRawBufferPointer(pending.mutableRecords).copyBytes(from: block.encoded)
            try file.write(UnsafeRawBufferPointer(pending.records), at: end)
            end += bytes
            sequence = block.sequence + UInt64(block.count)
        } catch {
            throw error.counted(writtenRecords)
        }
        writtenRecords += waiting
        droppedBeforePending = droppedBefore
        droppedBefore = 0
        isEmptyPart = false
        isSynced = false
        pending.keepFirst(1)
    }

    private mutating func writeMark(_ kind: RecordingBlock.Kind) throws(MarketDataError) {
        var block = RecordingBlock()
        block.kind = kind
        block.sequence = sequence + droppedBeforePending
        block.dropped = droppedBeforePending
        do throws(MarketDataError) {
            try file.write(block.encoded, at: end)
        } catch {
            throw error.counted(writtenRecords)
        }
    }

    /// The next part is there before this one says that it goes on.
    private mutating func beginPart() throws(MarketDataError) {
        var next = header
        next.part += 1
        try file.sync()
        let head = next.bytes(sequence: sequence)
        let opened = try RecordingWriter.begin(RecordingFile.partPath(path, next.part), head, write)
        var mark = RecordingBlock()
        mark.kind = .goesOn
        mark.sequence = sequence
        do throws(MarketDataError) {
            try file.write(mark.encoded, at: end)
            try file.sync()
        } catch {
            opened.remove()
            try? file.truncate(to: end)
            throw error
        }
        file = opened
        header = next
        end = head.count
        isEmptyPart = true
    }
}
