import Configuration
import MarketData
import Trading

/// Where a backtest's market comes from when no file is named: recorded data that covers the time, else the simulator.
struct BacktestHistory {
    /// The data folder.
    var dataPath: String
    /// Files of host.yaml, below the strategies folder.
    var feeds: [FeedSettings]
    var strategiesPath: String
    /// nil = recorded data alone.
    var seed: UInt64?
    var from: Timestamp
    var to: Timestamp

    /// What the simulator makes at most, of some million events a day.
    static let simulatedDaysMax: Int64 = 31
    /// Recorded data may begin so much later and end so much earlier.
    private static let slack = 60 * Timestamp.nanosecondsPerSecond

    /// The market of `id`, whose events carry the index in `options`.
    func file(of id: String, options: CSVOptions) throws(CommandError) -> MarketFile {
        if let recorded = recording(of: id, options) ?? feed(of: id, options) { return recorded }
        let span = "from \(from) to \(to)"
        guard let seed, SimulatedMarket.find(id) != nil else {
            throw CommandError(
                .usage, "no recorded data covers \(id) \(span)", at: DataFolder.recordings(dataPath),
                "`stratagem sessions` lists what there is, `stratagem import` adds a file")
        }
        guard to.nanoseconds - from.nanoseconds <= BacktestHistory.simulatedDaysMax * Timestamp.nanosecondsPerDay,
            let simulated = MarketFile.simulated(id, seed: seed, instrument: options.instrument, from: from, to: to)
        else {
            throw CommandError(
                .usage,
                "no recorded data covers \(id) \(span), and the simulator makes "
                    + "\(BacktestHistory.simulatedDaysMax) days at most",
                at: DataFolder.recordings(dataPath), "ask for less time, or import data with `stratagem import`")
        }
        return simulated
    }

    /// The newest recording that covers the time; one that is damaged is passed over.
    private func recording(of id: String, _ options: CSVOptions) -> MarketFile? {
        let folder = DataFolder.recordings(dataPath)
        for name in FileSystem.names(in: folder).reversed() where !name.hasSuffix(RunRecording.callsSuffix) {
            let path = "\(folder)/\(name)"
            // The head alone says whether it is worth reading.
            guard RecordingReader.isRecording(path), let header = try? RecordingReader(path).header,
                header.start <= from + BacktestHistory.slack, header.index(of: id) != nil,
                let session = try? MappedRecording(path), let times = session.times, covers(times),
                let file = try? session.file(id, options: within(options))
            else { continue }
            return file
        }
        return nil
    }

    private func feed(of id: String, _ options: CSVOptions) -> MarketFile? {
        guard let feed = feeds.first(where: { $0.instrument == id }) else { return nil }
        let path = feed.file.hasPrefix("/") ? feed.file : "\(strategiesPath)/\(feed.file)"
        guard let whole = try? Recording.read(path, instrument: id, options: options).file,
            covers(whole.first...max(whole.first, whole.last))
        else { return nil }
        return try? Recording.read(path, instrument: id, options: within(options)).file
    }

    private func covers(_ times: ClosedRange<Timestamp>) -> Bool {
        times.lowerBound <= from + BacktestHistory.slack && times.upperBound + BacktestHistory.slack >= to
    }

    private func within(_ options: CSVOptions) -> CSVOptions {
        var options = options
        options.from = from
        options.to = to
        return options
    }
}
