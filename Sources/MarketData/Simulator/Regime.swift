/// What a simulated instrument is doing for a while.
public enum Regime: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case range, trend, volatile, pump, dump

    /// How a regime differs from a calm trend; 256 = as there.
    struct Traits: BitwiseCopyable {
        var volatility: Int64
        /// How often quotes and trades come.
        var activity: Int64
        var size: Int64
        var spread: Int64
        /// Of 256 trades so many are buys when the price drifts up.
        var buysWithDrift: Int64
    }

    var traits: Traits {
        switch self {
        case .range: Traits(volatility: 160, activity: 205, size: 256, spread: 256, buysWithDrift: 128)
        case .trend: Traits(volatility: 256, activity: 256, size: 256, spread: 256, buysWithDrift: 160)
        case .volatile: Traits(volatility: 700, activity: 450, size: 400, spread: 512, buysWithDrift: 128)
        case .pump, .dump: Traits(volatility: 384, activity: 700, size: 800, spread: 384, buysWithDrift: 220)
        }
    }
}

/// A regime under way: its drift and when it ends.
struct RegimeState: BitwiseCopyable {
    var regime = Regime.range
    var traits = Regime.range.traits
    var stepsLeft: Int64 = 0
    /// Return per step that is no chance, 2^-40.
    var drift: Int64 = 0
    /// Of 256 trades so many are buys.
    var buys: Int64 = 128
    /// A range pulls back to where it began: that price, and 2^80 / it.
    var centre: Int64 = 0
    var inverseCentre: Int64 = 0

    /// Draws the next regime of `spec` at the price `fair`, which is `deviation` thousandths above where it once
    /// started: the further off, the likelier the way back.
    static func next(
        of spec: SimulatedInstrument, fair: Int64, deviation: Int64, stepDeviation: Int64, random: inout RandomStream
    ) -> RegimeState {
        let goesUp = random.below(1_000) < min(900, max(100, 500 - 4 * deviation))
        let draw = random.below(100)
        var state = RegimeState()
        if draw < spec.burstShare {
            state.regime = goesUp ? .pump : .dump
            state.stepsLeft = random.within(8...24) * MarketSimulator.stepsPerSecond
            let move = random.within(spec.burstMove) << 40 / 1_000_000
            state.drift = move / state.stepsLeft
        } else {
            let rest = (draw - spec.burstShare) * 100 / (100 - spec.burstShare)
            state.regime = rest < 40 ? .trend : rest < 80 ? .range : .volatile
            state.stepsLeft = random.within(spec.calmSeconds) * MarketSimulator.stepsPerSecond
            // A trend gains 0.35 of a second's deviation each second; a step's deviation is 1 / √50 of that.
            if state.regime == .trend { state.drift = stepDeviation * 35 * 7 / 100 / MarketSimulator.stepsPerSecond }
        }
        state.traits = state.regime.traits
        state.buys = state.traits.buysWithDrift
        if !goesUp {
            state.drift = -state.drift
            state.buys = 256 - state.buys
        }
        state.centre = fair
        state.inverseCentre = Int64((Int128(1) << 80) / Int128(fair))
        return state
    }

    /// What pulls a range back per step, 2^-40: 1/512 of the way, so half of it in seven seconds.
    @inline(__always)
    func pull(at fair: Int64) -> Int64 {
        guard regime == .range else { return 0 }
        let wide = (fair &- centre).multipliedFullWidth(by: inverseCentre)
        return -(wide.high << 24 | Int64(bitPattern: UInt64(wide.low >> 40))) >> 9
    }
}
