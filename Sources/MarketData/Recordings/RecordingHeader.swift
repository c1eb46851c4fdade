public import Trading

/// What a recording says about itself: one instrument's terms and what its feed had.
public struct RecordedInstrument: Sendable, Equatable {
    public var instrument: Instrument
    public var kinds: FeedKinds
    public init(_ instrument: Instrument, kinds: FeedKinds) {
        self.instrument = instrument
        self.kinds = kinds
    }
}

/// The head of a recording's file. Events carry the index of their instrument in `instruments`.
public struct RecordingHeader: Sendable, Equatable {
    /// When the session began.
    public var start: Timestamp
    public var instruments: [RecordedInstrument]
    /// Number of this file in the recording, from 0.
    public var part: Int = 0

    public init(start: Timestamp, instruments: [RecordedInstrument]) {
        self.start = start
        self.instruments = instruments
    }

    public func index(of id: String) -> Int? { instruments.firstIndex { $0.instrument.id == id } }

    // MARK: Bytes

    /// No text begins like this, and a transfer that changes line ends breaks it.
    static let magic: [UInt8] = [0x89] + Array("STREC\r\n".utf8)
    static let version: UInt32 = 1
    /// Magic, version and the header's length in bytes.
    static let prefixBytes = 16
    /// Headers are multiples of it, as all that follows them.
    static let unit = 64
    static let bytesMax = 64 << 20

    /// `sequence` is that of the first record behind the header.
    func bytes(sequence: UInt64) -> [UInt8] {
        var body = LittleEndianBytes()
        body.append(UInt32(part))
        body.append(UInt32(instruments.count))
        body.append(start.nanoseconds)
        body.append(sequence)
        for recorded in instruments { body.append(recorded) }
        // Prefix, body, zeros up to a full unit with the checksum at their end.
        let unit = RecordingHeader.unit
        let length = (RecordingHeader.prefixBytes + body.bytes.count + 4 + unit - 1) / unit * unit
        var whole = LittleEndianBytes()
        whole.bytes = RecordingHeader.magic
        whole.append(RecordingHeader.version)
        whole.append(UInt32(length))
        whole.bytes += body.bytes
        whole.bytes += [UInt8](repeating: 0, count: length - 4 - whole.bytes.count)
        whole.append(Checksum.crc32(whole.bytes))
        return whole.bytes
    }

    /// Reads what `bytes` wrote, behind a prefix that has been looked at; nil = damaged.
    static func parse(_ bytes: [UInt8]) -> (header: RecordingHeader, sequence: UInt64)? {
        guard bytes.count >= unit, bytes.count % unit == 0 else { return nil }
        var reader = LittleEndianReader(bytes, from: bytes.count - 4)
        guard reader.next(UInt32.self) == Checksum.crc32(Array(bytes.dropLast(4))) else { return nil }
        reader = LittleEndianReader(bytes, from: prefixBytes)
        guard let part = reader.next(UInt32.self), let count = reader.next(UInt32.self),
            let start = reader.next(Int64.self), let sequence = reader.next(UInt64.self)
        else { return nil }
        var header = RecordingHeader(start: Timestamp(nanoseconds: start), instruments: [])
        header.part = Int(part)
        for _ in 0..<count {
            guard let recorded = reader.nextInstrument() else { return nil }
            header.instruments.append(recorded)
        }
        return (header, sequence)
    }
}

extension LittleEndianBytes {
    fileprivate mutating func append(_ recorded: RecordedInstrument) {
        let instrument = recorded.instrument
        for text in [instrument.id, instrument.name, instrument.quoteCurrency, instrument.assetClass] { append(text) }
        let terms = instrument.terms
        append(terms.tick.raw)
        append(terms.lot.raw)
        append(terms.minQuantity.raw)
        append(terms.maxQuantity.raw)
        append(terms.minNotional.raw)
        append(terms.multiplier)
        append(terms.settlement.rawValue)
        append(terms.currency)
        append(UInt8(terms.tradable ? 1 : 0))
        append(recorded.kinds.rawValue)
        append(instrument.calendar.name)
        // The number of sessions and one more; 0 = always open.
        append(UInt32(instrument.calendar.sessions.map { $0.count + 1 } ?? 0))
        for session in instrument.calendar.sessions ?? [] {
            append(session.open.nanoseconds)
            append(session.close.nanoseconds)
        }
    }
}

extension LittleEndianReader {
    fileprivate mutating func nextInstrument() -> RecordedInstrument? {
        guard let id = nextText(), let name = nextText(), let currency = nextText(), let assetClass = nextText(),
            let terms = nextTerms(), let kinds = next(UInt8.self), let calendarName = nextText(),
            let sessionCode = next(UInt32.self)
        else { return nil }
        var sessions: [TradingCalendar.Session]? = sessionCode == 0 ? nil : []
        for _ in 1..<max(sessionCode, 1) {
            guard let open = next(Int64.self), let close = next(Int64.self) else { return nil }
            sessions?.append(
                TradingCalendar.Session(open: Timestamp(nanoseconds: open), close: Timestamp(nanoseconds: close)))
        }
        let instrument = Instrument(
            id: id, name: name, quoteCurrency: currency, assetClass: assetClass, terms: terms,
            calendar: TradingCalendar(name: calendarName, sessions: sessions))
        return RecordedInstrument(instrument, kinds: FeedKinds(rawValue: kinds))
    }

    private mutating func nextTerms() -> InstrumentTerms? {
        guard let tick = next(Int64.self), let lot = next(Int64.self), let least = next(Int64.self),
            let most = next(Int64.self), let minNotional = next(Int128.self), let multiplier = next(Int64.self),
            let settlement = next(UInt8.self).flatMap(Settlement.init(rawValue:)), let currency = next(UInt8.self),
            let tradable = next(UInt8.self)
        else { return nil }
        return InstrumentTerms(
            tick: Price(raw: tick), lot: Quantity(raw: lot), minQuantity: Quantity(raw: least),
            maxQuantity: Quantity(raw: most), minNotional: Money(raw: minNotional), multiplier: multiplier,
            settlement: settlement, currency: currency, tradable: tradable != 0)
    }
}
