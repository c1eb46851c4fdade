import Portfolio
import Trading

/// The host as somebody sees it who may not see all accounts. Every operation asks its host through this, and every question
/// to a host stands in the protocol: one that is added does not compile before it was decided here whom it shows what.
struct ScopedHost: TradingHost {
    let host: any TradingHost
    let scope: AccountScope

    /// The host itself for those who see and trade all there is.
    static func of(_ host: any TradingHost, for principal: Principal?) -> any TradingHost {
        guard let scope = AccountScope(host.accounts, of: principal) else { return host }
        return ScopedHost(host: host, scope: scope)
    }

    /// Answers are kept for each user by himself.
    var revision: UInt64? { host.revision }

    // MARK: Whose is it?

    var accounts: [AccountGrant] { host.accounts.filter { scope.sees($0.id) } }

    func account(of subject: AccountSubject) async throws(HostRefusal) -> String? {
        let account = try await host.account(of: subject)
        return account.flatMap { scope.sees($0) ? $0 : nil }
    }

    func require(_ right: AccountGrant.Right, _ subject: AccountSubject) async throws(HostRefusal) {
        try scope.require(right, on: try await host.account(of: subject), subject.kind, subject.id)
    }

    func require(_ right: AccountGrant.Right, account: String) throws(HostRefusal) {
        let isKnown = host.accounts.contains { $0.id == account }
        try scope.require(right, on: isKnown ? account : nil, "account", account)
    }

    /// What moves the market, cancels or closes for all.
    func refuseForAll(_ what: String) -> HostRefusal {
        .forbidden("\(what) concerns accounts that are not yours to trade on")
    }

    // MARK: Accounts

    func portfolio(ofAccount id: String?) async throws(HostRefusal) -> PortfolioView {
        try await host.portfolio(ofAccount: try shown(id))
    }

    func executedOrders(ofAccount id: String?, limit: Int) async throws(HostRefusal) -> [OrderView] {
        try await host.executedOrders(ofAccount: try shown(id), limit: limit)
    }

    func risk(ofAccount id: String) async throws(HostRefusal) -> AccountRiskView {
        try require(.view, account: id)
        return try await host.risk(ofAccount: id)
    }

    func riskStatus() async throws(HostRefusal) -> RiskStatusView {
        var status = try await host.riskStatus()
        status.accounts.removeAll { !scope.sees($0.account) }
        return status
    }

    func performance(
        ofAccount id: String, from: Timestamp?, to: Timestamp?, _ length: PerformanceHistory.Length
    ) async throws(HostRefusal) -> AccountPerformanceView {
        try require(.view, account: id)
        return try await host.performance(ofAccount: id, from: from, to: to, length)
    }

    /// The account that is asked for, or the first own one.
    func shown(_ id: String?) throws(HostRefusal) -> String {
        guard let id else { return try scope.first(.view).id }
        try require(.view, account: id)
        return id
    }

    func liquidate(reason: String, by requester: Requester) async throws(HostRefusal) -> LiquidationView {
        throw .forbidden(
            "this closes positions of accounts that are not yours to trade on; throw a stop of scope account and mode flatten"
        )
    }

    func trade(_ request: SignalTrade, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> SignalTradeView
    {
        var request = request
        if let account = request.account {
            try require(.trade, account: account)
        } else {
            request.account = try scope.first(.trade).id
        }
        return try await host.trade(request, key: key, by: requester)
    }

    // MARK: Target weights

    func rebalancing(ofAccount id: String?) async throws(HostRefusal) -> RebalanceStateView {
        try await host.rebalancing(ofAccount: try shown(id))
    }

    func rebalance(_ request: RebalanceRequest, by requester: Requester) async throws(HostRefusal) -> RebalanceView {
        var request = request
        if let account = request.account {
            try require(.trade, account: account)
        } else {
            request.account = try scope.first(.trade).id
        }
        return try await host.rebalance(request, by: requester)
    }

    // MARK: Trades with a stop and a target

    func execute(_ request: TradeRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> ExecutedTradeView
    {
        try require(.trade, account: request.account)
        return try await host.execute(request, key: key, by: requester)
    }

    func executedTrade(_ id: String) async throws(HostRefusal) -> ExecutedTradeView {
        let trade = try await host.executedTrade(id)
        try scope.require(.view, on: trade.account, "trade", id)
        return trade
    }

    func modifyTrade(_ id: String, _ change: TradeChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> ExecutedTradeView
    {
        try scope.require(.trade, on: try await host.executedTrade(id).account, "trade", id)
        return try await host.modifyTrade(id, change, key: key, by: requester)
    }
}
