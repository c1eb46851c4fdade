import Trading

/// 004's OrderResponse.
struct OrderAnswer: OperationOutput {
    var order: OrderView

    static var example: OrderAnswer { OrderAnswer(order: .example) }
    func write(_ json: inout JSONWriter) {
        json.object { order.writeResponse(&$0) }
    }
}

/// {orders: [OrderResponse and the request's fields]}
struct OrdersAnswer: OperationOutput {
    var orders: [OrderView]

    static var example: OrdersAnswer { OrdersAnswer(orders: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("orders", orders) { json, order in
                json.object { json in
                    order.writeResponse(&json)
                    order.writeRequest(&json)
                }
            }
        }
    }
}

extension OrderView {
    /// filledValue / filled / multiplier, rounded half-even to 1e-9; nil before the first fill.
    var averagePrice: Price? {
        guard order.filled > .zero, multiplier > 0,
            let raw = Rounding.halfEven(
                order.filledValue.raw, times: 1_000_000_000, over: Int128(order.filled.raw) * Int128(multiplier)),
            let price = Int64(exactly: raw)
        else { return nil }
        return Price(raw: price)
    }

    fileprivate func writeResponse(_ json: inout JSONWriter) {
        json.field("order_id", id)
        json.choice("status", OrderWords.name(of: order.state), of: OrderWords.states.map(\.key))
        // The paper venue numbers no orders of its own.
        json.nullable("broker_order_id", nil as String?)
        json.field("filled_quantity", order.filled)
        json.nullable("average_price", averagePrice)
        json.field("created_at", order.submittedAt)
        json.field("updated_at", order.updatedAt)
        json.optional("warnings", warnings.isEmpty ? nil : warnings)
    }

    func writeRequest(_ json: inout JSONWriter) {
        let intent = order.intent
        json.field("strategy_id", strategy)
        json.field("account_id", account)
        json.field("instrument", instrument)
        json.choice("order_type", intent.side.name, of: OrderWords.sides.map(\.key))
        json.choice("order_kind", intent.kind.name, of: OrderWords.kinds.map(\.key))
        json.field("quantity", intent.quantity)
        json.nullable("price", intent.kind.hasLimitPrice ? intent.price : nil)
        json.nullable("stop_price", intent.kind.hasStopPrice ? intent.stopPrice : nil)
        json.choice("time_in_force", intent.timeInForce.name, of: OrderWords.timesInForce.map(\.key))
        json.executionMode(isLive: false)
        json.field("reduce_only", intent.reduceOnly)
        json.field("post_only", intent.conditions.postOnly)
        let conditions = intent.conditions
        json.nullable("expire_time", conditions.expireTime.nanoseconds == 0 ? nil : conditions.expireTime)
        let trail = conditions.trail
        json.nullable("trail_offset", trail.raw == 0 || trail.isFraction ? nil : Price(raw: trail.raw))
        json.nullable("stop_loss", conditions.stopLoss == .zero ? nil : conditions.stopLoss)
        json.nullable("take_profit", conditions.takeProfit == .zero ? nil : conditions.takeProfit)
        json.nullable("entry_order_id", conditions.entry == 0 ? nil : "ord-\(conditions.entry)")
        json.nullable("trail_percent", trail.isFraction ? Rate(raw: trail.raw * 100) : nil)
    }

    static var example: OrderView {
        let intent = OrderIntent(strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .one)
        return OrderView(
            order: Order(id: 1, intent: intent, account: 0, at: Timestamp(nanoseconds: 0)), id: "ord-1",
            strategy: "sma_cross", instrument: "BTC_USDT", account: "paper", multiplier: 1)
    }
}

extension JSONWriter {
    /// Orders and trades are always on paper: the host refuses live ones before they become orders.
    mutating func executionMode(isLive: Bool) {
        choice("execution_mode", isLive ? "LIVE" : "PAPER", of: OrderWords.isLive.map(\.key))
    }
}
