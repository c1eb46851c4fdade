extension TradingOperations {
    static var orders: [APIOperation] { [placeOrder, listOrders, modifyOrder, cancelOrder, cancelOrders] }

    /// What the gate can say to a new or a changed order.
    private static let verdicts: [APIError.Kind] = [
        .invalid, .insufficientFunds, .riskLimit, .exposureLimit, .compliance, .unknown, .conflict, .tradingStopped,
        .unavailable,
    ]

    private static var placeOrder: APIOperation {
        APIOperation(
            .post, "/api/orders", id: "orders.place", tag: "Orders", summary: "Places an order",
            description: """
                The strategy need not be enabled; "manual" is the strategy of orders that belong to none. An order that the gate \
                denies never becomes an order: error.details.denials names every rule that failed. A rule that only \
                warns stands in warnings. With the header \
                Idempotency-Key (1 to 255 visible ASCII characters) a repeated request answers with the same order.
                TRAILING_STOP takes trail_offset or trail_percent, GTD takes expire_time, a LIMIT may be post_only (one that \
                would trade on arrival is cancelled). stop_loss and take_profit make a bracket: what the order fills gets both \
                as reduce-only orders, and one cancels the other.
                With the query dry_run=true nothing is sent: the answer is what the gate would say to the order now. \
                An order that only lacks a second person's approval is denied with error.details.approval_id, under which it \
                waits in GET /api/approvals.
                """,
            role: .trader, rate: .trading, errors: verdicts
        ) { (input: PlaceOrderInput, context) in
            guard !input.isDryRun else {
                return PlacingAnswer.judged(try await context.host.assess(WhatIf(order: input.order)))
            }
            let key = try context.idempotencyKey(for: input.order)
            return PlacingAnswer.placed(
                try await context.host.place(input.order, key: key, by: context.requester))
        }
    }

    private static var listOrders: APIOperation {
        APIOperation(
            .get, "/api/orders", id: "orders.list", tag: "Orders", summary: "Orders, newest first",
            rate: .standard, errors: [.invalid, .unknown]
        ) { (input: OrdersInput, context) in
            OrdersAnswer(orders: try await context.host.orders(input.filter))
        }
    }

    private static var modifyOrder: APIOperation {
        APIOperation(
            .put, "/api/orders/{order_id}", id: "orders.modify", tag: "Orders", summary: "Changes a working order",
            description: """
                At least one field. The change is judged like a new order; a denied one leaves the order as it was. The order \
                keeps its id. More quantity or another price loses its priority. Takes Idempotency-Key.
                """,
            role: .trader, rate: .trading, errors: verdicts
        ) { (input: ModifyOrderInput, context) in
            let key = try context.idempotencyKey(for: input.id, change: input.change)
            return OrderAnswer(
                order: try await context.host.modify(input.id, input.change, key: key, by: context.requester))
        }
    }

    private static var cancelOrder: APIOperation {
        APIOperation(
            .delete, "/api/orders/{order_id}", id: "orders.cancel", tag: "Orders", summary: "Cancels a working order",
            description: "The stop of a bracket takes its target with it. Takes Idempotency-Key.",
            role: .trader, rate: .tradingExit, errors: [.unknown, .conflict, .unavailable]
        ) { (input: OrderIDInput, context) in
            let key = try context.idempotencyKey(for: input.id)
            return OrderAnswer(order: try await context.host.cancel(input.id, key: key, by: context.requester))
        }
    }

    private static var cancelOrders: APIOperation {
        APIOperation(
            .delete, "/api/orders", id: "orders.cancel_all", tag: "Orders", summary: "Cancels working orders",
            description: """
                All that strategy_id, instrument and side name together; without any of them all there are. Stops and targets \
                that follow a strategy's stop_loss_percent and take_profit_percent stay as long as the position. The answer \
                lists what was cancelled.
                """,
            role: .trader, rate: .tradingExit, errors: [.invalid, .unknown, .unavailable]
        ) { (input: CancelOrdersInput, context) in
            OrdersAnswer(orders: try await context.host.cancelAll(input.filter, by: context.requester))
        }
    }
}
