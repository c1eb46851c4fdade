internal import CStrategyABI
internal import Trading

/// Puts the pieces of a text file into a recording.
final class ImportWork {
    private let target: String
    private let options: CSVOptions
    private let describe: (MarketFile) -> Instrument
    /// From the first record on.
    private var writer: RecordingWriter?
    private var kind = MarketFile.Kind.events
    private(set) var differences = StampDifferences()
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?

    /// Records of a block: 2 MB.
    private static let blockRecords = 1 << 15

    init(_ target: String, _ options: CSVOptions, describe: @escaping (MarketFile) -> Instrument) {
        self.target = target
        self.options = options
        self.describe = describe
    }

    /// Writes the records and empties the buffer.
    func take(_ output: inout OutputBuffer) throws(MarketDataError) {
        defer { output.removeAll() }
        guard let kind = output.records.first?.kind else { return }
        if kind == .bar {
            differences.add(output.records)
            // Without an interval there is one bar, and that is an error in the end.
            StampInterval.place(&output, interval: options.interval ?? 0, options: options)
        }
        guard let first = output.records.first, let last = output.records.last else { return }
        if self.first == nil {
            self.first = first.timestamp
            try begin(kind, first)
        }
        self.last = last.timestamp
        try writer?.append(output.records)
    }

    private func begin(_ kind: EventType, _ first: EventRecord) throws(MarketDataError) {
        self.kind =
            switch kind {
            case .bar: .bars
            case .trade: .trades
            default: .quotes
            }
        var limits = RecordingWriter.Limits()
        limits.blockRecords = ImportWork.blockRecords
        writer = try RecordingWriter(
            creating: target, instruments: [recorded(decimals: 0)], start: first.timestamp, limits: limits)
    }

    private func recorded(decimals: Int) -> RecordedInstrument {
        let nothing = MarketEvents(OutputBuffer())
        let start = first ?? Timestamp(nanoseconds: 0)
        let shown = MarketFile(
            name: target, kind: kind, kinds: kind.feed, content: .memory(nothing), instrument: 0, first: start,
            last: last ?? start, rows: 0, priceDecimals: decimals, interval: options.interval ?? 0, skipped: [],
            described: nil)
        return RecordedInstrument(describe(shown), kinds: kind.feed)
    }

    /// Writes the end, and what prices have shown of the instrument into the heads.
    func finish(decimals: Int) throws(MarketDataError) -> Instrument {
        try writer?.close()
        let recorded = recorded(decimals: decimals)
        for part in 0...(writer?.header.part ?? 0) {
            try RecordingFile.describe([recorded], in: RecordingFile.partPath(target, part))
        }
        return recorded.instrument
    }
}
