public import Trading

/// How to read a file of market data.
public struct CSVOptions: Sendable {
    /// Which end of a bar its time names.
    public enum BarStamp: String, Sendable, CaseIterable {
        case open, close
    }

    /// Bounds on what a file may ask of the reader.
    public struct Limits: Sendable {
        /// Bytes of text, after decompression.
        public var textBytes: Int = 64 << 30
        /// Bytes of one line; at least 64.
        public var lineBytes: Int = 4096
        /// Rows; each takes 64 bytes of memory (128 with vwap or trade count).
        public var rows: Int = 200_000_000
        public init() {}
    }

    /// The index that the events carry.
    public var instrument: UInt32 = 0
    public var barStamp = BarStamp.open
    /// Nanoseconds from a bar's open to its close; nil = the most frequent difference of stamps in the file
    /// (of several equally frequent ones the shortest).
    public var interval: Int64?
    /// The zone of stamps that name none. An offset in a stamp wins, and epoch numbers are UTC.
    public var zone = StampZone.utc
    /// Only rows from this time on: of a bar its open, of a trade or quote its time.
    public var from: Timestamp?
    /// Only rows before this time.
    public var to: Timestamp?
    /// So many bad rows are passed over and reported; the next one is an error.
    public var badRowsMax = 0
    /// A trade with the id of the one before it is a bad row.
    public var refusesRepeatedTrades = false
    /// Columns that nobody understands are an error, or are passed over.
    public var ignoresUnknownColumns = false
    public var limits = Limits()

    public init() {}
}
