import Controls
public import Trading

// Circuit breakers throw stops by themselves. Where none is set up nothing of this is asked on the event path: what marks lead to
// hangs on `watchesMarks`, what passing time leads to on the next turn of a day, and denials are no part of it.

/// A limit whose crossing stops a scope at once, until it is reset.
public struct Breaker: Sendable, BitwiseCopyable, Equatable {
    public enum Measure: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// Lost since the day's start, of an account or a strategy, in the account's currency.
        case dailyLoss
        /// Intents that could not be taken, within the window.
        case errorRate
        /// Orders that the gate denied or the venue rejected, within the window.
        case rejectRate
        /// Seconds without a price of an instrument while its market is open.
        case staleData
        /// (High − low) ÷ low of an instrument's marks, within the window.
        case volatility
        /// How far equity has fallen below its highest at any mark, as a fraction of that, of an account or a strategy.
        case drawdown
    }

    public enum Reset: Sendable, BitwiseCopyable, Equatable {
        /// An admin releases the stop.
        case byHand
        /// With the account's next day; of a system or an instrument with that of the first account.
        case nextDay
        case after(nanoseconds: Int64)
    }

    public var measure: Measure
    public var scope: LimitScope
    public var index: Int
    /// In 1e-8 of its unit: money, a fraction, a count, seconds. What lies above it trips.
    public var threshold: Int128
    public var windowNanoseconds: Int64
    public var mode: EmergencyStop.Mode
    public var reset: Reset

    public init(
        _ measure: Measure, scope: LimitScope, index: Int = 0, threshold: Int128,
        windowNanoseconds: Int64 = 60 * Timestamp.nanosecondsPerSecond, mode: EmergencyStop.Mode = .stop,
        reset: Reset = .byHand
    ) {
        self.measure = measure
        self.scope = scope
        self.index = index
        self.threshold = threshold
        self.windowNanoseconds = windowNanoseconds
        self.mode = mode
        self.reset = reset
    }

    /// Losses are of those who have books and days, prices are of instruments, and the rest is of whoever sends orders.
    public var isPossible: Bool {
        let scopes: [LimitScope] =
            switch measure {
            case .dailyLoss, .drawdown: [.account, .strategy]
            case .errorRate: [.system, .account, .strategy]
            case .rejectRate: LimitScope.allCases
            case .staleData, .volatility: [.instrument]
            }
        return scopes.contains(scope) && threshold >= 0 && windowNanoseconds > 0
    }
}

/// Where a breaker stands.
public struct BreakerState: Sendable {
    public let terms: Breaker
    /// What was measured last.
    public internal(set) var observed: Int128 = 0
    /// The stop that it has thrown and that is in force; nil = none.
    public internal(set) var stopID: UInt64?
    /// What it was reset from is not over yet: it waits for that before it trips again.
    public internal(set) var isSpent = false
    var trippedAt = Timestamp(nanoseconds: 0)
    var counts: RollingCount
    var range: RollingRange

    init(_ terms: Breaker) {
        self.terms = terms
        counts = RollingCount(windowNanoseconds: terms.windowNanoseconds)
        range = RollingRange(windowNanoseconds: terms.windowNanoseconds)
    }
}

/// What breakers did, for the host to write down.
public enum BreakerNews: Sendable, Equatable {
    case tripped(breaker: Int, stop: EmergencyStop, observed: Int128, time: Timestamp)
    case reset(breaker: Int, stop: UInt64, time: Timestamp)
}

struct BreakerBook {
    var all: [BreakerState] = []
    var news: [BreakerNews] = []
    /// Stops that are latched already and have still to cancel and close.
    var pending: [EmergencyStop] = []
    var nextStopID: UInt64 = 1
    var watchesMarks = false
    /// Highs are kept for them where no limit asks.
    var watchesHighs = false
    var watchesCounts = false
    /// Some of them depend on time that passes without an event.
    var watchesTime = false
    static let lookNanoseconds = Timestamp.nanosecondsPerSecond
}

extension Engine {
    /// Puts breakers up, after a recovery and `resumeStops`; one that is up already goes on with what it has measured.
    /// `stopIDs` are those of stops that they threw before and that are in force.
    public mutating func setBreakers(_ breakers: [Breaker], stopIDs: [Int: UInt64] = [:]) {
        precondition(
            breakers.allSatisfy { $0.isPossible && gate.has($0.scope, $0.index) }, "breakers \(breakers)")
        let old = self.breakers.all
        self.breakers.all = breakers.map { terms in old.first { $0.terms == terms } ?? BreakerState(terms) }
        for (index, id) in stopIDs where breakers.indices.contains(index) && self.breakers.all[index].stopID != id {
            self.breakers.all[index].stopID = id
            self.breakers.all[index].trippedAt = now
        }
        let measures = Set(breakers.map(\.measure))
        self.breakers.watchesMarks = !measures.isDisjoint(with: [.dailyLoss, .drawdown, .volatility])
        self.breakers.watchesHighs = measures.contains(.drawdown)
        self.breakers.watchesCounts = !measures.isDisjoint(with: [.errorRate, .rejectRate])
        self.breakers.watchesTime = measures.contains(.staleData) || breakers.contains { $0.reset != .byHand }
        reviewDailyLimits()
        days.nextTurn = Timestamp(nanoseconds: .min)
    }

    public var breakerStates: [BreakerState] { breakers.all }

    /// The id of the next stop that a breaker throws; later ones count up from it.
    public mutating func numberStops(from id: UInt64) { breakers.nextStopID = id }

    public mutating func takeBreakerNews() -> [BreakerNews] {
        guard !breakers.news.isEmpty else { return [] }
        let news = breakers.news
        breakers.news.removeAll()
        return news
    }
}

/// Counts of the last part of time, in sixteenths of a window.
struct RollingCount: Sendable {
    private var counts = InlineArray<16, Int64>(repeating: 0)
    private var head: Int64 = .min
    private let part: Int64
    private(set) var sum: Int64 = 0

    init(windowNanoseconds: Int64) { part = max(1, windowNanoseconds / 16) }

    mutating func add(_ count: Int64, at time: Timestamp) {
        pass(to: time)
        counts[place(head)] += count
        sum += count
    }

    mutating func pass(to time: Timestamp) {
        let now = time.nanoseconds.flooredQuotient(part)
        guard now > head else { return }
        let passed = head == .min ? 16 : min(16, now - head)
        for step in 0..<passed {
            let place = place(now - step)
            sum -= counts[place]
            counts[place] = 0
        }
        head = now
    }

    mutating func clear() {
        for place in counts.indices { counts[place] = 0 }
        sum = 0
    }

    private func place(_ number: Int64) -> Int { Int(number & 15) }
}

/// Low and high of the last part of time, in sixteenths of a window.
struct RollingRange: Sendable {
    private var lows = InlineArray<16, Int64>(repeating: .max)
    private var highs = InlineArray<16, Int64>(repeating: 0)
    private var head: Int64 = .min
    private let part: Int64

    init(windowNanoseconds: Int64) { part = max(1, windowNanoseconds / 16) }

    mutating func add(_ price: Price, at time: Timestamp) {
        let now = time.nanoseconds.flooredQuotient(part)
        if now > head {
            let passed = head == .min ? 16 : min(16, now - head)
            for step in 0..<passed { clear(Int((now - step) & 15)) }
            head = now
        }
        let place = Int(head & 15)
        lows[place] = min(lows[place], price.raw)
        highs[place] = max(highs[place], price.raw)
    }

    mutating func clear() { for place in lows.indices { clear(place) } }

    private mutating func clear(_ place: Int) {
        lows[place] = .max
        highs[place] = 0
    }

    /// (High − low) ÷ low in 1e-8.
    var spread: Int128 {
        var (low, high) = (Int64.max, Int64(0))
        for place in lows.indices {
            low = min(low, lows[place])
            high = max(high, highs[place])
        }
        guard low > 0, high >= low else { return 0 }
        return Int128(high - low) * 100_000_000 / Int128(low)
    }
}

extension Int64 {
    /// Rounded down, below zero too.
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
