import CStrategyABI
import Trading

/// What a strategy was given, call by call, and what it answered, so that another instance can live through the same on
/// another thread. The engine writes it from one command on until another command takes it away; its size is fixed.
public final class EventTape: @unchecked Sendable {
    /// Of both kinds; so much memory is there from the start.
    public let capacity: Int
    /// Events and intents on it.
    public private(set) var recordCount = 0
    /// More happened than it holds, so it is of no use.
    public private(set) var isOverrun = false

    private struct Call: BitwiseCopyable {
        var events: Int32
        var intents: Int32
    }
    /// The events of a call, then its intents: both have one size.
    private let records: UnsafeMutablePointer<EventRecord>
    private let calls: UnsafeMutablePointer<Call>
    private var callCount = 0

    public init(capacity: Int = 1 << 15) {
        self.capacity = capacity
        // Written once here, so that the engine thread does not wait for the pages.
        records = .allocate(capacity: capacity)
        records.initialize(repeating: EventRecord(), count: capacity)
        calls = .allocate(capacity: capacity)
        calls.initialize(repeating: Call(events: 0, intents: 0), count: capacity)
    }

    deinit {
        records.deallocate()
        calls.deallocate()
    }

    /// One call of the running instance.
    func append(_ events: UnsafePointer<EventRecord>, _ count: Int, _ answer: UnsafeBufferPointer<IntentRecord>) {
        guard !isOverrun, callCount < capacity, recordCount + count + answer.count <= capacity else {
            isOverrun = true
            return
        }
        (records + recordCount).update(from: events, count: count)
        recordCount += count
        if let intents = answer.baseAddress, !answer.isEmpty {
            UnsafeMutableRawPointer(records + recordCount).copyMemory(
                from: intents, byteCount: answer.count * MemoryLayout<IntentRecord>.stride)
            recordCount += answer.count
        }
        calls[callCount] = Call(events: Int32(count), intents: Int32(answer.count))
        callCount += 1
    }

    /// Empties it for another use.
    public func rewind() {
        recordCount = 0
        callCount = 0
        isOverrun = false
    }

    /// Calls `body` with every call in order.
    func play(_ body: (UnsafePointer<EventRecord>, Int, UnsafeBufferPointer<IntentRecord>) -> Void) {
        var place = records
        for index in 0..<callCount {
            let call = calls[index]
            let answer = UnsafeRawPointer(place + Int(call.events)).assumingMemoryBound(to: IntentRecord.self)
            body(place, Int(call.events), UnsafeBufferPointer(start: answer, count: Int(call.intents)))
            place += Int(call.events) + Int(call.intents)
        }
    }
}
