import API
import Synchronization
import Trading

/// Risk, limits and stops of a scripted host.
struct RiskScript: Sendable {
    /// nil = unavailable.
    var portfolio: PortfolioRiskView?
    var limits = RiskLimitsView(maxPositionSize: .one, maxDailyLoss: .zero, maxDrawdown: .one, maxExposure: .one)
    var alerts: [AlertView] = []
    var strategies = ["sma_cross"]
    var denials: [DenialView] = []
    var denialFilters: [HistoryFilter] = []
    var headroom: [HeadroomView] = []
    var headroomAsked: [String] = []
    var stops: [StopView] = []
    /// What a stop acts on.
    var affected = ["strategy sma_cross", "2 working orders"]
    var requesters: [Requester] = []
    let now = Timestamp(nanoseconds: 1_737_196_200_000_000_000)

    func know(strategy: String?) throws(HostRefusal) {
        guard let strategy, !strategies.contains(strategy) else { return }
        throw .unknown(kind: "strategy", id: strategy)
    }
}

extension ScriptedHost {
    func portfolioRisk() async throws(HostRefusal) -> PortfolioRiskView {
        try script.withLock { script throws(HostRefusal) in
            guard let portfolio = script.risk.portfolio else { throw .unavailable("no conversion rate") }
            return portfolio
        }
    }

    func setLimits(_ change: LimitChange, by requester: Requester) async throws(HostRefusal) -> RiskLimitsView {
        script.withLock { script in
            script.risk.requesters.append(requester)
            if let size = change.maxPositionSize { script.risk.limits.maxPositionSize = size }
            if let loss = change.maxDailyLoss { script.risk.limits.maxDailyLoss = loss }
            if let drawdown = change.maxDrawdown { script.risk.limits.maxDrawdown = drawdown }
            if let exposure = change.maxExposure { script.risk.limits.maxExposure = exposure }
            return script.risk.limits
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
