import API
import Portfolio
import Synchronization
import Trading

/// What the account of a scripted host holds and makes; nil = unavailable.
struct PortfolioScript: Sendable {
    var portfolio: PortfolioView?
    var executed: [OrderView] = []
    var trades: [SignalTrade] = []
    var liquidation: LiquidationView?
    var risk: AccountRiskView?
    var status: RiskStatusView?
    var performance: AccountPerformanceView?
    var asked: [PerformanceHistory.Length] = []
    var rebalancing: RebalanceStateView?
    var rebalance: RebalanceView?
    var rebalances: [RebalanceRequest] = []

    static func know(_ account: String) throws(HostRefusal) {
        guard account == "paper" else { throw .unknown(kind: "account", id: account) }
    }

    static func required<Value>(_ value: Value?) throws(HostRefusal) -> Value {
        guard let value else { throw .unavailable("not scripted") }
        return value
    }
}

extension ScriptedHost {
    func portfolio(ofAccount id: String?) async throws(HostRefusal) -> PortfolioView {
        try PortfolioScript.required(script.withLock { $0.portfolio.portfolio })
    }

    func executedOrders(ofAccount id: String?, limit: Int) async throws(HostRefusal) -> [OrderView] {
        script.withLock { Array($0.portfolio.executed.prefix(limit)) }
    }

    func trade(_ request: SignalTrade, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> SignalTradeView
    {
        try script.withLock { script throws(HostRefusal) in
            guard request.confidence >= script.settings.settings.signalThreshold else {
                throw .weakSignal("below the threshold")
            }
            script.portfolio.trades.append(request)
        }
        let order = OrderRequest(
            strategy: "manual", instrument: request.instrument, side: request.side, kind: .market, quantity: .one)
        return SignalTradeView(order: try await place(order, key: key, by: requester), estimatedPrice: .one)
    }

    func liquidate(reason: String, by requester: Requester) async throws(HostRefusal) -> LiquidationView {
        try PortfolioScript.required(script.withLock { $0.portfolio.liquidation })
    }

    func risk(ofAccount id: String) async throws(HostRefusal) -> AccountRiskView {
        try PortfolioScript.know(id)
        return try PortfolioScript.required(script.withLock { $0.portfolio.risk })
    }

    func riskStatus() async throws(HostRefusal) -> RiskStatusView {
        try PortfolioScript.required(script.withLock { $0.portfolio.status })
    }

    func performance(
        ofAccount id: String, from: Timestamp?, to: Timestamp?, _ length: PerformanceHistory.Length
    ) async throws(HostRefusal) -> AccountPerformanceView {
        try PortfolioScript.know(id)
        script.withLock { $0.portfolio.asked.append(length) }
        return try PortfolioScript.required(script.withLock { $0.portfolio.performance })
    }

    func rebalancing(ofAccount id: String?) async throws(HostRefusal) -> RebalanceStateView {
        try PortfolioScript.required(script.withLock { $0.portfolio.rebalancing })
    }

    func rebalance(_ request: RebalanceRequest, by requester: Requester) async throws(HostRefusal) -> RebalanceView {
        script.withLock { $0.portfolio.rebalances.append(request) }
        return try PortfolioScript.required(script.withLock { $0.portfolio.rebalance })
    }
}
