import API
import Controls
import Engine
import Features
import Journal
import Portfolio
import Signals
import Trading

// Risk, limits, alerts and stops as commands of the engine thread.

extension RunningHost {
    /// Of the first account statistics are kept as it goes, of the others they come from the journal's days.
    func portfolioRisk(ofAccount id: String?) async throws(HostRefusal) -> PortfolioRiskView {
        let (view, basis) = try await ask { core throws(HostRefusal) in
            let account = try core.accountIndex(id)
            let view = try core.portfolioRisk(account)
            return (view, account == HostCore.portfolio ? nil : try core.performanceBasis(account))
        }
        guard let basis else { return view }
        var risk = view
        risk.performance = try await history(basis, span: .min ... .max).performance
        return risk
    }

    func setLimits(_ change: LimitChange, by requester: Requester) async throws(HostRefusal) -> RiskLimitsView {
        try await ask(.required) { core throws(HostRefusal) in try core.setLimits(change, by: requester) }
    }

    func limits(scope: LimitScope, target: String?) async throws(HostRefusal) -> ScopeLimitsView {
        try await ask { core throws(HostRefusal) in try core.limits(scope: scope, target: target) }
    }

    func alerts() async throws(HostRefusal) -> [AlertView] {
        try await ask { core throws(HostRefusal) in core.alerts.active(at: core.engine.now) }
    }

    func headroom(account: String?, strategy: String?) async throws(HostRefusal) -> [HeadroomView] {
        try await ask { core throws(HostRefusal) in try core.headroom(account: account, strategy: strategy) }
    }

    func throwStop(_ request: StopRequest, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await ask(
            unsaved: { .stop($0) }, { core throws(HostRefusal) in try core.throwStop(request, by: requester) })
    }

    func stops() async throws(HostRefusal) -> [StopView] {
        try await ask { core throws(HostRefusal) in core.stops.stops.reversed().map(core.withRemaining) }
    }

    func releaseStop(_ id: String, reason: String, authorizedBy: String, by requester: Requester)
        async throws(HostRefusal) -> StopView
    {
        try await ask(.required) { core throws(HostRefusal) in
            try core.releaseStop(id, reason: reason, authorizedBy: authorizedBy, by: requester)
        }
    }

    func figures() async -> HostFigures {
        (try? await ask { core throws(HostRefusal) in core.figures }) ?? HostFigures()
    }
}

extension HostCore {
    /// Documents 003 and 004 know one portfolio: the first account.
    static let portfolio = 0

    func portfolioRisk(_ account: Int = HostCore.portfolio) throws(HostRefusal) -> PortfolioRiskView {
        let terms = accounts[account].terms
        let currency = Int(terms.currency)
        guard let equity = engine.equity(account: account) else {
            throw .unavailable("an amount of account \(accounts[account].id) has no conversion rate")
        }
        let day = engine.day(scope: .account, index: account)
        return PortfolioRiskView(
            account: accounts[account].id, currency: universe.currencies[currency], time: engine.now, equity: equity,
            cash: engine.cash(account: account, currency: currency), grossExposure: grossExposure(account),
            dailyPnL: day.isKnown ? equity - day.equity : .zero, performance: tracker.performance,
            limits: limitsView(account))
    }

    /// Σ |market value of an instrument| in the account's currency; what has no rate counts nothing.
    func grossExposure(_ account: Int) -> Money {
        var sum = Money.zero
        for instrument in 0..<engine.instrumentCount {
            var value = Money.zero
            for slot in strategies.indices where strategies[slot].account == account {
                value += marketValue(slot, instrument)
            }
            sum += engine.converted(value.magnitude, instrument: instrument, account: account) ?? .zero
        }
        return sum
    }

    /// Of a strategy's position, in the instrument's currency.
    func marketValue(_ slot: Int, _ instrument: Int) -> Money {
        Money.value(
            engine.mark(instrument), engine.position(strategy: slot, instrument: instrument).quantity,
            multiplier: universe.instruments[instrument].terms.multiplier) ?? .zero
    }

    func holdsAnything(account: Int) -> Bool {
        strategies.indices.contains { strategies[$0].account == account && holdsAnything(slot: $0) }
    }

    func holdsAnything(slot: Int) -> Bool {
        (0..<engine.instrumentCount).contains { engine.position(strategy: slot, instrument: $0).quantity != .zero }
    }

    func limitsView(_ account: Int) -> RiskLimitsView {
        let own = engine.limits(scope: .account, index: account)
        let system = engine.limits(scope: .system)
        func strictest<T: Comparable>(_ path: KeyPath<LimitSet, T?>) -> T? {
            [own[keyPath: path], system[keyPath: path]].compactMap { $0 }.min()
        }
        let terms = accounts[account].terms
        let opening = engine.openingBalance(account: account)
        return RiskLimitsView(
            maxPositionSize: strictest(\.maxPositionEquityFraction) ?? .one,
            maxDailyLoss: strictest(\.maxDailyLoss) ?? opening,
            maxDrawdown: strictest(\.maxDrawdown) ?? .one,
            maxExposure: min(strictest(\.maxLeverage) ?? terms.maxLeverage, terms.maxLeverage))
    }

    // MARK: Headroom

    /// What the limits of an account, and of a strategy, leave at this moment.
    func headroom(account id: String?, strategy: String?) throws(HostRefusal) -> [HeadroomView] {
        guard let account = id.map({ id in accounts.firstIndex { $0.id == id } }) ?? HostCore.portfolio else {
            throw .unknown(kind: "account", id: id ?? "")
        }
        var rows: [HeadroomView] = []
        addAccountRows(account, &rows)
        if let strategy { addStrategyRows(try slot(strategy), &rows) }
        return rows
    }

    private func addAccountRows(_ account: Int, _ rows: inout [HeadroomView]) {
        let equity = engine.equity(account: account) ?? .zero
        let gross = grossExposure(account)
        rows.append(
            HeadroomView(
                rule: RuleID.buyingPower.name, scope: "account", used: gross.raw,
                limit: max(equity.times(accounts[account].terms.maxLeverage).raw, 1)))
        for (scope, limits) in [
            ("system", engine.limits(scope: .system)), ("account", engine.limits(scope: .account, index: account)),
        ] {
            if let most = limits.maxGrossExposure {
                rows.append(HeadroomView(rule: RuleID.exposure.name, scope: scope, used: gross.raw, limit: most.raw))
            }
            if let most = limits.maxLeverage {
                rows.append(
                    HeadroomView(
                        rule: RuleID.exposure.name, scope: scope, used: gross.raw, limit: equity.times(most).raw))
            }
            if let most = limits.maxDailyLoss {
                rows.append(dayRow(.account, account, scope, most, limits.dailyLossBase))
            }
            if let row = drawdownRow(account, scope, limits) { rows.append(row) }
            if let most = limits.maxOrderNotional {
                rows.append(HeadroomView(rule: RuleID.orderSize.name, scope: scope, used: 0, limit: most.raw))
            }
            if let most = limits.maxPositionEquityFraction {
                rows.append(
                    HeadroomView(
                        rule: RuleID.position.name, scope: scope, used: largestPosition(account).raw,
                        limit: equity.times(most).raw))
            }
        }
    }

    private func addStrategyRows(_ slot: Int, _ rows: inout [HeadroomView]) {
        let limits = engine.limits(scope: .strategy, index: slot)
        if let most = limits.maxPositionQuantity {
            let held = (0..<engine.instrumentCount).map {
                engine.position(strategy: slot, instrument: $0).quantity.magnitude.raw
            }
            rows.append(
                HeadroomView(
                    rule: RuleID.position.name, scope: "strategy", used: Int128(held.max() ?? 0),
                    limit: Int128(most.raw)))
        }
        if let most = limits.maxDailyLoss {
            rows.append(dayRow(.strategy, slot, "strategy", most, limits.dailyLossBase))
        }
    }

    private func dayRow(
        _ scope: LimitScope, _ index: Int, _ name: String, _ most: Money, _ base: DailyLossBase
    ) -> HeadroomView {
        let account = scope == .strategy ? strategies[index].account : index
        let loss = engine.dayLoss(scope: scope, index: index, base: base) ?? .zero
        return HeadroomView(
            rule: RuleID.dailyLoss.name, scope: name, used: max(loss.raw, 0), limit: most.raw,
            resetsAt: engine.now.dayEnd(offset: accounts[account].terms.dayOffset))
    }

    /// nil = no limit asks for it, or nothing may be lost at all.
    private func drawdownRow(_ account: Int, _ name: String, _ limits: LimitSet) -> HeadroomView? {
        guard let most = limits.maxDrawdown, let equity = engine.equity(account: account) else { return nil }
        let totals = engine.runningTotals(scope: .account, index: account)
        let high = OrderContext.EquityHigh(
            opening: totals.opening, peak: totals.peak, closingPeak: totals.closingPeak, equity: equity)
        guard let (from, allowed) = high.allowance(limits.drawdownBase, most), allowed > .zero else { return nil }
        return HeadroomView(
            rule: RuleID.drawdown.name, scope: name, used: max((from - equity).raw, 0), limit: allowed.raw)
    }

    private func largestPosition(_ account: Int) -> Money {
        var largest = Money.zero
        for slot in strategies.indices where strategies[slot].account == account {
            for instrument in 0..<engine.instrumentCount {
                let value = marketValue(slot, instrument).magnitude
                largest = max(largest, engine.converted(value, instrument: instrument, account: account) ?? .zero)
            }
        }
        return largest
    }

    // MARK: Health

    var figures: HostFigures {
        var figures = HostFigures()
        figures.events = eventCount
        for slot in strategies.indices {
            let counters = engine.counters(strategy: slot)
            figures.orders += counters.orders
            figures.fills += counters.fills
            figures.denials += counters.denials
            figures.signals += counters.signals
        }
        figures.strategies = strategies.indices.filter(isListed).map { (strategies[$0].id, runtime($0)) }
        figures.workingOrders = engine.workingOrderCount
        figures.journaledFacts = factCount
        figures.journalLoad = journal.load
        figures.generations = generationsLoaded.count
        figures.generationsMax = generationsLoaded.most
        figures.equity = engine.equity(account: HostCore.portfolio) ?? .zero
        figures.openPositions = (try? positions(strategy: nil).count) ?? 0
        figures.lastFillAt = fills.newestFirst.first { _ in true }?.time
        figures.mode = engineSettings.mode
        figures.feed = feed.name
        figures.models = models.trainedCount
        figures.features = Feature.all.count
        figures.lastPredictionAt = lastPredictionAt
        figures.bridge = bridgeStatus
        figures.rebalances = rebalanceFigures
        return figures
    }
}
