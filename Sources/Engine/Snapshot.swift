import Controls
import Execution
import Portfolio
public import Trading

// A checkpoint: all of the core that must outlive the process, as bytes.
//
//     "STRATSNP", form number u16, CRC-32C of all that follows u32, then
//     the durable state (what facts rebuild to the byte), then what only a checkpoint keeps.

extension Engine {
    private static let magic: [UInt8] = Array("STRATSNP".utf8)
    private static let form: UInt16 = 2

    /// Everything durable. What no fact says by itself is written down as facts first (`recordMarks`), so the facts up to
    /// `factLog.count` must be in the journal before this checkpoint counts.
    public mutating func snapshot() -> [UInt8] {
        recordMarks()
        var content = ByteWriter()
        encodeDurable(into: &content)
        encodePassing(into: &content)
        compliance.encode(into: &content)
        var writer = ByteWriter()
        writer.put(bytes: Engine.magic)
        writer.put(Engine.form)
        writer.put(Checksum.crc32c(content.bytes))
        writer.put(bytes: content.bytes)
        return writer.bytes
    }

    /// The part of a checkpoint that facts rebuild to the byte, for comparisons.
    public func durableState() -> [UInt8] {
        var writer = ByteWriter()
        encodeDurable(into: &writer)
        compliance.encode(into: &writer)
        return writer.bytes
    }

    /// Takes a checkpoint into an engine that nothing has happened to yet. Its setup has the checkpoint's strategies,
    /// instruments, accounts and currencies at the same places and may have more behind them. Limits and latches come
    /// back as they were; strategies come back disabled. After a fault the engine is of no use.
    public mutating func restore(_ bytes: [UInt8]) throws(RecoveryFault) {
        guard recovery.phase == .fresh, isUntouched else { throw RecoveryFault("the engine is in use already") }
        recovery.phase = .open
        do {
            var (reader, form) = try Engine.content(of: bytes)
            try decodeDurable(from: &reader, form)
            try decodePassing(from: &reader)
            // Checkpoints of earlier builds end here.
            if reader.remaining > 0 { try compliance.decode(from: &reader) }
            try reader.end()
        } catch {
            throw RecoveryFault(error, in: "checkpoint")
        }
        for instrument in 0..<instruments.count { recordedMarks[instrument] = ledger.mark(instrument) }
        refreshQuotedRates()
        reviewDailyLimits()
        try checkBooks()
    }

    /// Nothing has happened yet.
    var isUntouched: Bool { sequence == 0 && facts.count == 0 && orders.workingCount == 0 }

    private static func content(of bytes: [UInt8]) throws(CodingFault) -> (reader: ByteReader, form: UInt16) {
        var reader = ByteReader(bytes)
        for expected in magic where try reader.number(UInt8.self) != expected {
            throw reader.fault("this is no checkpoint")
        }
        let form = try reader.number(UInt16.self)
        guard (1...Engine.form).contains(form) else {
            throw reader.fault("form \(form) of a checkpoint; this build reads \(Engine.form)")
        }
        let checksum = try reader.number(UInt32.self)
        let actual = Checksum.crc32c(bytes[reader.offset...])
        guard checksum == actual else { throw reader.fault("checksum \(actual) instead of \(checksum)") }
        return (reader, form)
    }

    // MARK: - What facts rebuild

    private func encodeDurable(into writer: inout ByteWriter) {
        writer.put(facts.count)
        writer.put(lastFillID)
        ledger.encode(into: &writer)
        orders.encode(into: &writer)
        gate.encode(into: &writer)
        writer.put(count: slots.count)
        for strategy in slots.indices {
            slots[strategy].counters.encodeDurable(into: &writer)
            // A code without a fault of its number says "none".
            writer.put(slots[strategy].fault?.rawValue ?? .max)
            trackers[strategy].trades.encode(into: &writer)
        }
        running.encode(into: &writer)
    }

    /// Form 1 had no running totals.
    private mutating func decodeDurable(from reader: inout ByteReader, _ form: UInt16) throws(CodingFault) {
        facts.resume(at: try reader.counter("facts"))
        lastFillID = try reader.counter("last fill")
        try ledger.decode(from: &reader)
        takeOpeningBalances()
        try orders.decode(from: &reader)
        try gate.decode(from: &reader)
        for strategy in 0..<(try strategyCount(&reader)) {
            try slots[strategy].counters.decodeDurable(from: &reader)
            let fault = try reader.number(UInt8.self)
            slots[strategy].fault = IntentFault(rawValue: fault)
            guard fault == .max || slots[strategy].fault != nil else { throw reader.fault("unknown fault \(fault)") }
            try trackers[strategy].decodeTrades(from: &reader)
        }
        if form > 1 { try running.decode(from: &reader) }
    }

    private func strategyCount(_ reader: inout ByteReader) throws(CodingFault) -> Int {
        let count = try reader.count(of: 1)
        guard count <= slots.count else { throw reader.fault("\(count) strategies, now \(slots.count)") }
        return count
    }

    // MARK: - What only a checkpoint keeps

    private func encodePassing(into writer: inout ByteWriter) {
        writer.put(now)
        writer.put(sequence)
        writer.put(count: instruments.count)
        for instrument in 0..<instruments.count { markets[instrument].encode(into: &writer) }
        timers.encode(into: &writer)
        writer.put(count: slots.count)
        for strategy in slots.indices {
            slots[strategy].counters.encodePassing(into: &writer)
            trackers[strategy].encodeMarks(into: &writer)
        }
        days.encode(into: &writer)
        encodeProtections(into: &writer)
        for instrument in 0..<instruments.count { books[instrument].encode(into: &writer) }
        orders.encodeEstimates(into: &writer)
    }

    private mutating func decodePassing(from reader: inout ByteReader) throws(CodingFault) {
        now = try reader.instant("time")
        sequence = try reader.counter("events")
        let count = try reader.count(of: 1)
        guard count <= instruments.count else { throw reader.fault("\(count) instruments, now \(instruments.count)") }
        for instrument in 0..<count { try markets[instrument].decode(from: &reader) }
        try timers.decode(from: &reader, slotCount: slots.count)
        for strategy in 0..<(try strategyCount(&reader)) {
            try slots[strategy].counters.decodePassing(from: &reader)
            try trackers[strategy].decodeMarks(from: &reader)
        }
        try days.decode(from: &reader)
        try decodeProtections(from: &reader)
        for instrument in 0..<count { books[instrument] = try OrderBook(from: &reader) }
        try orders.decodeEstimates(from: &reader)
    }
}

extension StrategyCounters {
    fileprivate func encodeDurable(into writer: inout ByteWriter) {
        for count in [orders, fills, denials, refusedIntents] { writer.put(count) }
    }

    fileprivate mutating func decodeDurable(from reader: inout ByteReader) throws(CodingFault) {
        orders = try reader.counter("orders")
        fills = try reader.counter("fills")
        denials = try reader.counter("denials")
        refusedIntents = try reader.counter("refused intents")
    }

    fileprivate func encodePassing(into writer: inout ByteWriter) {
        for count in [calls, events, signals, logLines, metrics] { writer.put(count) }
    }

    fileprivate mutating func decodePassing(from reader: inout ByteReader) throws(CodingFault) {
        calls = try reader.counter("calls")
        events = try reader.counter("events")
        signals = try reader.counter("signals")
        logLines = try reader.counter("log lines")
        metrics = try reader.counter("metrics")
    }
}

extension MarketState {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(view.bid)
        writer.put(view.ask)
        writer.put(view.quoteTime)
        writer.put(view.last)
        writer.put(view.lastTime)
        writer.put(view.barInterval)
        writer.put(barInterval)
    }

    fileprivate mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        view.bid = try reader.fixed()
        view.ask = try reader.fixed()
        view.quoteTime = try reader.timestamp()
        view.last = try reader.fixed()
        view.lastTime = try reader.timestamp()
        view.barInterval = try reader.number()
        barInterval = try reader.number()
    }
}

extension TimerQueue {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(count: entries.count)
        for entry in entries {
            writer.put(UInt32(entry.slot))
            writer.put(entry.tag)
            writer.put(entry.due)
        }
    }

    fileprivate mutating func decode(from reader: inout ByteReader, slotCount: Int) throws(CodingFault) {
        let count = try reader.count(of: 20)
        var kept: [Entry] = []
        for _ in 0..<count {
            kept.append(
                Entry(
                    slot: try reader.index("timer of strategy", below: slotCount), tag: try reader.number(),
                    due: try reader.timestamp()))
        }
        restore(kept)
    }
}
