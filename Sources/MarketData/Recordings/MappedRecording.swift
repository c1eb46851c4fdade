public import CStrategyABI
public import Trading

/// Records of one good block of a mapped file.
struct MappedBlock: Sendable {
    private let map: FileMap
    private let offset: Int
    let count: Int
    /// Of the first and the last record.
    let firstTime: Int64
    let lastTime: Int64
    /// Records that could not be written just before it.
    let dropped: UInt64

    /// `end` is where the next block begins.
    init(_ map: FileMap, endingAt end: Int, _ block: RecordingBlock) {
        self.map = map
        offset = end - block.payloadBytes
        count = block.count
        firstTime = block.firstTime
        lastTime = block.lastTime
        dropped = block.dropped
    }

    /// Valid while the block, or another of its file, lives.
    var records: UnsafeBufferPointer<EventRecord> { map.records(offset, count: count) }
}

/// A recording whose files are mapped into memory: only an index of its blocks takes memory of its own, 48 bytes for some
/// thousand records.
public final class MappedRecording: Sendable {
    /// As it was named to the reader.
    public let name: String
    public let header: RecordingHeader
    /// Records in it when it was opened.
    public let recordCount: Int
    /// What stands behind the last good block; nil = nothing.
    public let tail: RecordingTail?
    /// Records that the session could not write.
    public let droppedRecords: UInt64
    /// It was ended in order: nothing more will come.
    public let isEnded: Bool
    let blocks: [MappedBlock]

    /// Opens the recording at `path` with all its parts and looks at every checksum. One that is being written is taken as
    /// it is now. Files that are opened must not be cut while the recording is in use.
    public init(_ path: String) throws(MarketDataError) {
        var reader = try RecordingReader(path, forWriting: false, isMapped: true)
        var nothing = OutputBuffer()
        var blocks: [MappedBlock] = []
        while try reader.next(into: &nothing) > 0 {
            if let block = reader.block { blocks.append(block) }
        }
        name = path
        header = reader.header
        recordCount = reader.recordCount
        tail = reader.tail
        droppedRecords = reader.droppedRecords
        isEnded = reader.isEnded
        self.blocks = blocks
    }

    /// Of the first and the last record; nil = there is none.
    public var times: ClosedRange<Timestamp>? {
        guard let first = blocks.first?.firstTime, let last = blocks.last?.lastTime, first <= last else { return nil }
        return Timestamp(nanoseconds: first)...Timestamp(nanoseconds: last)
    }

    public var blockCount: Int { blocks.count }

    /// As they were written, and how many could not be written just before; valid while the recording lives.
    public func records(ofBlock index: Int) -> (UnsafeBufferPointer<EventRecord>, dropped: UInt64) {
        (blocks[index].records, blocks[index].dropped)
    }

    /// Something was traded, quoted or closed a bar in this instrument.
    public func hasMarket(_ id: String) -> Bool {
        guard let index = header.index(of: id) else { return false }
        return blocks.contains { block in
            block.records.contains {
                $0.instrument == UInt32(index) && ($0.kind == .trade || $0.kind == .quote || $0.kind == .bar)
            }
        }
    }

    /// One instrument's market, as if it had been read from a file of its own: trades, quotes and depth, or the shortest
    /// bars where there is nothing finer; all other bars are left out, because they can be built again. Of `options`,
    /// `from`, `to` and `instrument` count.
    public func file(_ id: String, options: CSVOptions = CSVOptions()) throws(MarketDataError) -> MarketFile {
        guard let index = header.index(of: id) else {
            let ids = header.instruments.map(\.instrument.id).joined(separator: ", ")
            throw MarketDataError(.unknownInstrument, file: name, reason: "has no instrument '\(id)': it has \(ids)")
        }
        let survey = try RecordingSurvey(self, UInt32(index), options)
        let track = RecordedTrack(self, survey, options)
        let summary = track.summary
        let described = header.instruments[index].instrument
        guard let first = summary.first, let last = summary.last else {
            throw MarketDataError(.empty, file: name, reason: "has no event of \(id) in the time asked for")
        }
        guard !summary.kinds.isDisjoint(with: [.trades, .quotes, .bars]) else {
            throw MarketDataError(.empty, file: name, reason: "has no trade, quote or bar of \(id)")
        }
        let kind: MarketFile.Kind =
            switch summary.kinds {
            case .trades: .trades
            case .quotes: .quotes
            case .bars: .bars
            default: .events
            }
        return MarketFile(
            name: name, kind: kind, kinds: summary.kinds, content: .recorded(track),
            instrument: options.instrument, first: first, last: last,
            rows: summary.rows, priceDecimals: MappedRecording.decimals(of: described.terms.tick),
            interval: survey.barInterval, skipped: [], described: described)
    }

    private static func decimals(of tick: Price) -> Int {
        var decimals = Price.decimals
        var rest = tick.raw
        while decimals > 0, rest > 0, rest % 10 == 0 {
            rest /= 10
            decimals -= 1
        }
        return decimals
    }
}
