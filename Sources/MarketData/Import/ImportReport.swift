public import Trading

/// How far an import has come.
public struct ImportProgress: Sendable, Equatable {
    /// Good ones.
    public var rows: Int
    /// Of the file as it is on the disk.
    public var readBytes: Int
    /// 0 = unknown.
    public var fileBytes: Int
}

/// Rows that were passed over.
public struct RowFaults: Sendable {
    public private(set) var count = 0
    /// The first thousand, each with its line.
    public private(set) var first: [MarketDataError] = []
    /// How many there are of each kind, in the order in which they came.
    public private(set) var kinds: [(code: MarketDataError.Code, count: Int)] = []

    static let listedMax = 1000

    mutating func add(_ fault: MarketDataError) {
        count += 1
        if first.count < RowFaults.listedMax { first.append(fault) }
        if let index = kinds.firstIndex(where: { $0.code == fault.code }) {
            kinds[index].count += 1
        } else {
            kinds.append((fault.code, 1))
        }
    }
}

/// Places where bars are farther apart than they are long. Weekends are such places too.
public struct RowGaps: Sendable {
    public struct Gap: Sendable, Equatable {
        /// Of the bar behind it.
        public var line: Int
        /// The stamps around it.
        public var from: Timestamp
        public var to: Timestamp
        public var nanoseconds: Int64 { to.nanoseconds - from.nanoseconds }
    }

    public private(set) var count = 0
    /// The first hundred.
    public private(set) var first: [Gap] = []
    public private(set) var longest: Gap?

    static let listedMax = 100

    mutating func add(_ from: Int64, _ to: Int64, line: Int) {
        let gap = Gap(line: line, from: Timestamp(nanoseconds: from), to: Timestamp(nanoseconds: to))
        count += 1
        if first.count < RowGaps.listedMax { first.append(gap) }
        if gap.nanoseconds > longest?.nanoseconds ?? 0 { longest = gap }
    }
}

/// What an import made.
public struct ImportReport: Sendable {
    public var kind: MarketFile.Kind
    public var instrument: Instrument
    /// Good rows, which are in the recording.
    public var rows: Int
    public var first: Timestamp
    public var last: Timestamp
    /// Of bars; 0 = there are none.
    public var interval: Int64
    public var faults: RowFaults
    public var gaps: RowGaps
}
