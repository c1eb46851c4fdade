import Trading

// The order service of document 000: the same orders by the same path as POST /api/orders, in that document's words.

extension SessionOperations {
    static func orderService(_ sessions: ClientSessions) -> [APIOperation] {
        [submit(sessions), status(sessions), cancel(sessions), own(sessions)]
    }

    private static func submit(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .post, "/api/orders/submit", id: "ordersvc.submit", tag: "Order service", summary: "Send an order",
            description: """
                side and type in upper or lower case. STOP_LOSS takes stopPrice, STOP_LIMIT stopPrice and price. requestId, or \
                the header Idempotency-Key, makes a repeated request the same order, also from another session of the user. \
                While the session's simulator runs the order is one of its book.
                """,
            access: .anyToken, role: .trader, rate: .trading, dialect: .d000,
            errors: [.invalid, .riskLimit, .unknown, .forbidden, .conflict, .tradingStopped, .unavailable]
        ) { (input: SubmitInput, context) in
            try await sessions.use(input.session, by: context.userID)
            let key = try context.idempotencyKey(for: input.order, or: input.requestID)
            do throws(HostRefusal) {
                let book = try context.host.simulatedHost(session: input.session) ?? context.host
                return Submitted(id: try await book.place(input.order, key: key, by: context.requester).id)
            } catch {
                throw error.inWordsOfSubmit
            }
        }
    }

    private static func status(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .get, "/api/orders/status", id: "ordersvc.status", tag: "Order service",
            summary: "One of the user's orders",
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown, .forbidden, .unavailable]
        ) { (input: StatusInput, context) in
            try await sessions.use(input.session, by: context.userID)
            return StatusAnswer(order: try await find(input.order, input.session, context).order)
        }
    }

    private static func cancel(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .post, "/api/orders/cancel", id: "ordersvc.cancel", tag: "Order service",
            summary: "Cancel one of the user's orders", description: "Takes Idempotency-Key.", access: .anyToken,
            role: .trader, rate: .tradingExit, dialect: .d000, errors: [.unknown, .forbidden, .conflict, .unavailable]
        ) { (input: CancelInput, context) in
            try await sessions.use(input.session, by: context.userID)
            let (order, book) = try await find(input.order, input.session, context)
            let key = try context.idempotencyKey(for: order.id)
            _ = try await book.cancel(order.id, key: key, by: context.requester)
            return Success()
        }
    }

    /// The user's order, and whose book it is in: one of before the simulator's start is the account's still. No number is
    /// given twice.
    private static func find(_ id: String, _ session: String, _ context: OperationContext) async throws
        -> (order: OrderView, book: any TradingHost)
    {
        let user = try context.userID
        if let book = try? context.host.simulatedHost(session: session) {
            do throws(HostRefusal) {
                return (try await book.order(id, sentBy: user), book)
            } catch {
                guard case .unknown = error else { throw error }
            }
        }
        return (try await context.host.order(id, sentBy: user), context.host)
    }

    private static func own(_ sessions: ClientSessions) -> APIOperation {
        APIOperation(
            .get, "/api/orders/user", id: "ordersvc.user", tag: "Order service",
            summary: "The user's orders, newest first",
            description: """
                Those that the user of the token sent, here or by POST /api/orders, in whatever session. With the query \
                sessionId, and while that session's simulator runs, those of its book.
                """,
            access: .anyToken, rate: .standard, dialect: .d000, errors: [.unknown, .conflict, .unavailable]
        ) { (input: OwnOrdersInput, context) in
            var book = context.host
            if let session = input.session {
                try await sessions.use(session, by: context.userID)
                book = try context.host.simulatedHost(session: session) ?? book
            }
            let orders = try await book.orders(
                sentBy: context.userID, limit: input.limit, offset: input.offset)
            return OwnOrdersAnswer(orders: orders, limit: input.limit, offset: input.offset)
        }
    }
}

extension HostRefusal {
    /// The host names fields as POST /api/orders does.
    fileprivate var inWordsOfSubmit: HostRefusal {
        guard case .invalid(let faults) = self else { return self }
        let words = ["instrument": "symbol", "stop_price": "stopPrice"]
        return .invalid(faults.map { RequestFault(path: words[$0.path] ?? $0.path, message: $0.message) })
    }
}
