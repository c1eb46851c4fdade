import API
import Configuration
import Engine
import Portfolio
import Trading

// What an account holds, what it is to hold, and what has to be traded for that.

/// A plan, and the engine's instruments that its holdings stand for.
struct PlannedRebalance {
    var plan: RebalancePlan
    var instruments: [Int]
    var targets: [Rate?]
}

extension HostCore {
    func rebalanceSettings(_ account: Int) -> RebalanceSettings? { host.account(accounts[account].id)?.rebalance }

    func rebalancePlan(_ account: Int, isForced: Bool) throws(HostRefusal) -> PlannedRebalance {
        let settings = rebalanceSettings(account)
        let targets = try settings.map { settings throws(HostRefusal) in try rebalanceTargets(settings) } ?? [:]
        var instruments: [Int] = []
        var holdings: [RebalanceHolding] = []
        for instrument in universe.instruments.indices {
            let quantity = netQuantity(account, instrument)
            guard quantity != .zero || targets[instrument] != nil else { continue }
            instruments.append(instrument)
            holdings.append(try holding(account, instrument, quantity, target: targets[instrument]))
        }
        let equity = try requiredEquity(account)
        do throws(RebalancePlan.Problem) {
            let plan = try RebalancePlan(
                equity: equity, holdings, band: settings?.band ?? .zero,
                leverage: accounts[account].terms.maxLeverage, isForced: isForced)
            return PlannedRebalance(plan: plan, instruments: instruments, targets: holdings.map(\.target))
        } catch {
            switch error {
            case .noEquity: throw .conflict("account \(accounts[account].id) has no equity above 0 to share out")
            case .uncountable(let index):
                let id = universe.instruments[instruments[index]].id
                throw .unavailable("the value of \(id) is beyond what can be counted")
            }
        }
    }

    private func netQuantity(_ account: Int, _ instrument: Int) -> Quantity {
        strategies.indices.filter { strategies[$0].account == account }.reduce(Quantity.zero) { sum, slot in
            sum + engine.position(strategy: slot, instrument: instrument).quantity
        }
    }

    private func holding(_ account: Int, _ instrument: Int, _ quantity: Quantity, target: Rate?)
        throws(HostRefusal) -> RebalanceHolding
    {
        let listed = universe.instruments[instrument]
        let mark = engine.mark(instrument)
        guard mark > .zero else { throw .unavailable("there is no price of \(listed.id) yet") }
        // Ten units, so that the rate has all its decimals.
        guard
            let rate = engine.converted(Money(raw: 1_000_000_000), instrument: instrument, account: account)
        else { throw .unavailable("\(listed.id) has no conversion rate into the account's currency") }
        return RebalanceHolding(
            quantity: quantity, price: mark, rate: Rate(raw: Int64(clamping: rate.raw)), terms: listed.terms,
            target: target, costRate: costRate(instrument, mark))
    }

    /// Commission and slippage as the venue takes them, and how far from the mark the worse side of the market is.
    private func costRate(_ instrument: Int, _ mark: Price) -> Rate {
        let venue = host.paperVenue
        let distance = max(
            metPrice(instrument, .buy).raw - mark.raw, mark.raw - metPrice(instrument, .sell).raw, 0)
        let unit = Money.value(mark, .one, multiplier: universe.instruments[instrument].terms.multiplier) ?? .zero
        func share(_ part: Int128, _ whole: Int128) -> Int64 {
            guard whole > 0, let raw = Rounding.halfEven(part, times: Int128(Rate.one.raw), over: whole) else {
                return 0
            }
            return Int64(clamping: raw)
        }
        let sum =
            Int128(venue.takerRate.raw) + Int128(venue.slippage.raw) + Int128(share(Int128(distance), Int128(mark.raw)))
            + Int128(share(venue.commissionPerUnit.raw, unit.raw))
        return Rate(raw: Int64(clamping: min(sum, Int128(Rate.one.raw))))
    }

    // MARK: Targets

    /// By the engine's instrument.
    func rebalanceTargets(_ settings: RebalanceSettings) throws(HostRefusal) -> [Int: Rate] {
        switch settings.weights {
        case .fixed(let weights):
            let indices = try rebalanced(weights.map(\.instrument))
            return targets(indices, weights.map(\.share))
        case .equal(let names):
            let indices = try rebalanced(names)
            return targets(indices, RebalanceWeights.equal(indices.count, invested: settings.invested))
        case .inverseVolatility(let names):
            let indices = try rebalanced(names)
            let volatilities = indices.map { minuteDeviation($0, seconds: settings.windowSeconds) ?? 0 }
            guard let weights = RebalanceWeights.inverseVolatility(volatilities, invested: settings.invested) else {
                let unknown = zip(indices, volatilities).filter { $0.1 <= 0 }.map { universe.instruments[$0.0].id }
                throw .unavailable(
                    "no volatility is known yet of \(unknown.joined(separator: ", ")): it takes ten one-minute returns that vary"
                )
            }
            return targets(indices, weights)
        }
    }

    private func targets(_ indices: [Int], _ weights: [Rate]) -> [Int: Rate] {
        Dictionary(zip(indices, weights), uniquingKeysWith: { first, _ in first })
    }

    /// nil = all of them.
    private func rebalanced(_ names: [String]?) throws(HostRefusal) -> [Int] {
        guard let names else { return Array(universe.instruments.indices) }
        var indices: [Int] = []
        for name in names {
            guard let index = instrument(name) else {
                throw .unavailable("the host has no instrument \(name), which 'rebalance' of host.yaml names")
            }
            indices.append(index)
        }
        return indices
    }
}
