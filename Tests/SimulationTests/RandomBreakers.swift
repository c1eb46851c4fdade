import Engine
import ScriptedStrategies
import Trading

extension RandomUniverse {
    /// Breakers that such a market and such strategies do trip.
    func breakers(_ dice: inout Dice) -> [Breaker] {
        (0..<dice.number(1...3)).map { _ in
            let measure = dice.pick(Breaker.Measure.allCases)
            var scopes = LimitScope.allCases
            if [.dailyLoss, .drawdown].contains(measure) { scopes = [.account, .strategy] }
            if measure == .errorRate { scopes = [.system, .account, .strategy] }
            if [.staleData, .volatility].contains(measure) { scopes = [.instrument] }
            let scope = dice.pick(scopes)
            let count =
                switch scope {
                case .system: 1
                case .account: setup.accounts.count
                case .strategy: setup.strategies.count
                case .instrument: setup.instruments.count
                }
            let unit: Int128 = 100_000_000
            let threshold: Int128 =
                switch measure {
                case .dailyLoss: Int128(dice.number(0...200)) * unit / 10
                case .errorRate, .rejectRate: Int128(dice.number(0...10)) * unit
                case .staleData: Int128(dice.number(100...7200)) * unit
                case .volatility: Int128(dice.number(1...100)) * unit / 1000
                case .drawdown: Int128(dice.number(0...50)) * unit / 100_000
                }
            return Breaker(
                measure, scope: scope, index: Int(dice.number(0...Int64(count - 1))), threshold: threshold,
                windowNanoseconds: dice.number(1...3600) * Timestamp.nanosecondsPerSecond,
                mode: dice.pick(EmergencyStop.Mode.allCases),
                reset: dice.pick([.byHand, .nextDay, .after(nanoseconds: 600 * Timestamp.nanosecondsPerSecond)]))
        }
    }
}
