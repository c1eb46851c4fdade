import Configuration
import Engine
import MarketData
import Trading

/// What a run trades on: the simulator, or recorded files. It lists its instruments before anything is wired, and makes
/// the feed when it is known which bars are wanted.
enum MarketSource {
    case simulator(seed: UInt64, start: Timestamp, instruments: [SimulatedInstrument])
    /// One file for each instrument.
    case recordings([(instrument: Instrument, file: MarketFile)])

    var listings: [Universe.Listing] {
        switch self {
        case .simulator(_, _, let instruments):
            instruments.map { Universe.Listing(instrument: $0.instrument, kinds: MarketSimulator.kinds) }
        case .recordings(let recordings):
            recordings.map {
                Universe.Listing(
                    instrument: $0.instrument, kinds: $0.file.kinds.union(.bars), barInterval: $0.file.interval)
            }
        }
    }

    var isRecorded: Bool { if case .recordings = self { true } else { false } }

    /// When it begins.
    var start: Timestamp {
        switch self {
        case .simulator(_, let start, _): start
        case .recordings(let recordings): recordings.map(\.file.first).min() ?? Timestamp(nanoseconds: 0)
        }
    }

    /// The same market going on at `start`: simulated prices where the engine saw them last, recordings as they are.
    func continued(from start: Timestamp, _ engine: borrowing Engine, _ universe: Universe) -> MarketSource {
        guard case .simulator(let seed, _, var instruments) = self else { return self }
        for index in instruments.indices {
            guard let known = universe.index(of: instruments[index].instrument.id) else { continue }
            let mark = engine.mark(known)
            if mark != .zero { instruments[index].startPrice = mark }
        }
        return .simulator(seed: seed, start: start, instruments: instruments)
    }

    func feed(timeframes: [Timeframe]) -> any MarketFeed {
        switch self {
        case .simulator(let seed, let start, let instruments):
            SimulatedFeed(seed: seed, start: start, instruments: instruments, timeframes: timeframes)
        case .recordings(let recordings):
            // Files of bars have their own length without being asked.
            RecordedFeed(
                recordings.map { $0.file.events(withBars: timeframes) },
                timeframes: timeframes
                    + Timeframe.allCases.filter { frame in
                        recordings.allSatisfy { $0.file.kind == .bars && $0.file.interval == frame.interval }
                    })
        }
    }

    var description: String {
        switch self {
        case .simulator(let seed, _, let instruments):
            "simulator, seed \(seed), \(instruments.count) instruments"
        case .recordings(let recordings):
            recordings.map { "\($0.file.name) as \($0.instrument.id) (\($0.file.rows) \($0.file.kind.rawValue))" }
                .joined(separator: ", ")
        }
    }
}

/// How a recorded file becomes an instrument's market.
enum Recording {
    /// One instrument's market: a CSV file, or the part of a session's recording that is of `instrument`. A file that
    /// cannot be read is a usage error with the file's own words.
    static func read(
        _ path: String, instrument: String?, options: CSVOptions
    ) throws(CommandError) -> (id: String, file: MarketFile) {
        guard RecordingReader.isRecording(path) else {
            return (
                instrument ?? id(of: path),
                try usable { () throws(MarketDataError) in try MarketFile.read(path, options: options) }
            )
        }
        let session = try session(path)
        let ids = session.header.instruments.map(\.instrument.id)
        guard let id = instrument ?? (ids.count == 1 ? ids[0] : nil) else {
            throw CommandError(
                .usage, "which of its \(ids.count) instruments to trade is not said", at: path,
                "name it with --instrument: \(ids.joined(separator: ", "))")
        }
        return (id, try usable { () throws(MarketDataError) in try session.file(id, options: options) })
    }

    /// A session's recording with all its instruments.
    static func session(_ path: String) throws(CommandError) -> MappedRecording {
        let session = try usable { () throws(MarketDataError) in try MappedRecording(path) }
        if let tail = session.tail {
            Console.error(
                "warning: \(tail.file): its end was not written whole: \(tail.bytes) bytes from byte \(tail.offset) on were passed over, with up to \(tail.records) records"
            )
        }
        if session.droppedRecords > 0 {
            Console.error(
                "warning: \(path): \(session.droppedRecords) records could not be written when it was recorded")
        }
        return session
    }

    static func usable<Value>(_ read: () throws(MarketDataError) -> Value) throws(CommandError) -> Value {
        do {
            return try read()
        } catch {
            let place = error.line.map { "\(error.file):\($0)" } ?? error.file
            let rows =
                error.goodRows == 0 ? "" : " (\(error.goodRows) good row\(error.goodRows == 1 ? "" : "s") before it)"
            throw CommandError(.usage, error.reason, at: place, "mend the file or name another one" + rows)
        }
    }

    /// The instrument `id` as a recording describes it, else as the simulator knows it, else as the file shows it. Prices of the file may be finer than the
    /// known tick: then the tick is the finest that fits both.
    static func instrument(_ id: String, of file: MarketFile) -> Instrument {
        if let described = file.described { return described }
        let shown = file.instrument(id: id)
        guard var known = SimulatedMarket.find(id)?.instrument else { return shown }
        known.terms.tick = Price(raw: commonDivisor(known.terms.tick.raw, shown.terms.tick.raw))
        return known
    }

    private static func commonDivisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : commonDivisor(b, a % b) }

    /// An id out of the file's name: "data/btc-perp-1m.csv.gz" → "btc-perp-1m".
    static func id(of path: String) -> String {
        let name = path.split(separator: "/").last ?? "data"
        let stem = name.split(separator: ".").first ?? "data"
        let plain = stem.utf8.map { (0x21...0x7e).contains($0) ? $0 : UInt8(ascii: "_") }
        return String(decoding: plain.prefix(31), as: UTF8.self)
    }
}
