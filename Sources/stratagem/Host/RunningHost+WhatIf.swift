import API
import Engine
import Portfolio
import Trading

// Questions to the gate as commands of the engine thread.

extension RunningHost {
    func assess(_ question: WhatIf) async throws(HostRefusal) -> AssessmentView {
        try await ask { core throws(HostRefusal) in try core.assess(question) }
    }
}

extension HostCore {
    /// The same order as `place` would send, before the very gate; nothing is sent, counted or written down.
    func assess(_ question: WhatIf) throws(HostRefusal) -> AssessmentView {
        let intent = try intent(of: question.order, strategy: try bookSlot(question))
        let account = strategies[Int(intent.strategy)].account
        let index = Int(intent.instrument)
        let terms = universe.instruments[index].terms
        let equity = try requiredEquity(account)
        guard let unit = engine.converted(Money(raw: 100_000_000), instrument: index, account: account) else {
            throw .unavailable("\(question.order.instrument) has no conversion rate into the account's currency yet")
        }
        var view = AssessmentView(
            judgement: engine.judgement(of: intent), account: accounts[account].id, equity: equity, conversion: unit,
            multiplier: terms.multiplier, exposure: 0, marginUse: 0, correlation: 0)
        guard equity > .zero else { return view }
        let risk = try accountRisk(account)
        let id = universe.instruments[index].id
        let held = risk.positions.first { $0.instrument == id }?.marketValue.approximate ?? 0
        let price = intent.kind.hasLimitPrice ? intent.price : engine.mark(index)
        guard let value = Money.value(price, intent.quantity, multiplier: terms.multiplier) else {
            throw .invalid("quantity", "its value is beyond what can be counted")
        }
        let signed = value.approximate * unit.approximate * Double(intent.side.sign)
        view.exposure = (risk.exposure.approximate - abs(held) + abs(held + signed)) / equity.approximate
        view.marginUse = view.exposure / max(accounts[account].terms.maxLeverage.approximate, 1e-9)
        view.correlation = correlation(of: id, intent.side, with: risk)
        return view
    }

    /// Whose book the order would go to.
    private func bookSlot(_ question: WhatIf) throws(HostRefusal) -> Int {
        guard let id = question.account else { return try slot(question.order.strategy) }
        let account = try accountIndex(id)
        let own = strategies.indices.filter { strategies[$0].account == account }
        guard let slot = own.first(where: { strategies[$0].isManual }) ?? own.first else {
            throw .conflict("no strategy trades on account \(id)")
        }
        return slot
    }

    /// Σ of the correlations with what is held, weighted by its share of exposure; positive where risks add up.
    private func correlation(of id: String, _ side: Side, with risk: AccountRiskView) -> Double {
        let others = risk.positions.filter { $0.instrument != id }
        guard !others.isEmpty else { return 0 }
        let returns = recordedReturns([id] + others.map(\.instrument))
        let exposure = others.reduce(0) { $0 + abs($1.marketValue.approximate) }
        guard exposure > 0, let own = returns.first else { return 0 }
        var sum = 0.0
        for (position, row) in zip(others, returns.dropFirst()) {
            let value = Performance.correlation(own.values, row.values) ?? 0
            sum += value * position.marketValue.approximate / exposure
        }
        return sum * Double(side.sign)
    }
}
