import Trading

// Orders, positions and trades of the own accounts.

extension ScopedHost {
    func place(_ order: OrderRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> OrderView
    {
        var order = order
        order.strategy = try scope.named(order.strategy, .trade)
        try await require(.trade, .strategy(order.strategy))
        return try await host.place(order, key: key, by: requester)
    }

    func modify(_ id: String, _ change: OrderChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    {
        try await require(.trade, .order(id))
        return try await host.modify(id, change, key: key, by: requester)
    }

    func cancel(_ id: String, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal) -> OrderView {
        try await require(.trade, .order(id))
        return try await host.cancel(id, key: key, by: requester)
    }

    func cancelAll(_ filter: CancelFilter, by requester: Requester) async throws(HostRefusal) -> [OrderView] {
        var filter = filter
        filter.strategy = try await own(filter.strategy, .trade)
        filter.accounts = scope.tradable
        return try await host.cancelAll(filter, by: requester)
    }

    func orders(_ filter: HistoryFilter) async throws(HostRefusal) -> [OrderView] {
        try await host.orders(try await own(filter))
    }

    func trades(_ filter: HistoryFilter) async throws(HostRefusal) -> [TradeView] {
        try await host.trades(try await own(filter))
    }

    func denials(_ filter: HistoryFilter) async throws(HostRefusal) -> [DenialView] {
        try await host.denials(try await own(filter))
    }

    func positions(strategy: String?) async throws(HostRefusal) -> [PositionView] {
        try await host.positions(strategy: try await own(strategy, .view)).filter { scope.sees($0.account) }
    }

    func close(_ position: String, quantity: Quantity?, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    {
        try await require(.trade, .position(position))
        return try await host.close(position, quantity: quantity, key: key, by: requester)
    }

    // What somebody sent under an account that was taken from him since is not his any more.

    func orders(sentBy user: String, limit: Int, offset: Int) async throws(HostRefusal) -> [OrderView] {
        try await host.orders(sentBy: user, limit: limit, offset: offset).filter { scope.sees($0.account) }
    }

    func order(_ id: String, sentBy user: String) async throws(HostRefusal) -> OrderView {
        let order = try await host.order(id, sentBy: user)
        try scope.require(.view, on: order.account, "order", id)
        return order
    }

    func assess(_ question: WhatIf) async throws(HostRefusal) -> AssessmentView {
        var question = question
        if let account = question.account {
            try require(.view, account: account)
        } else {
            question.order.strategy = try scope.named(question.order.strategy, .view)
            try await require(.view, .strategy(question.order.strategy))
        }
        return try await host.assess(question)
    }

    private func own(_ filter: HistoryFilter) async throws(HostRefusal) -> HistoryFilter {
        var filter = filter
        filter.strategy = try await own(filter.strategy, .view)
        filter.accounts = scope.visible
        return filter
    }

    private func own(_ strategy: String?, _ right: AccountGrant.Right) async throws(HostRefusal) -> String? {
        guard let strategy else { return nil }
        let name = try scope.named(strategy, right)
        try await require(right, .strategy(name))
        return name
    }
}
