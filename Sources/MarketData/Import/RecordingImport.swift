internal import CStrategyABI
public import Trading

/// Turns a text file of any length into a recording, in memory for one piece of it.
public struct RecordingImport {
    /// The text file.
    public let source: String
    /// The recording's first file; none may be there.
    public let target: String
    private var options: CSVOptions
    /// What the instrument is, from what the file shows; its texts may not depend on the prices.
    private let describe: (MarketFile) -> Instrument
    private let progress: (ImportProgress) throws(MarketDataError) -> Void

    public init(
        from source: String, to target: String, options: CSVOptions,
        describe: @escaping (MarketFile) -> Instrument,
        progress: @escaping (ImportProgress) throws(MarketDataError) -> Void
    ) {
        self.source = source
        self.target = target
        self.options = options
        self.options.instrument = 0
        self.options.refusesRepeatedTrades = true
        self.describe = describe
        self.progress = progress
    }

    /// Reads the whole file and passes over every bad row; what it made is complete when it returns. Where it throws, a
    /// part of a recording may be there.
    public func run() throws(MarketDataError) -> ImportReport {
        var options = options
        if options.interval == nil { options.interval = try guessedInterval() }
        if let report = try run(&options) { return report }
        // The beginning of the file was not like the rest; now the interval is that of the whole file.
        RecordingFile.removeParts(target)
        guard let report = try run(&options) else {
            throw MarketDataError(.intervalUnknown, file: source, reason: "changed while it was read: try again")
        }
        return report
    }

    /// Of bars, from the first piece of the file; nil where that has no two of them, or other rows.
    private func guessedInterval() throws(MarketDataError) -> Int64? {
        var options = options
        options.badRowsMax = .max
        options.from = nil
        options.to = nil
        let sample: [UInt8]
        do {
            sample = try TextInput.beginning(of: source, bytes: 1 << 20, limits: options.limits)
        } catch {
            throw MarketDataError(error.code, file: source, reason: error.reason)
        }
        guard let file = try? MarketFile.read(bytes: sample, name: source, options: options) else { return nil }
        return file.interval > 0 ? file.interval : nil
    }

    /// nil = the bars have another interval than `options` says, which it does now.
    private func run(_ options: inout CSVOptions) throws(MarketDataError) -> ImportReport? {
        let work = ImportWork(target, options, describe: describe)
        let progress = progress
        let summary = try CSVReader.read(
            TextInput(path: source, limits: options.limits), name: source, options: options
        ) { (output, done) throws(MarketDataError) in
            try work.take(&output)
            try progress(done)
        }
        if summary.kind == .bars, self.options.interval == nil, let interval = work.differences.mostFrequent,
            interval != options.interval, interval <= StampInterval.max
        {
            options.interval = interval
            return nil
        }
        guard let first = work.first, let last = work.last else {
            let reason = summary.faults.first.first.map { "no good row: line \($0.line ?? 0): \($0.reason)" }
            throw MarketDataError(.empty, file: source, reason: reason ?? "no row in the time that was asked for")
        }
        if summary.kind == .bars, options.interval == nil {
            throw MarketDataError(
                .intervalUnknown, file: source, reason: "one bar does not say how long it is: a file has two at least",
                goodRows: summary.rows)
        }
        let instrument = try work.finish(decimals: summary.decimals)
        return ImportReport(
            kind: summary.kind, instrument: instrument, rows: summary.rows, first: first, last: last,
            interval: options.interval ?? 0, faults: summary.faults, gaps: summary.gaps)
    }
}
