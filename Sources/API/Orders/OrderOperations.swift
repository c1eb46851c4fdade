extension TradingOperations {
    static var orders: [APIOperation] { [placeOrder, listOrders, modifyOrder, cancelOrder] }

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
                denies never becomes an order: error.details.denials names every rule that failed. With the header \
                Idempotency-Key (1 to 255 visible ASCII characters) a repeated request answers with the same order.
                """,
            role: .trader, rate: .trading, errors: verdicts
        ) { (input: PlaceOrderInput, context) in
            let key = try context.idempotencyKey(for: input.order)
            return OrderAnswer(order: try await context.host.place(input.order, key: key, by: context.requester))
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
                keeps its id.
                """,
            role: .trader, rate: .trading, errors: verdicts
        ) { (input: ModifyOrderInput, context) in
            OrderAnswer(order: try await context.host.modify(input.id, input.change, by: context.requester))
        }
    }

    private static var cancelOrder: APIOperation {
        APIOperation(
            .delete, "/api/orders/{order_id}", id: "orders.cancel", tag: "Orders", summary: "Cancels a working order",
            role: .trader, rate: .tradingExit, errors: [.unknown, .conflict, .unavailable]
        ) { (input: OrderIDInput, context) in
            OrderAnswer(order: try await context.host.cancel(input.id, by: context.requester))
        }
    }
}
