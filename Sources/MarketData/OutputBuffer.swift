public import CStrategyABI
public import Trading

/// A growing block of event records. It allocates only while it grows: after `removeAll` the memory is used again.
public struct OutputBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<EventRecord>
    @usableFromInline var capacity: Int
    public private(set) var count = 0

    public init(capacity: Int = 64) {
        self.capacity = max(capacity, 16)
        base = OutputBuffer.allocate(self.capacity)
    }

    deinit { base.deallocate() }

    /// A record is a cache line, so the block starts on one.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<EventRecord> {
        UnsafeMutableRawPointer.allocate(byteCount: capacity * 64, alignment: 64)
            .bindMemory(to: EventRecord.self, capacity: capacity)
    }

    /// Makes room for `more` records beyond those held.
    public mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let wider = OutputBuffer.allocate(capacity)
        wider.update(from: base, count: count)
        base.deallocate()
        base = wider
    }

    public mutating func append(_ record: EventRecord) {
        if count == capacity { reserve(1) }
        base[count] = record
        count += 1
    }

    public mutating func append(contentsOf records: UnsafeBufferPointer<EventRecord>) {
        guard let source = records.baseAddress else { return }
        reserve(records.count)
        (base + count).update(from: source, count: records.count)
        count += records.count
    }

    /// Appends zeros and gives them out to be filled; valid until the buffer changes.
    mutating func extend(by more: Int) -> UnsafeMutableBufferPointer<EventRecord> {
        reserve(more)
        (base + count).update(repeating: EventRecord(), count: more)
        count += more
        return UnsafeMutableBufferPointer(start: base + count - more, count: more)
    }

    /// Forgets the records and keeps the memory.
    public mutating func removeAll() { count = 0 }

    mutating func keepFirst(_ kept: Int) { count = min(count, kept) }

    /// Valid until the buffer changes or goes.
    public var records: UnsafeBufferPointer<EventRecord> { UnsafeBufferPointer(start: base, count: count) }

    var mutableRecords: UnsafeMutableBufferPointer<EventRecord> {
        UnsafeMutableBufferPointer(start: base, count: count)
    }
}

/// Events that no longer change, in time order, in one block that several readers may share.
public final class MarketEvents: @unchecked Sendable {
    private let buffer: OutputBuffer

    public init(_ buffer: consuming OutputBuffer) { self.buffer = buffer }

    public var count: Int { buffer.count }

    /// Valid while this object lives: hold on to it (`withExtendedLifetime`) while you read.
    public var records: UnsafeBufferPointer<EventRecord> { buffer.records }
}
