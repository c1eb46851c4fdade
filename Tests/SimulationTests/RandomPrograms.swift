import Controls
import Engine
import ScriptedStrategies
import Trading

extension RandomUniverse {
    /// The same with compliance programs for most accounts, loose enough to trade: what they remember has to come back with
    /// the facts.
    func withPrograms(seed: UInt64) -> RandomUniverse {
        var dice = Dice(seed: seed ^ 0xC0DE)
        var copy = self
        for account in setup.accounts.indices where dice.chance(3, in: 4) {
            copy.change { setup in
                var terms = setup.accounts[account].program
                terms.washNanoseconds = 30 * Timestamp.nanosecondsPerSecond
                terms.messagesPerFillMax = dice.number(5...50)
                terms.spoofing = ComplianceTerms.Spoofing(
                    notional: 10, restNanoseconds: 60 * Timestamp.nanosecondsPerSecond,
                    windowNanoseconds: 600 * Timestamp.nanosecondsPerSecond, warnings: 2, denials: 8)
                terms.dayTradesMax = Int32(dice.number(5...500))
                terms.dayTradeDays = Int32(dice.number(1...32))
                if dice.chance(1, in: 3) { terms.minHoldingNanoseconds = 10 * Timestamp.nanosecondsPerSecond }
                if dice.chance(1, in: 4) { terms.forbidsHedging = true }
                if dice.chance(1, in: 4) { terms.shortSale = .forbidden }
                terms.dailyLoss.fraction = Rate(raw: dice.pick([1_000_000, 20_000_000]))
                terms.drawdown.fraction = Rate(raw: dice.pick([5_000_000, 100_000_000]))
                terms.trailsDrawdown = dice.chance(1, in: 2)
                terms.bestDayShareMax = Rate(raw: 300_000_000)
                setup.accounts[account].program = terms
            }
        }
        return copy
    }
}
