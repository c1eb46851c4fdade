import Trading

// Risk of the own accounts. What holds for all of them, like a stop of the system, everybody sees.

extension ScopedHost {
    func portfolioRisk(ofAccount id: String?) async throws(HostRefusal) -> PortfolioRiskView {
        try await host.portfolioRisk(ofAccount: try shown(id))
    }

    func setLimits(_ change: LimitChange, by requester: Requester) async throws(HostRefusal) -> RiskLimitsView {
        var change = change
        switch change.scope {
        case .account:
            if change.target == nil { change.target = try scope.first(.trade).id }
            try require(.trade, account: change.target ?? "")
        case .strategy:
            guard let strategy = change.target else { break }
            change.target = try scope.named(strategy, .trade)
            try await require(.trade, .strategy(change.target ?? ""))
        case .system, .instrument: throw refuseForAll("a limit of scope \(change.scope.name)")
        }
        return try await host.setLimits(change, by: requester)
    }

    func limits(scope place: LimitScope, target: String?) async throws(HostRefusal) -> ScopeLimitsView {
        var target = target
        switch place {
        case .account: target = try shown(target)
        case .strategy:
            if let strategy = target {
                target = try scope.named(strategy, .view)
                try await require(.view, .strategy(target ?? ""))
            }
        case .system, .instrument: break
        }
        return try await host.limits(scope: place, target: target)
    }

    func headroom(account: String?, strategy: String?) async throws(HostRefusal) -> [HeadroomView] {
        var strategy = strategy
        if let name = strategy {
            strategy = try scope.named(name, .view)
            try await require(.view, .strategy(strategy ?? ""))
        }
        return try await host.headroom(account: try shown(account), strategy: strategy)
    }

    // MARK: Alerts and breakers

    func alerts() async throws(HostRefusal) -> [AlertView] {
        try await host.alerts().filter { scope.sees($0.accounts) }
    }

    func acknowledge(alert id: String, by requester: Requester) async throws(HostRefusal) -> AlertView {
        guard let alert = try await host.alerts().first(where: { $0.id == id }) else {
            throw .unknown(kind: "alert", id: id)
        }
        for account in alert.accounts { try scope.require(.trade, on: account, "alert", id) }
        return try await host.acknowledge(alert: id, by: requester)
    }

    func breakers() async throws(HostRefusal) -> [BreakerView] {
        let own = try await strategyIDs()
        return try await host.breakers().filter { sees($0.scope, $0.target, own) }
    }

    /// Of a stop, a breaker: "account" and "agent" are somebody's.
    private func sees(_ word: String, _ target: String?, _ own: Set<String>) -> Bool {
        switch StopRequest.Scope(rawValue: word) {
        case .account: scope.sees(target ?? "")
        case .agent: own.contains(target ?? "")
        case .system, .instrument: true
        case nil: false
        }
    }

    /// With those of orders that belong to none.
    private func strategyIDs() async throws(HostRefusal) -> Set<String> {
        Set(try await strategies().map(\.id) + accounts.map(\.manualStrategy))
    }

    // MARK: Stops

    func throwStop(_ request: StopRequest, by requester: Requester) async throws(HostRefusal) -> StopView {
        var request = request
        switch request.scope {
        case .account: try require(.trade, account: request.target ?? "")
        case .agent:
            request.target = try request.target.map { name throws(HostRefusal) in try scope.named(name, .trade) }
            try await require(.trade, .strategy(request.target ?? ""))
        case .system, .instrument:
            // Whoever trades may halt; what cancels and closes orders of others is not his.
            _ = try scope.first(.trade)
            if [.cancel, .flatten].contains(request.mode), !request.isDrill {
                throw refuseForAll("a stop of scope \(request.scope.rawValue) and mode \(request.mode.rawValue)")
            }
        }
        return own(try await host.throwStop(request, by: requester), try await strategyIDs())
    }

    func stops() async throws(HostRefusal) -> [StopView] {
        let ids = try await strategyIDs()
        return try await host.stops().filter { sees($0.request.scope.rawValue, $0.request.target, ids) }
            .map { own($0, ids) }
    }

    /// What it affected of others is left out: all that names a strategy ends with its id.
    private func own(_ stop: StopView, _ ids: Set<String>) -> StopView {
        guard [.system, .instrument].contains(stop.request.scope) else { return stop }
        func isOwn(_ text: String) -> Bool { ids.contains(String(text.split(separator: " ").last ?? "")) }
        var stop = stop
        stop.affected.removeAll { !isOwn($0) }
        stop.remaining.removeAll { !isOwn($0) }
        return stop
    }

    func releaseStop(_ id: String, reason: String, authorizedBy: String, by requester: Requester)
        async throws(HostRefusal) -> StopView
    {
        guard let stop = try await stops().first(where: { $0.id == id }) else { throw .unknown(kind: "stop", id: id) }
        switch stop.request.scope {
        case .account: try require(.trade, account: stop.request.target ?? "")
        case .agent: try await require(.trade, .strategy(stop.request.target ?? ""))
        case .system, .instrument: throw refuseForAll("a stop of scope \(stop.request.scope.rawValue)")
        }
        return try await host.releaseStop(id, reason: reason, authorizedBy: authorizedBy, by: requester)
    }

    func pauseEntries(of id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await require(.trade, .strategy(id))
        return try await host.pauseEntries(of: id, reason: reason, by: requester)
    }

    func resumeEntries(of id: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await require(.trade, .strategy(id))
        return try await host.resumeEntries(of: id, by: requester)
    }

    func closeAndDisable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StopView {
        try await require(.trade, .strategy(id))
        return try await host.closeAndDisable(id, by: requester)
    }

    // MARK: Approvals and compliance

    func approvals() async throws(HostRefusal) -> [ApprovalView] {
        try await host.approvals().filter { scope.sees($0.order.account) }
    }

    func approve(_ id: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView {
        try await requireApproval(id)
        return try await host.approve(id, by: requester)
    }

    func denyApproval(_ id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView {
        try await requireApproval(id)
        return try await host.denyApproval(id, reason: reason, by: requester)
    }

    private func requireApproval(_ id: String) async throws(HostRefusal) {
        let approval = try await host.approvals().first { $0.id == id }
        try scope.require(.trade, on: approval?.order.account, "approval", id)
    }

    func compliance() async throws(HostRefusal) -> [ComplianceView] {
        try await host.compliance().filter { scope.sees($0.account) }
    }

    func releaseCompliance(_ account: String, reason: String, by requester: Requester) async throws(HostRefusal)
        -> ComplianceView
    {
        try require(.trade, account: account)
        return try await host.releaseCompliance(account, reason: reason, by: requester)
    }
}
