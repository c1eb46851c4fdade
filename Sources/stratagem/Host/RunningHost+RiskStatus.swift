import API
import Controls
import Engine
import Trading

extension RunningHost {
    func riskStatus() async throws(HostRefusal) -> RiskStatusView {
        try await ask { core throws(HostRefusal) in
            RiskStatusView(
                accounts: try core.accounts.indices.map { index throws(HostRefusal) in try core.riskStatus(index) },
                isHalted: core.engine.tradingState(scope: .system) == .halted)
        }
    }
}

extension HostCore {
    func riskStatus(_ account: Int) throws(HostRefusal) -> RiskStatusView.Account {
        let id = accounts[account].id
        var status = RiskStatusView.Account(account: id)
        for row in try headroom(account: id, strategy: nil) {
            status.use(row.used, of: row.limit, row.rule, "the \(row.scope) limit")
        }
        addProgram(account, to: &status)
        let latch = max(
            engine.tradingState(scope: .system).rawValue,
            engine.tradingState(scope: .account, index: account).rawValue)
        if let state = TradingState(rawValue: latch), state != .active {
            status.isHeld = true
            status.factors.append("trading is \(state.name)")
        }
        guard let equity = engine.equity(account: account) else {
            status.isHeld = true
            status.factors.append("an amount has no conversion rate")
            return status
        }
        guard equity > .zero else { return status }
        let totals = engine.runningTotals(scope: .account, index: account)
        let peak = max(totals.peak, totals.closingPeak, equity).approximate
        status.drawdown = peak > 0 ? (peak - equity.approximate) / peak : 0
        status.exposureRatio = grossExposure(account).approximate / equity.approximate
        status.valueAtRisk = try accountRisk(account).positionsValueAtRisk95 ?? 0
        return status
    }

    private func addProgram(_ account: Int, to status: inout RiskStatusView.Account) {
        let program = engine.complianceStatus(account: account)
        if let loss = program.dayLoss, let limit = program.dayLossLimit {
            status.use(loss.raw, of: limit.raw, RuleID.programDailyLoss.name, "the program's limit")
        }
        if let drawdown = program.drawdown, let limit = program.drawdownLimit {
            status.use(drawdown.raw, of: limit.raw, RuleID.totalDrawdown.name, "the program's limit")
        }
        guard program.lock != .none else { return }
        status.isHeld = true
        status.factors.append("locked by its compliance program")
    }
}

extension RiskStatusView.Account {
    /// What a rule has used of `what`.
    fileprivate mutating func use(_ used: Int128, of limit: Int128, _ rule: String, _ what: String) {
        guard limit > 0, used > 0 else { return }
        let part = Double(used) / Double(limit)
        utilisation = max(utilisation, part)
        guard part >= Self.warningThreshold else { return }
        factors.append("\(rule) has used \(Int(min(part * 100, 1e9))) % of \(what)")
    }
}
