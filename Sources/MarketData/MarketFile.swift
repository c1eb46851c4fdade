public import Trading

/// Where a file's events are.
enum MarketContent: Sendable {
    case memory(MarketEvents)
    case recorded(RecordedTrack)
    case simulated(SimulatedTrack)
}

/// One instrument's market data out of a file, in time order.
public struct MarketFile: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case bars, trades, quotes
        /// Several of them, or depth, as a session recorded them; no CSV is of this kind.
        case events

        var feed: FeedKinds {
            switch self {
            case .bars: .bars
            case .trades: .trades
            case .quotes: .quotes
            case .events: []
            }
        }
    }

    /// As it was named to the reader.
    public let name: String
    public let kind: Kind
    public let kinds: FeedKinds
    let content: MarketContent
    /// The index that the events carry.
    public let instrument: UInt32
    /// Times of the first and the last event: of a bar its close.
    public let first: Timestamp
    public let last: Timestamp
    /// Rows behind `events`; a bar with vwap or trade count makes two records of one row.
    public let rows: Int
    /// Decimals of the finest price in the whole file; zeros at the end do not count ("46319.0" has none).
    public let priceDecimals: Int
    /// Nanoseconds from a bar's open to its close; 0 where the file holds no bars.
    public let interval: Int64
    /// The bad rows that were passed over, at most as many as the options allow.
    public let skipped: [MarketDataError]

    /// The instrument as a recording describes it; nil = the file says nothing about it.
    public let described: Instrument?

    /// All of its events in memory; those of a recording or the simulator come there with each call.
    public var events: MarketEvents {
        switch content {
        case .memory(let events): return events
        case .recorded(let track):
            var output = OutputBuffer(capacity: track.summary.rows)
            var buffer = OutputBuffer()
            for index in 0..<track.count { output.append(contentsOf: track.records(index, &buffer)) }
            return MarketEvents(output)
        case .simulated(let track):
            var output = OutputBuffer()
            let pieces = SimulatedPieces(track)
            while true {
                let piece = pieces.next()
                if piece.isEmpty { return MarketEvents(output) }
                output.append(contentsOf: piece)
            }
        }
    }

    /// Bits of the event types in it, as a plugin's descriptor names them.
    public var eventMask: UInt64 {
        var mask: UInt64 = 0
        if kinds.contains(.trades) { mask |= EventType.trade.mask }
        if kinds.contains(.quotes) { mask |= EventType.quote.mask }
        if kinds.contains(.depth) { mask |= EventType.depth.mask }
        if kinds.contains(.bars) { mask |= EventType.bar.mask }
        return mask
    }

    /// Reads the file at `path`: plain or gzip text with bars, trades or quotes.
    public static func read(_ path: String, options: CSVOptions = CSVOptions()) throws(MarketDataError) -> MarketFile {
        try CSVReader.read(TextInput(path: path, limits: options.limits), name: path, options: options)
    }

    /// Reads the same from memory; `name` stands for the file in errors.
    public static func read(
        bytes: [UInt8], name: String, options: CSVOptions = CSVOptions()
    ) throws(MarketDataError) -> MarketFile {
        try CSVReader.read(TextInput(bytes: bytes, limits: options.limits), name: name, options: options)
    }

    /// What to trade this data as when nobody has described the instrument: tick = the finest decimals of the file,
    /// lot and minimum 1e-8, cash settlement in the quote currency of the id, always open.
    public func instrument(id: String) -> Instrument {
        var tick: Int64 = 1
        for _ in priceDecimals..<Price.decimals { tick *= 10 }
        let smallest = Quantity(raw: 1)
        // 10 billion units: sums of several such orders still fit.
        let largest = Quantity(raw: 10_000_000_000 * Quantity.one.raw)
        return Instrument(
            id: id, quoteCurrency: MarketFile.quoteCurrency(of: id),
            terms: InstrumentTerms(
                tick: Price(raw: tick), lot: smallest, minQuantity: smallest, maxQuantity: largest,
                settlement: .cash))
    }

    /// "BTC_USDT", "XRP-ETH", "EUR/USD" → the second part; six letters ("EURUSD") → the last three; else "USD".
    public static func quoteCurrency(of id: String) -> String {
        let parts = id.split(omittingEmptySubsequences: false) { "_-/".contains($0) }
        let plain = parts.allSatisfy { part in part.utf8.allSatisfy { isLetter($0) || isDigit($0) } }
        if parts.count == 2, plain, (2...15).contains(parts[1].utf8.count), !parts[0].isEmpty {
            return parts[1].uppercased()
        }
        if parts.count == 1, id.utf8.count == 6, id.utf8.allSatisfy(isLetter) { return id.suffix(3).uppercased() }
        return "USD"
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
