import Configuration
import Engine
import Trading

/// Which signals are still to be made: those of strategies, in their order, and by the clock one of each instrument.
struct SignalWork {
    /// Nanoseconds between two rounds; nil = the host makes none by itself.
    private let every: Int64?
    private var next: Timestamp
    /// Of this round.
    private var instruments: [Int] = []
    private var given: [StrategySignal] = []
    /// When a strategy's signal for an instrument was last taken.
    private var lastGiven: [Place: Timestamp] = [:]
    private var isStrategysTurn = false
    /// One is being computed.
    var isUnderWay = false

    private struct Place: Hashable {
        let strategy: Int
        let instrument: Int
    }

    /// Of strategies that wait; what comes beyond is not kept.
    static let givenMax = 256
    /// Between two that are kept of a strategy for an instrument.
    static let spacing = Timestamp.nanosecondsPerSecond

    init(_ settings: SignalSettings, from start: Timestamp) {
        every = settings.everySeconds.map { $0 * Timestamp.nanosecondsPerSecond }
        next = start + (every ?? 0)
    }

    mutating func take(_ signals: [StrategySignal]) {
        for signal in signals {
            let place = Place(strategy: signal.strategy, instrument: signal.instrument)
            let isTooSoon = lastGiven[place].map { signal.time < $0 + SignalWork.spacing } ?? false
            guard !isTooSoon, given.count < SignalWork.givenMax else { continue }
            lastGiven[place] = signal.time
            given.append(signal)
        }
    }

    enum Item {
        case strategy(StrategySignal)
        case model(instrument: Int)
    }

    /// The next one, in turn of a strategy and of a model; nil = there is none now.
    mutating func takeNext(at time: Timestamp, instrumentCount: Int) -> Item? {
        if instruments.isEmpty, let every, time >= next {
            next = time + every
            instruments = Array((0..<instrumentCount).reversed())
        }
        isStrategysTurn = !isStrategysTurn || instruments.isEmpty
        if isStrategysTurn, !given.isEmpty { return .strategy(given.removeFirst()) }
        return instruments.popLast().map { .model(instrument: $0) }
    }
}
