import Configuration
import MarketData
import Trading

/// Which market a run asks for, by flags and host.yaml.
struct MarketPlan {
    var feed: String?
    var instrument: String?
    var seed: UInt64?

    /// Reads the files that are needed. With a file of no named instrument, all strategies are put on it.
    func source(_ folder: inout StrategiesFolder) throws(CommandError) -> MarketSource {
        if let feed {
            if instrument == nil, let source = try session(feed) { return source }
            let (id, file) = try Recording.read(feed, instrument: instrument, options: CSVOptions())
            if instrument == nil {
                for index in folder.strategies.indices { folder.strategies[index].instruments = [id] }
            }
            return .recordings([(Recording.instrument(id, of: file), file)])
        }
        let feeds = folder.host.feeds
        guard feeds.isEmpty else { return try recordings(feeds, below: folder.path) }
        let chosen = seed ?? folder.host.simulator.seed
        let wall = WallClock.now / Timestamp.nanosecondsPerSecond * Timestamp.nanosecondsPerSecond
        return .simulator(
            seed: chosen == 0 ? UInt64.random(in: 1...999_999) : chosen, start: Timestamp(nanoseconds: wall),
            instruments: folder.host.simulator.instruments.compactMap(SimulatedMarket.find))
    }

    /// What every strategy trades, whatever it names: the one of a file of no named instrument.
    func commonInstrument(_ source: MarketSource) -> String? {
        guard feed != nil, instrument == nil, source.listings.count == 1 else { return nil }
        return source.listings[0].instrument.id
    }

    /// All instruments of a session's recording that has several; the strategies trade their own of them. nil = it is a
    /// file of one instrument.
    private func session(_ path: String) throws(CommandError) -> MarketSource? {
        guard RecordingReader.isRecording(path) else { return nil }
        let count = try Recording.usable { () throws(MarketDataError) in
            try RecordingReader(path).header.instruments.count
        }
        guard count > 1 else { return nil }
        let session = try Recording.session(path)
        var files: [(instrument: Instrument, file: MarketFile)] = []
        for recorded in session.header.instruments {
            var options = CSVOptions()
            options.instrument = UInt32(files.count)
            let id = recorded.instrument.id
            // One that had no event has no market here.
            guard session.hasMarket(id) else { continue }
            let file = try Recording.usable { () throws(MarketDataError) in try session.file(id, options: options) }
            files.append((recorded.instrument, file))
        }
        return files.isEmpty ? nil : .recordings(files)
    }

    /// The files of host.yaml's `feeds`, instead of the simulator; a path is relative to the strategies folder.
    private func recordings(_ feeds: [FeedSettings], below folder: String) throws(CommandError) -> MarketSource {
        var recordings: [(instrument: Instrument, file: MarketFile)] = []
        for (index, feed) in feeds.enumerated() {
            var options = CSVOptions()
            options.instrument = UInt32(index)
            let path = feed.file.hasPrefix("/") ? feed.file : "\(folder)/\(feed.file)"
            let (id, file) = try Recording.read(path, instrument: feed.instrument, options: options)
            recordings.append((Recording.instrument(id, of: file), file))
        }
        return .recordings(recordings)
    }

    /// Plugins' random numbers follow the simulator's seed, so that a seed gives the same run.
    func pluginSeed(_ source: MarketSource) -> UInt64 {
        if case .simulator(let seed, _, _) = source { seed } else { 0 }
    }
}

extension MarketPlan {
    /// An instrument of host.yaml, with the simulator's terms or those of a file that was not read.
    static func knownInstrument(_ id: String) -> Instrument {
        if let known = SimulatedMarket.find(id) { return known.instrument }
        let terms = InstrumentTerms(
            tick: Price(raw: 1), lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1), maxQuantity: .one)
        return Instrument(id: id, quoteCurrency: MarketFile.quoteCurrency(of: id), terms: terms)
    }
}
