public import CStrategyABI
public import Trading

// Facts and events as short lines, so that a test can say in what order things happened.

extension TradingEvent {
    public var story: String {
        switch self {
        case .orderAccepted(let order): "accepted \(order.intent.tag)"
        case .orderDenied(let denial):
            "denied \(denial.intent.tag) "
                + RuleID.allCases.filter { denial.failedRules & $0.mask != 0 }.map(\.name).joined(separator: " ")
        case .programBreached(let breach): "account \(breach.account) broke \(breach.rule.name): \(breach.loss)"
        case .accountReset(let account, let balance, _): "account \(account) begins anew with \(balance)"
        case .programReleased(let account, _): "account \(account) released"
        case .orderWarned(let warning): "warned \(warning.intent.tag) \(warning.findingCount)"
        case .orderChanged(let order, let reason): "\(order.intent.tag) \(order.state.name) \(reason)"
        case .orderFilled(let fill): "order \(fill.orderID) filled \(fill.side.name) \(fill.quantity) at \(fill.price)"
        case .roundTripClosed(let trip): "round trip \(trip.pnl)"
        case .tradingStateChanged(let scope, let index, let state, _): "\(scope.name) \(index) \(state.name)"
        case .intentRefused(_, _, let fault, let count, _): "refused \(count) \(fault)"
        case .priceMarked(let instrument, let price, _): "mark \(instrument) \(price)"
        case .orderRested(let id, _, _): "order \(id) rests"
        case .orderTrailed(let id, _, let stopPrice, _): "order \(id) trails \(stopPrice)"
        case .financed(let payment):
            "strategy \(payment.strategy) paid \(payment.paid) of \(payment.kind.name) for \(payment.quantity)"
        case .dayStarted(let start): "\(start.scope.name) \(start.index) day \(start.balance) \(start.equity)"
        case .dailyLossExceeded(let breach):
            "\(breach.scope.name) \(breach.index) lost \(breach.loss) of \(breach.limit)"
        case .equityPeaked(let peak): "\(peak.scope.name) \(peak.index) high \(peak.equity)"
        case .runawayLatched(let latch):
            "strategy \(latch.strategy) \(latch.isLatched ? "runs away" : "is released"): \(latch.count) \(latch.cause.name)"
        }
    }
}

extension EventRecord {
    /// What a strategy was told, in a few words.
    public var story: String {
        switch Int(type) {
        case STRATEGY_EVENT_MORE: return "more"
        case STRATEGY_EVENT_BAR: return "bar"
        case STRATEGY_EVENT_QUOTE: return "quote"
        case STRATEGY_EVENT_TRADE: return "trade"
        case STRATEGY_EVENT_ORDER, STRATEGY_EVENT_EXTERNAL_ORDER:
            let update = asOrderUpdate
            let reason = OrderReason(rawValue: update.reason).map { "\($0)" } ?? "?"
            return (Int(type) == STRATEGY_EVENT_ORDER ? "order" : "external") + " \(update.tag) \(reason)"
        case STRATEGY_EVENT_DENIAL: return "denial \(asDenial.tag)"
        case STRATEGY_EVENT_POSITION: return "position \(Quantity(raw: asPosition.quantity))"
        case STRATEGY_EVENT_TIMER: return "timer \(unsafeBitCast(self, to: strategy_timer_v1_t.self).timer_id)"
        case STRATEGY_EVENT_SIGNAL: return "signal \(asSignal.strength)"
        case STRATEGY_EVENT_TRADING_STATE: return "state \(unsafeBitCast(self, to: strategy_status_v1_t.self).code)"
        case STRATEGY_EVENT_SESSION:
            return unsafeBitCast(self, to: strategy_status_v1_t.self).code == 0 ? "started" : "stopping"
        default: return "event \(type)"
        }
    }
}

public typealias OrderUpdate = strategy_order_update_v1_t
public typealias DenialRecord = strategy_denial_v1_t
public typealias PositionRecord = strategy_position_v1_t
public typealias SignalRecord = strategy_signal_v1_t

extension EventRecord {
    public var asOrderUpdate: OrderUpdate { unsafeBitCast(self, to: OrderUpdate.self) }
    public var asDenial: DenialRecord { unsafeBitCast(self, to: DenialRecord.self) }
    public var asPosition: PositionRecord { unsafeBitCast(self, to: PositionRecord.self) }
    public var asSignal: SignalRecord { unsafeBitCast(self, to: SignalRecord.self) }
}
