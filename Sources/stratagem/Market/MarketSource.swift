import Configuration
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
            instruments.map { Universe.Listing(instrument: $0.instrument, kinds: [.quotes, .trades, .bars]) }
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

    func feed(timeframes: [Timeframe]) -> any MarketFeed {
        switch self {
        case .simulator(let seed, let start, let instruments):
            SimulatedFeed(seed: seed, start: start, instruments: instruments, timeframes: timeframes)
        case .recordings(let recordings):
            RecordedFeed(recordings.map { $0.file.events(withBars: timeframes) })
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
    /// A file that cannot be read is a usage error with the file's own words.
    static func read(_ path: String, options: CSVOptions) throws(CommandError) -> MarketFile {
        do {
            return try MarketFile.read(path, options: options)
        } catch {
            let place = error.line.map { "\(error.file):\($0)" } ?? error.file
            let rows =
                error.goodRows == 0 ? "" : " (\(error.goodRows) good row\(error.goodRows == 1 ? "" : "s") before it)"
            throw CommandError(.usage, error.reason, at: place, "mend the file or name another one" + rows)
        }
    }

    /// The instrument `id` as the simulator knows it, else as the file shows it. Prices of the file may be finer than the
    /// known tick: then the tick is the finest that fits both.
    static func instrument(_ id: String, of file: MarketFile) -> Instrument {
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
