import API
import Controls
import Engine
import Trading

extension RunningHost {
    func compliance() async throws(HostRefusal) -> [ComplianceView] {
        try await ask { core throws(HostRefusal) in core.accounts.indices.map(core.complianceView) }
    }

    func releaseCompliance(_ account: String, reason: String, by requester: Requester) async throws(HostRefusal)
        -> ComplianceView
    {
        try await ask(.required) { core throws(HostRefusal) in
            try core.releaseCompliance(account, reason: reason, by: requester)
        }
    }
}

extension HostCore {
    func complianceView(_ account: Int) -> ComplianceView {
        let configuration = accounts[account]
        let terms = engine.complianceTerms(account: account)
        let status = engine.complianceStatus(account: account)
        var rules = terms.rules
        if configuration.checksTradingHours { rules |= RuleID.tradingHours.mask }
        if configuration.checksSelfTrade { rules |= RuleID.selfTrade.mask }
        if !configuration.restricted.isEmpty { rules |= RuleID.restrictedList.mask }
        var view = ComplianceView(
            account: configuration.id, owner: configuration.owner, program: configuration.programName,
            warningThreshold: terms.warningThreshold,
            rules: RuleID.allCases.filter { rules & $0.mask != 0 }.map(\.name),
            lock: ComplianceView.Lock(status.lock), messages: status.messages, fills: status.fills,
            dayTrades: Int64(status.dayTrades), profit: status.profit, bestDay: status.bestDay)
        view.dayLoss = status.dayLoss
        view.dayLossLimit = status.dayLossLimit
        view.drawdown = status.drawdown
        view.drawdownLimit = status.drawdownLimit
        return view
    }

    func releaseCompliance(_ id: String, reason: String, by requester: Requester) throws(HostRefusal) -> ComplianceView
    {
        guard let account = accounts.firstIndex(where: { $0.id == id }) else {
            throw .unknown(kind: "account", id: id)
        }
        guard engine.releaseProgram(account: account) else {
            throw .conflict("account \(id) is not locked by its compliance program")
        }
        audit("compliance-release", id, by: requester, ["reason": reason])
        return complianceView(account)
    }
}

extension ComplianceView.Lock {
    init(_ lock: OrderContext.Program.Lock) {
        switch lock {
        case .none: self = .none
        case .day: self = .day
        case .total: self = .total
        }
    }
}
