import API
import Synchronization
import Trading

/// Risk, limits and stops of a scripted host.
struct RiskScript: Sendable {
    /// nil = unavailable.
    var portfolio: PortfolioRiskView?
    var limits = RiskLimitsView(maxPositionSize: .one, maxDailyLoss: .zero, maxDrawdown: .one, maxExposure: .one)
    var alerts: [AlertView] = []
    var breakers: [BreakerView] = []
    var approvals: [ApprovalView] = []
    var judgement = Judgement()
    var questions: [WhatIf] = []
    var strategies = ["sma_cross"]
    var denials: [DenialView] = []
    var denialFilters: [HistoryFilter] = []
    var headroom: [HeadroomView] = []
    var headroomAsked: [String] = []
    var stops: [StopView] = []
    /// What a stop acts on.
    var affected = ["strategy sma_cross", "2 working orders"]
    var requesters: [Requester] = []
    var changes: [LimitChange] = []
    var compliance: [ComplianceView] = []
    let now = Timestamp(nanoseconds: 1_737_196_200_000_000_000)

    func know(strategy: String?) throws(HostRefusal) {
        guard let strategy, !strategies.contains(strategy) else { return }
        throw .unknown(kind: "strategy", id: strategy)
    }
}

extension ScriptedHost {
    func assess(_ question: WhatIf) async throws(HostRefusal) -> AssessmentView {
        try script.withLock { script throws(HostRefusal) in
            script.risk.questions.append(question)
            if let account = question.account, account != "paper" { throw .unknown(kind: "account", id: account) }
            return AssessmentView(
                judgement: script.risk.judgement, account: "paper", equity: Money("200000")!, conversion: Money("2")!,
                multiplier: 10, exposure: 0.25, marginUse: 0.125, correlation: -0.5)
        }
    }

    func portfolioRisk(ofAccount id: String?) async throws(HostRefusal) -> PortfolioRiskView {
        try script.withLock { script throws(HostRefusal) in
            guard let portfolio = script.risk.portfolio else { throw .unavailable("no conversion rate") }
            return portfolio
        }
    }

    func setLimits(_ change: LimitChange, by requester: Requester) async throws(HostRefusal) -> RiskLimitsView {
        script.withLock { script in
            script.risk.requesters.append(requester)
            script.risk.changes.append(change)
            if let size = change.maxPositionSize { script.risk.limits.maxPositionSize = size }
            if let loss = change.maxDailyLoss { script.risk.limits.maxDailyLoss = loss }
            if let drawdown = change.maxDrawdown { script.risk.limits.maxDrawdown = drawdown }
            if let exposure = change.maxExposure { script.risk.limits.maxExposure = exposure }
            return script.risk.limits
        }
    }

    func limits(scope: LimitScope, target: String?) async throws(HostRefusal) -> ScopeLimitsView {
        guard target != "nobody" else { throw .unknown(kind: scope.name, id: "nobody") }
        return ScopeLimitsView(
            scope: scope, target: target ?? "paper",
            values: [("drawdown", .word("static")), ("max_open_orders", .number("20"))])
    }

    func compliance() async throws(HostRefusal) -> [ComplianceView] { script.withLock { $0.risk.compliance } }

    func releaseCompliance(_ account: String, reason: String, by requester: Requester) async throws(HostRefusal)
        -> ComplianceView
    {
        try script.withLock { script throws(HostRefusal) in
            script.risk.requesters.append(requester)
            guard let index = script.risk.compliance.firstIndex(where: { $0.account == account }) else {
                throw .unknown(kind: "account", id: account)
            }
            guard script.risk.compliance[index].lock != .none else { throw .conflict("not locked") }
            script.risk.compliance[index].lock = .none
            return script.risk.compliance[index]
        }
    }

    func alerts() async throws(HostRefusal) -> [AlertView] { script.withLock { $0.risk.alerts } }

    func denials(_ filter: HistoryFilter) async throws(HostRefusal) -> [DenialView] {
        try script.withLock { script throws(HostRefusal) in
            try script.risk.know(strategy: filter.strategy)
            script.risk.denialFilters.append(filter)
            return script.risk.denials
        }
    }

    func headroom(account: String?, strategy: String?) async throws(HostRefusal) -> [HeadroomView] {
        try script.withLock { script throws(HostRefusal) in
            guard account == nil || account == "paper" else { throw .unknown(kind: "account", id: account ?? "") }
            try script.risk.know(strategy: strategy)
            script.risk.headroomAsked.append("\(account ?? "-") \(strategy ?? "-")")
            return script.risk.headroom
        }
    }

    func throwStop(_ request: StopRequest, by requester: Requester) async throws(HostRefusal) -> StopView {
        try script.withLock { script throws(HostRefusal) in
            switch request.scope {
            case .system: break
            case .account where request.target == "paper": break
            case .account: throw .unknown(kind: "account", id: request.target ?? "")
            case .agent: try script.risk.know(strategy: request.target)
            case .instrument: _ = try script.market.id(of: request.target ?? "")
            }
            let stop = StopView(
                id: "stop-\(script.risk.stops.count + 1)", request: request, time: script.risk.now,
                requester: requester, affected: script.risk.affected)
            script.risk.stops.append(stop)
            return stop
        }
    }

    func stops() async throws(HostRefusal) -> [StopView] { script.withLock { $0.risk.stops } }

    func releaseStop(_ id: String, reason: String, authorizedBy: String, by requester: Requester)
        async throws(HostRefusal) -> StopView
    {
        try script.withLock { script throws(HostRefusal) in
            guard let index = script.risk.stops.firstIndex(where: { $0.id == id }) else {
                throw .unknown(kind: "stop", id: id)
            }
            guard script.risk.stops[index].isActive else { throw .conflict("\(id) was resolved already") }
            script.risk.requesters.append(requester)
            script.risk.stops[index].resolvedAt = script.risk.now + 5 * Timestamp.nanosecondsPerSecond
            script.risk.stops[index].resolvedBy = authorizedBy
            script.risk.stops[index].resolution = reason
            return script.risk.stops[index]
        }
    }
}

// The audit log of a scripted host.
extension ScriptedHost {
    func note(_ access: AccessRecord) async { script.withLock { $0.audit.accesses.append(access) } }

    func verifyAudit(expected: [UInt8]?) async throws(HostRefusal) -> AuditReport {
        script.withLock { script in
            script.audit.expected = expected
            return script.audit.report
        }
    }

    func auditLines(_ filter: AuditLineFilter) async throws(HostRefusal) -> [AuditLine] {
        try script.withLock { script throws(HostRefusal) in
            guard filter.account == nil || filter.account == "paper" else {
                throw .unknown(kind: "account", id: filter.account ?? "")
            }
            script.audit.filters.append(filter)
            return script.audit.lines
        }
    }
}

struct AuditScript: Sendable {
    var accesses: [AccessRecord] = []
    var expected: [UInt8]?
    var report = AuditReport(
        isWhole: true, rows: 3, parts: 0, signedHeads: 1, headSequence: 3, head: String(repeating: "ab", count: 32),
        expectedAt: nil, problems: [])
    var lines: [AuditLine] = []
    var filters: [AuditLineFilter] = []
}
