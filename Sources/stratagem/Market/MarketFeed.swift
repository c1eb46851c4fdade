import CStrategyABI
import MarketData
import Trading

/// Where market events come from, in time order.
protocol MarketFeed: AnyObject {
    /// The next events up to `time`, at most about `most` of them; valid until the next call. Fewer events than there are
    /// up to `time` may come: `time` of the answer says how far they reach.
    func next(until time: Timestamp, most: Int) -> (events: UnsafeBufferPointer<EventRecord>, time: Timestamp)
    /// Where prices come from, in one word.
    var name: String { get }
    /// There is nothing more to come.
    var isAtEnd: Bool { get }
    /// Brings bars of this length from now on, if it did not yet; false = it cannot.
    func bring(_ timeframe: Timeframe) -> Bool
}

/// The seeded simulator, which never ends.
final class SimulatedFeed: MarketFeed {
    private var simulator: MarketSimulator
    private var buffer = OutputBuffer(capacity: 1 << 12)
    private var reached: Timestamp
    let seed: UInt64

    init(seed: UInt64, start: Timestamp, instruments: [SimulatedInstrument], timeframes: [Timeframe]) {
        simulator = MarketSimulator(seed: seed, start: start, instruments: instruments, timeframes: timeframes)
        reached = start
        self.seed = seed
    }

    let name = "simulator"
    let isAtEnd = false

    func bring(_ timeframe: Timeframe) -> Bool {
        simulator.add(timeframe)
        return true
    }

    /// `instrument` as this feed numbers it; false = as many scenarios are under way as there may be.
    func begin(_ scenario: MarketScenario, instrument: Int) -> Bool {
        simulator.begin(scenario, instrument: instrument)
    }

    func endScenarios() { simulator.endScenarios() }

    /// A second of the whole market is some hundred events.
    private static let pieceNanoseconds = Timestamp.nanosecondsPerSecond

    func next(until time: Timestamp, most: Int) -> (events: UnsafeBufferPointer<EventRecord>, time: Timestamp) {
        buffer.removeAll()
        while reached < time, buffer.count < most {
            reached = min(time, reached + SimulatedFeed.pieceNanoseconds)
            simulator.next(until: reached, into: &buffer)
        }
        return (buffer.records, reached)
    }
}

/// Recorded events, from first to last.
final class RecordedFeed: MarketFeed {
    private let recording: MarketEvents
    private var position = 0
    private let timeframes: [Timeframe]

    /// Events of several files are merged by time; of equal times the earlier file's come first. `timeframes`: of the bars
    /// that were put among them.
    init(_ recordings: [MarketEvents], timeframes: [Timeframe] = []) {
        self.timeframes = timeframes
        recording = recordings.count == 1 ? recordings[0] : RecordedFeed.merged(recordings)
    }

    let name = "recording"
    var isAtEnd: Bool { position == recording.count }
    /// Bars stand among the events from the start.
    func bring(_ timeframe: Timeframe) -> Bool { timeframes.contains(timeframe) }
    var first: Timestamp { recording.records.first?.timestamp ?? Timestamp(nanoseconds: 0) }

    func next(until time: Timestamp, most: Int) -> (events: UnsafeBufferPointer<EventRecord>, time: Timestamp) {
        let records = recording.records
        var end = position
        while end < records.count, records[end].time <= time.nanoseconds {
            if end - position >= most, records[end].kind != .more { break }
            end += 1
        }
        let events = UnsafeBufferPointer(rebasing: records[position..<end])
        let isComplete = end == records.count || records[end].time > time.nanoseconds
        position = end
        return (events, isComplete ? time : events.last?.timestamp ?? time)
    }

    private static func merged(_ recordings: [MarketEvents]) -> MarketEvents {
        var output = OutputBuffer(capacity: recordings.reduce(0) { $0 + $1.count })
        var positions = [Int](repeating: 0, count: recordings.count)
        while true {
            var earliest: Int?
            for (index, recording) in recordings.enumerated() where positions[index] < recording.count {
                let time = recording.records[positions[index]].time
                if let best = earliest, recordings[best].records[positions[best]].time <= time { continue }
                earliest = index
            }
            guard let index = earliest else { return MarketEvents(output) }
            repeat {
                output.append(recordings[index].records[positions[index]])
                positions[index] += 1
            } while positions[index] < recordings[index].count
                && recordings[index].records[positions[index]].kind == .more
        }
    }
}
