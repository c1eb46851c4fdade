import CStrategyABI

public enum LogLevel: UInt32, Sendable, BitwiseCopyable {
    case debug = 1
    case info, warning, error
}

extension Context {
    /// Asks for `onTimer(id)` before the first market event at or after `due`. The same id again moves the timer.
    public mutating func setTimer(_ id: UInt32, at due: Timestamp) {
        guard due > now else {
            log(.warning, "timer \(id) not set: its time is not in the future")
            return
        }
        setTimer(id, due: due.nanoseconds)
    }

    /// The same, `delay` from now.
    public mutating func setTimer(_ id: UInt32, after delay: Duration) { setTimer(id, at: now + delay) }

    /// Drops a timer.
    public mutating func cancelTimer(_ id: UInt32) { setTimer(id, due: 0) }

    private mutating func setTimer(_ id: UInt32, due: Int64) {
        guard let place = reserve(1) else { return }
        var record = strategy_set_timer_v1_t()
        record.type = UInt16(STRATEGY_INTENT_TIMER)
        record.instrument = current
        record.tag = TimerTag(slot: book.pointee.slot(of: current), id: id).raw
        record.due = due
        write(record, at: place)
    }

    /// Tells others what the strategy thinks: `strength` −1 … 1, at `price` if it has one.
    public mutating func signal(strength: Double, price: Price = .zero) {
        guard let place = reserve(1) else { return }
        var record = strategy_emit_signal_v1_t()
        record.type = UInt16(STRATEGY_INTENT_SIGNAL)
        record.instrument = current
        record.strength = strength.isNaN ? 0 : min(max(strength, -1), 1)
        record.price = price.raw
        write(record, at: place)
    }

    /// Publishes a number under a name of at most 40 bytes.
    public mutating func metric(_ name: StaticString, _ value: Double) {
        guard let place = reserve(1) else { return }
        var record = strategy_metric_v1_t()
        record.type = UInt16(STRATEGY_INTENT_METRIC)
        record.instrument = current
        record.value = value
        name.withUTF8Buffer { text in
            withUnsafeMutableBytes(of: &record.name) { $0.copyBytes(from: text.prefix(utf8Prefix(text, 40))) }
        }
        write(record, at: place)
    }

    /// Writes a log line; the text is not even built when its level is not logged. At most 808 bytes; a longer
    /// one is cut between characters.
    @inlinable
    public func log(_ level: LogLevel, _ text: @autoclosure () -> String) {
        guard level.rawValue >= book.pointee.logLevel.rawValue else { return }
        writeLog(level, text())
    }

    /// Writes an information line.
    @inlinable
    public func log(_ text: @autoclosure () -> String) { log(.info, text()) }

    @usableFromInline @inline(never)
    func writeLog(_ level: LogLevel, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            let length = utf8Prefix(bytes, 40 + 48 * Int(STRATEGY_MORE_MAX))
            let pieces = length > 40 ? (length - 40 + 47) / 48 : 0
            guard let place = reserve(1 + pieces) else { return }
            var head = strategy_log_v1_t()
            head.type = UInt16(STRATEGY_INTENT_LOG)
            head.flags = pieces > 0 ? UInt16(STRATEGY_FLAG_MORE) : 0
            head.instrument = current
            head.level = level.rawValue
            head.length = UInt32(length)
            withUnsafeMutableBytes(of: &head.text) { $0.copyBytes(from: bytes.prefix(min(40, length))) }
            write(head, at: place)
            for piece in 0..<pieces {
                var more = strategy_text_more_v1_t()
                more.type = UInt16(STRATEGY_INTENT_MORE)
                more.flags = piece + 1 < pieces ? UInt16(STRATEGY_FLAG_MORE) : 0
                more.instrument = current
                let start = 40 + 48 * piece
                withUnsafeMutableBytes(of: &more.text) {
                    $0.copyBytes(from: bytes[start..<min(start + 48, length)])
                }
                write(more, at: place + 1 + piece)
            }
        }
    }

    // MARK: The host's buffer

    /// Room for `records` records; nil when they do not fit, which is counted and reported with the next block.
    func reserve(_ records: Int) -> Int? {
        let count = intents.pointee.count
        guard count + records <= intents.pointee.capacity else {
            book.pointee.dropped &+= 1
            book.pointee.needsAttention = true
            return nil
        }
        intents.pointee.count = count + records
        return count
    }

    func write<Record: BitwiseCopyable>(_ record: Record, at place: Int) {
        UnsafeMutableRawPointer(records + place).storeBytes(of: record, as: Record.self)
    }

    /// Logs what piled up where no line could be written.
    @usableFromInline
    func reportNotes() {
        let notes = book.pointee.notes
        book.pointee.notes = []
        for note in notes { log(.error, note) }
        let dropped = book.pointee.dropped
        guard dropped > 0 else { return }
        book.pointee.dropped = 0
        log(
            .warning,
            "\(dropped) intents did not fit into the host's buffer of \(intents.pointee.capacity) records and were dropped"
        )
    }
}

/// A timer's number at the host: the slot that set it, and its own id.
@usableFromInline
struct TimerTag {
    @usableFromInline var raw: UInt64
    @usableFromInline init(raw: UInt64) { self.raw = raw }
    init(slot: Int, id: UInt32) { raw = UInt64(slot + 1) << 32 | UInt64(id) }
    /// −1 for a number that no slot made.
    @usableFromInline var slot: Int { Int(raw >> 32) - 1 }
    @usableFromInline var id: UInt32 { UInt32(truncatingIfNeeded: raw) }
}

/// The longest prefix of at most `limit` bytes that ends between two characters' scalars.
func utf8Prefix(_ bytes: UnsafeBufferPointer<UInt8>, _ limit: Int) -> Int {
    guard bytes.count > limit else { return bytes.count }
    var end = limit
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return end
}
