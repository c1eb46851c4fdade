import API
import Synchronization
import Trading

/// A scripted host's trades, and what it was asked to do about them.
struct ExecutionScript: Sendable {
    var trade: ExecutedTradeView?
    var requests: [TradeRequest] = []
    var changes: [TradeChange] = []
    var keys: [IdempotencyKey?] = []

    func known(_ id: String) throws(HostRefusal) -> ExecutedTradeView {
        guard let trade, trade.id == id else { throw .unknown(kind: "trade", id: id) }
        return trade
    }
}

extension ScriptedHost {
    func execute(_ request: TradeRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> ExecutedTradeView
    {
        let (script, refusal) = script.withLock { script in
            script.execution.requests.append(request)
            script.execution.keys.append(key)
            return (script.execution, script.trading.refusal)
        }
        if let refusal { throw refusal }
        return try PortfolioScript.required(script.trade)
    }

    func executedTrade(_ id: String) async throws(HostRefusal) -> ExecutedTradeView {
        try script.withLock { $0.execution }.known(id)
    }

    func modifyTrade(_ id: String, _ change: TradeChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> ExecutedTradeView
    {
        let script = script.withLock { script in
            script.execution.changes.append(change)
            return script.execution
        }
        return try script.known(id)
    }
}
