internal import CStrategyABI
public import Trading

/// One instrument's market of the simulator between two times: made while it is read, so that it takes no memory.
struct SimulatedTrack: Sendable {
    let seed: UInt64
    let spec: SimulatedInstrument
    let instrument: UInt32
    let start: Timestamp
    /// After the last event.
    let end: Timestamp
}

/// The events of a track, piece by piece.
final class SimulatedPieces {
    private let track: SimulatedTrack
    private var simulator: MarketSimulator
    private var output = OutputBuffer(capacity: 1 << 12)
    private var reached: Timestamp

    /// Some thousand events.
    private static let pieceNanoseconds = 60 * Timestamp.nanosecondsPerSecond

    init(_ track: SimulatedTrack) {
        self.track = track
        simulator = MarketSimulator(seed: track.seed, start: track.start, instruments: [track.spec], timeframes: [])
        reached = track.start
    }

    /// The next events, whole with their MORE records; empty = the end. Valid until the next call.
    func next() -> UnsafeBufferPointer<EventRecord> {
        output.removeAll()
        let last = track.end + -1
        while reached < last, output.count == 0 {
            reached = min(last, reached + SimulatedPieces.pieceNanoseconds)
            simulator.next(until: reached, into: &output)
        }
        let records = UnsafeMutableBufferPointer(mutating: output.records)
        for index in records.indices where records[index].kind != .more { records[index].instrument = track.instrument }
        return output.records
    }
}

extension MarketFile {
    /// What the simulator makes of one of its instruments in `start..<end`: the same for the same seed and start, whatever else
    /// is simulated. nil = it does not know the instrument, or there is no time in between.
    public static func simulated(
        _ id: String, seed: UInt64, instrument: UInt32, from start: Timestamp, to end: Timestamp
    ) -> MarketFile? {
        guard start < end, let spec = SimulatedMarket.find(id) else { return nil }
        let track = SimulatedTrack(seed: seed, spec: spec, instrument: instrument, start: start, end: end)
        return MarketFile(
            name: "simulator, seed \(seed)", kind: .events, kinds: [.quotes, .trades, .depth],
            content: .simulated(track), instrument: instrument, first: start, last: end + -1, rows: 0, priceDecimals: 0,
            interval: 0, skipped: [], described: spec.instrument)
    }
}
