public import CStrategyABI
public import Trading

/// What all strategies are given and what they answer, in the order in which it happens, as records: for a recording that
/// is played to their code later. The engine appends, the host takes what is there between two events; its memory is fixed.
///
/// A call is a head, then the events, then the intents. What does not fit is left out, and the log says so.
public final class CallLog: @unchecked Sendable {
    /// Types of heads; what they say stands in their payload.
    public enum Head: UInt16, Sendable {
        /// The strategy was called, or answered late: events and intents that follow.
        case call = 0xFF01
        /// Other code is called from here on, and nobody has said what it remembers.
        case replaced = 0xFF02
        /// Calls are missing here.
        case gap = 0xFF03
        /// The host says what is called from here on.
        case begin = 0xFF04
        /// What an instance remembered, written down later.
        case memory = 0xFF05
    }

    public let capacity: Int
    public private(set) var count = 0
    private var isOverrun = false
    private let storage: UnsafeMutablePointer<EventRecord>
    /// By slot: the instance that the log's reader knows of.
    private var known: [UnsafeMutableRawPointer?]
    private var isDescribed: [Bool]

    public init(capacity: Int = 1 << 17, strategies: Int) {
        self.capacity = capacity
        // Written once here, so that the engine thread does not wait for the pages.
        storage = .allocate(capacity: capacity)
        storage.initialize(repeating: EventRecord(), count: capacity)
        known = Array(repeating: nil, count: strategies)
        isDescribed = Array(repeating: false, count: strategies)
    }

    deinit { storage.deallocate() }

    /// Valid until something is appended.
    public var records: UnsafeBufferPointer<EventRecord> { UnsafeBufferPointer(start: storage, count: count) }

    /// Forgets the records that `records` showed.
    public func clear() {
        count = 0
        isOverrun = false
    }

    /// The host's own words, `records` of them behind the head.
    public func append(_ head: EventRecord, _ records: [EventRecord]) {
        guard hasRoom(1 + records.count) else { return }
        storage[count] = head
        records.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { (storage + count + 1).update(from: base, count: source.count) }
        }
        count += 1 + records.count
    }

    /// From here on the reader knows what is called.
    public func know(_ call: StrategyCall, strategy: Int) { setKnown(call.identity, strategy, isDescribed: true) }

    /// The reader knows what is called there.
    public func knows(_ call: StrategyCall, strategy: Int) -> Bool {
        strategy < known.count && known[strategy] == call.identity && isDescribed[strategy]
    }

    /// A call of a strategy, or what it said late.
    func append(
        _ slot: Int, _ call: StrategyCall, _ events: UnsafePointer<EventRecord>?, _ eventCount: Int,
        _ intents: UnsafeBufferPointer<IntentRecord>, at time: Timestamp
    ) {
        if slot >= known.count || known[slot] != call.identity {
            append(CallLog.head(.replaced, slot, time), [])
            setKnown(call.identity, slot, isDescribed: false)
        }
        guard hasRoom(1 + eventCount + intents.count) else { return }
        storage[count] = CallLog.head(.call, slot, time, UInt64(eventCount), UInt64(intents.count))
        if let events { (storage + count + 1).update(from: events, count: eventCount) }
        if let answer = intents.baseAddress, !intents.isEmpty {
            UnsafeMutableRawPointer(storage + count + 1 + eventCount).copyMemory(
                from: answer, byteCount: intents.count * MemoryLayout<IntentRecord>.stride)
        }
        count += 1 + eventCount + intents.count
    }

    public static func head(
        _ kind: Head, _ slot: Int, _ time: Timestamp, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0
    ) -> EventRecord {
        var head = EventRecord()
        head.type = kind.rawValue
        head.instrument = UInt32(slot)
        head.time = time.nanoseconds
        head.payload.0 = first
        head.payload.1 = second
        head.payload.2 = third
        return head
    }

    /// One place stays for the word that something is missing.
    private func hasRoom(_ records: Int) -> Bool {
        if isOverrun { return false }
        if count + records < capacity { return true }
        storage[count] = CallLog.head(.gap, 0, Timestamp(nanoseconds: 0))
        count += 1
        isOverrun = true
        return false
    }

    private func setKnown(_ instance: UnsafeMutableRawPointer, _ slot: Int, isDescribed isKnown: Bool) {
        while known.count <= slot {
            known.append(nil)
            isDescribed.append(false)
        }
        known[slot] = instance
        isDescribed[slot] = isKnown
    }
}
