import API
import Synchronization
import Trading

/// What the scripted host knows of strategies, orders, positions and trades, and what it was asked about them.
struct TradingScript: Sendable {
    enum Call: Sendable, Equatable {
        case enable(String), disable(String)
        case configure(String, StrategyChange)
        case modify(String, OrderChange)
        case cancel(String)
        case cancelAll(CancelFilter)
        case close(String, Quantity?)
        case orders(HistoryFilter), trades(HistoryFilter)
        case ordersSent(String, Int, Int), orderSent(String, String)
        case positions(String?)
        case callFunction(String, String, [JSONValue.Member])
        case reload(String, ReloadRequest), rollback(String, Int?, ReloadRequest.Memory), promote(String)
        case discardShadow(String)
        case logs(String, LogFilter), logStream(String, LogSeverity)
    }
    var strategies: [StrategyView] = []
    var performance: PerformanceView?
    var plugins: [PluginView] = []
    var functions: [FunctionView] = []
    var functionResult = JSONValue.null
    var generations: GenerationsView?
    var replaced: ReloadView?
    var logs: [LogEntryView] = []
    var orders: [OrderView] = []
    var positions: [PositionView] = []
    var trades: [TradeView] = []
    /// Thrown by everything that changes something.
    var refusal: HostRefusal?
    var calls: [Call] = []
    var requesters: [Requester] = []

    mutating func note(_ call: Call, by requester: Requester? = nil) {
        calls.append(call)
        if let requester { requesters.append(requester) }
    }

    func strategy(_ id: String) throws(HostRefusal) -> StrategyView {
        guard let found = strategies.first(where: { $0.id == id }) else { throw .unknown(kind: "strategy", id: id) }
        return found
    }

    func switched(_ id: String, isEnabled: Bool) throws(HostRefusal) -> StrategyView {
        if let refusal { throw refusal }
        var strategy = try strategy(id)
        strategy.isEnabled = isEnabled
        strategy.state = isEnabled ? .running : .stopped
        return strategy
    }

    func order(_ id: String) throws(HostRefusal) -> OrderView {
        if let refusal { throw refusal }
        guard let found = orders.first(where: { $0.id == id }) else { throw .unknown(kind: "order", id: id) }
        return found
    }
}

extension ScriptedHost {
    var placed: [(order: OrderRequest, key: IdempotencyKey?, requester: Requester)] { script.withLock { $0.placed } }
    var calls: [TradingScript.Call] { script.withLock { $0.trading.calls } }
    var requesters: [Requester] { script.withLock { $0.trading.requesters } }

    /// Answers from the script as it is now, after `call` is noted.
    func noting(_ call: TradingScript.Call, by requester: Requester? = nil) -> TradingScript {
        script.withLock { script in
            script.trading.note(call, by: requester)
            return script.trading
        }
    }
    private var trading: TradingScript { script.withLock { $0.trading } }

    func strategies() async throws(HostRefusal) -> [StrategyView] { trading.strategies }
    func strategy(_ id: String) async throws(HostRefusal) -> StrategyView { try trading.strategy(id) }
    func plugins() async throws(HostRefusal) -> [PluginView] { trading.plugins }
    func functions(of id: String) async throws(HostRefusal) -> [FunctionView] {
        _ = try trading.strategy(id)
        return trading.functions
    }
    func call(_ function: String, of id: String, _ arguments: [JSONValue.Member], by requester: Requester)
        async throws(HostRefusal) -> JSONValue
    {
        let script = noting(.callFunction(id, function, arguments), by: requester)
        _ = try script.strategy(id)
        guard script.functions.contains(where: { $0.name == function }) else {
            throw .unknown(kind: "function", id: function)
        }
        return script.functionResult
    }

    func enable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView {
        try noting(.enable(id), by: requester).switched(id, isEnabled: true)
    }
    func disable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView {
        try noting(.disable(id), by: requester).switched(id, isEnabled: false)
    }

    func configure(_ id: String, _ change: StrategyChange, by requester: Requester) async throws(HostRefusal)
        -> StrategyView
    {
        try noting(.configure(id, change), by: requester).strategy(id)
    }

    func performance(of id: String) async throws(HostRefusal) -> PerformanceView {
        _ = try trading.strategy(id)
        guard let performance = trading.performance else { throw .unavailable("not scripted") }
        return performance
    }

    func modify(_ id: String, _ change: OrderChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    {
        noteKey(key)
        return try noting(.modify(id, change), by: requester).order(id)
    }
    func cancel(_ id: String, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal) -> OrderView {
        noteKey(key)
        return try noting(.cancel(id), by: requester).order(id)
    }
    func cancelAll(_ filter: CancelFilter, by requester: Requester) async throws(HostRefusal) -> [OrderView] {
        noting(.cancelAll(filter), by: requester).orders
    }
    private func noteKey(_ key: IdempotencyKey?) { script.withLock { $0.keys.append(key) } }

    func orders(_ filter: HistoryFilter) async throws(HostRefusal) -> [OrderView] { noting(.orders(filter)).orders }
    func trades(_ filter: HistoryFilter) async throws(HostRefusal) -> [TradeView] { noting(.trades(filter)).trades }

    func orders(sentBy user: String, limit: Int, offset: Int) async throws(HostRefusal) -> [OrderView] {
        noting(.ordersSent(user, limit, offset)).orders
    }
    func order(_ id: String, sentBy user: String) async throws(HostRefusal) -> OrderView {
        try noting(.orderSent(id, user)).order(id)
    }

    func positions(strategy: String?) async throws(HostRefusal) -> [PositionView] {
        let script = noting(.positions(strategy))
        if let strategy { _ = try script.strategy(strategy) }
        return script.positions
    }

    func close(_ position: String, quantity: Quantity?, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    {
        noteKey(key)
        let script = noting(.close(position, quantity), by: requester)
        guard script.positions.contains(where: { $0.id == position }), let order = script.orders.first else {
            throw .unknown(kind: "position", id: position)
        }
        return order
    }
}

extension OrderView {
    /// "ord-7" of sma_cross in BTC_USDT.
    static func scripted(
        _ side: Side = .buy, _ kind: OrderKind = .limit, _ state: OrderState = .submitted, filled: Quantity = .zero,
        value: Money = .zero, multiplier: Int64 = 1
    ) -> OrderView {
        let intent = OrderIntent(
            strategy: 0, instrument: 0, tag: 0, side: side, kind: kind, quantity: Quantity(raw: 3_000_000_000),
            price: Price(raw: 45_000_500_000_000), timeInForce: .day)
        var order = Order(id: 7, intent: intent, account: 0, at: Timestamp(nanoseconds: 1_700_000_000_000_000_000))
        order.state = state
        order.filled = filled
        order.filledValue = value
        return OrderView(
            order: order, id: "ord-7", strategy: "sma_cross", instrument: "BTC_USDT", account: "paper",
            multiplier: multiplier)
    }
}
