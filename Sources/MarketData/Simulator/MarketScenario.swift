public import Trading

/// What an operator has a simulated instrument do for a while, on top of its own course.
public struct MarketScenario: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Rises by the magnitude, evenly.
        case bullMarket = "bull_market"
        /// Falls by it.
        case bearMarket = "bear_market"
        /// Stays within it of where it was.
        case sideways
        /// Wanders, with the magnitude as standard deviation at its end.
        case highVolatility = "high_volatility"
        /// Falls by it in the first quarter of the time, and comes back in the rest.
        case flashCrash = "flash_crash"
    }

    public var kind: Kind
    /// Of the price at which it begins: 0.01 = one percent.
    public var magnitude: Rate
    public var durationNanoseconds: Int64

    public init(_ kind: Kind, magnitude: Rate, durationNanoseconds: Int64) {
        self.kind = kind
        self.magnitude = magnitude
        self.durationNanoseconds = durationNanoseconds
    }
}

/// A scenario under way.
struct RunningScenario {
    let instrument: Int
    private let kind: MarketScenario.Kind
    private let steps: Int64
    private var step: Int64 = 0
    /// The price at its begin, and the magnitude of it.
    private let start: Int64
    private let reach: Int64
    /// Deviation of one step of a random walk.
    private let stepReach: Int64
    private var random: RandomStream

    init(_ scenario: MarketScenario, instrument: Int, fair: Int64, seed: UInt64) {
        self.instrument = instrument
        kind = scenario.kind
        steps = max(4, scenario.durationNanoseconds / MarketSimulator.stepNanoseconds)
        start = fair
        reach = Int64(Int128(fair) * Int128(scenario.magnitude.raw) / Int128(Rate.one.raw))
        var root: Int64 = 0
        while (root + 1) * (root + 1) <= steps { root += 1 }
        stepReach = reach / root
        random = RandomStream(seed: seed)
    }

    var isOver: Bool { step >= steps }

    /// What the next step adds to the price `fair`.
    mutating func move(at fair: Int64) -> Int64 {
        let before = offset(step)
        step += 1
        switch kind {
        case .bullMarket, .bearMarket, .flashCrash: return offset(step) - before
        case .highVolatility: return Int64((Int128(stepReach) * Int128(random.normal())) >> 16)
        case .sideways: return min(max(fair, start - reach), start + reach) - fair
        }
    }

    /// From the price at its begin, after so many steps. Whole numbers, so that the steps add up exactly.
    private func offset(_ step: Int64) -> Int64 {
        func part(_ step: Int64, _ steps: Int64) -> Int64 { Int64(Int128(reach) * Int128(step) / Int128(steps)) }
        switch kind {
        case .bullMarket: return part(step, steps)
        case .bearMarket: return -part(step, steps)
        case .flashCrash:
            let fall = steps / 4
            return step <= fall ? -part(step, fall) : -part(steps - step, steps - fall)
        case .sideways, .highVolatility: return 0
        }
    }
}
