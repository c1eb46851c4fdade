import Trading

/// risk.trading-state: the last latch before a venue. Halted passes only what an operator, a liquidation or the host's
/// protection sends to reduce, and stops that were approved before; reducing passes what shrinks the strategy's position.
enum TradingStateRule {
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) {
        scopes.forEach { scope, state in
            switch state.pointee.tradingState {
            case .active: return
            case .reducing:
                if !order.isReducingOwn { findings.add(Finding(.tradingState, .reducing, scope: scope)) }
            case .halted:
                let isExit = order.isReducingOwn && order.intent.reduceOnly && order.intent.origin != .strategy
                let isProtection = order.isReducingOwn && order.purpose == .trigger
                if !isExit && !isProtection { findings.add(Finding(.tradingState, .halted, scope: scope)) }
            }
        }
    }
}
