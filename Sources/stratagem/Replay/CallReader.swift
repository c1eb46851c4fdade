import CStrategyABI
import Engine
import MarketData
import Trading

/// Reads a recording of calls, entry by entry.
struct CallReader: ~Copyable {
    enum Entry {
        /// Valid until the next entry.
        case call(slot: Int, events: UnsafeBufferPointer<EventRecord>, intents: UnsafeBufferPointer<IntentRecord>)
        /// Of a slot that has other code now, which nobody has described yet.
        case replaced(slot: Int)
        /// Something is missing: nobody knows what strategies know now.
        case gap
        case begin(slot: Int, RecordedCode, memory: StrategyBytes?, time: Timestamp)
        /// nil = there was none, or it could not be written down.
        case memory(number: UInt64, StrategyBytes?)
    }
    typealias StrategyBytes = [UInt8]

    private let recording: MappedRecording
    private var block = 0
    private var pending = OutputBuffer(capacity: 1 << 12)
    private var position = 0

    private static let eventsMax: UInt64 = 1 << 17
    private static let intentsMax: UInt64 = 1 << 12
    private static let bytesMax: UInt64 = 128 << 20

    init(_ recording: MappedRecording) { self.recording = recording }

    /// nil = the end, or a last entry that was not written whole.
    mutating func next() throws(CommandError) -> Entry? {
        while true {
            if let entry = try parse() { return entry }
            guard block < recording.blockCount else { return nil }
            let (records, dropped) = recording.records(ofBlock: block)
            block += 1
            if dropped > 0 {
                // Whole entries were left out, and a part of one cannot be before them.
                pending.removeAll()
                position = 0
                pending.append(contentsOf: records)
                return .gap
            }
            var rest = OutputBuffer(capacity: pending.count - position + records.count)
            rest.append(contentsOf: UnsafeBufferPointer(rebasing: pending.records[position...]))
            rest.append(contentsOf: records)
            pending = rest
            position = 0
        }
    }

    /// The next entry where it is there as a whole.
    private mutating func parse() throws(CommandError) -> Entry? {
        let records = pending.records
        guard position < records.count else { return nil }
        let head = records[position]
        let (first, second) = (head.payload.0, head.payload.1)
        guard let kind = CallLog.Head(rawValue: head.type), head.instrument < 1 << 20 else { throw damaged }
        let size: Int
        switch kind {
        case .call:
            guard first <= CallReader.eventsMax, second <= CallReader.intentsMax else { throw damaged }
            size = Int(first + second)
        case .begin:
            guard first <= CallReader.bytesMax, second <= CallReader.bytesMax else { throw damaged }
            size = RecordedBytes.count(Int(first)) + RecordedBytes.count(Int(second))
        case .memory:
            guard first <= CallReader.bytesMax else { throw damaged }
            size = RecordedBytes.count(Int(first))
        case .replaced, .gap: size = 0
        }
        guard records.count - position - 1 >= size else { return nil }
        let body = UnsafeBufferPointer(rebasing: records[(position + 1)..<(position + 1 + size)])
        position += 1 + size
        return try entry(kind, head, body)
    }

    private func entry(
        _ kind: CallLog.Head, _ head: EventRecord, _ body: UnsafeBufferPointer<EventRecord>
    ) throws(CommandError) -> Entry {
        let slot = Int(head.instrument)
        let first = Int(head.payload.0)
        switch kind {
        case .call:
            let events = UnsafeBufferPointer(rebasing: body[..<first])
            let intents = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: body[first...]))
            return .call(slot: slot, events: events, intents: intents.bindMemory(to: IntentRecord.self))
        case .replaced: return .replaced(slot: slot)
        case .gap: return .gap
        case .memory:
            let bytes = RecordedBytes.bytes(body, first)
            return .memory(number: head.payload.1, head.payload.2 == 0 ? nil : bytes)
        case .begin:
            let text = RecordedBytes.count(first)
            let json = String(decoding: RecordedBytes.bytes(body, first), as: UTF8.self)
            guard let code: RecordedCode = JournalText.decode(json) else { throw damaged }
            let memory = RecordedBytes.bytes(UnsafeBufferPointer(rebasing: body[text...]), Int(head.payload.1))
            return .begin(slot: slot, code, memory: code.memory == .saved ? memory : nil, time: head.timestamp)
        }
    }

    private var damaged: CommandError {
        CommandError(
            .usage, "what is in it is no recording of calls of this version", at: recording.name,
            "name a session that this version recorded")
    }
}
