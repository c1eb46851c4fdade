import Trading

// A strategy belongs to the account that it trades on.

extension ScopedHost {
    func strategies() async throws(HostRefusal) -> [StrategyView] {
        try await host.strategies().filter { scope.sees($0.account) }
    }

    func strategy(_ id: String) async throws(HostRefusal) -> StrategyView {
        let view = try await host.strategy(id)
        try scope.require(.view, on: view.account, "strategy", id)
        return view
    }

    func enable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView {
        try await require(.trade, .strategy(id))
        return try await host.enable(id, by: requester)
    }

    func disable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView {
        try await require(.trade, .strategy(id))
        return try await host.disable(id, by: requester)
    }

    func configure(_ id: String, _ change: StrategyChange, by requester: Requester) async throws(HostRefusal)
        -> StrategyView
    {
        try await require(.trade, .strategy(id))
        return try await host.configure(id, change, by: requester)
    }

    func performance(of id: String) async throws(HostRefusal) -> PerformanceView {
        try await require(.view, .strategy(id))
        return try await host.performance(of: id)
    }

    /// Plugins are code, and nobody's; which strategies they run is their accounts' business.
    func plugins() async throws(HostRefusal) -> [PluginView] {
        let own = Set(try await strategies().map(\.id))
        var plugins = try await host.plugins()
        for index in plugins.indices { plugins[index].strategies.removeAll { !own.contains($0) } }
        return plugins
    }

    func functions(of id: String) async throws(HostRefusal) -> [FunctionView] {
        try await require(.view, .strategy(id))
        return try await host.functions(of: id)
    }

    func call(_ function: String, of id: String, _ arguments: [JSONValue.Member], by requester: Requester)
        async throws(HostRefusal) -> JSONValue
    {
        try await require(.trade, .strategy(id))
        return try await host.call(function, of: id, arguments, by: requester)
    }

    func generations(of id: String) async throws(HostRefusal) -> GenerationsView {
        try await require(.view, .strategy(id))
        return try await host.generations(of: id)
    }

    func reload(_ id: String, _ request: ReloadRequest, by requester: Requester) async throws(HostRefusal)
        -> ReloadView
    {
        try await require(.trade, .strategy(id))
        return try await host.reload(id, request, by: requester)
    }

    func rollback(
        _ id: String, to generation: Int?, memory: ReloadRequest.Memory, by requester: Requester
    ) async throws(HostRefusal) -> ReloadView {
        try await require(.trade, .strategy(id))
        return try await host.rollback(id, to: generation, memory: memory, by: requester)
    }

    func promote(_ id: String, by requester: Requester) async throws(HostRefusal) -> ReloadView {
        try await require(.trade, .strategy(id))
        return try await host.promote(id, by: requester)
    }

    func discardShadow(of id: String, by requester: Requester) async throws(HostRefusal) -> GenerationsView {
        try await require(.trade, .strategy(id))
        return try await host.discardShadow(of: id, by: requester)
    }

    func logs(of id: String, _ filter: LogFilter) async throws(HostRefusal) -> [LogEntryView] {
        try await require(.view, .strategy(id))
        return try await host.logs(of: id, filter)
    }

    func logStream(of id: String, from severity: LogSeverity) async throws(HostRefusal) -> AsyncStream<LogEntryView> {
        try await require(.view, .strategy(id))
        return try await host.logStream(of: id, from: severity)
    }

    func startBacktest(_ strategy: String, _ request: BacktestRequest, by requester: Requester)
        async throws(HostRefusal) -> BacktestView
    {
        try await require(.trade, .strategy(strategy))
        return try await host.startBacktest(strategy, request, by: requester)
    }

    func backtests(of strategy: String) async throws(HostRefusal) -> [BacktestView] {
        try await require(.view, .strategy(strategy))
        return try await host.backtests(of: strategy)
    }

    func backtest(_ id: String, of strategy: String) async throws(HostRefusal) -> BacktestView {
        try await require(.view, .strategy(strategy))
        return try await host.backtest(id, of: strategy)
    }

    func cancelBacktest(_ id: String, of strategy: String, by requester: Requester) async throws(HostRefusal)
        -> BacktestView
    {
        try await require(.trade, .strategy(strategy))
        return try await host.cancelBacktest(id, of: strategy, by: requester)
    }

    func backtestReport(_ id: String, of strategy: String) async throws(HostRefusal) -> String {
        try await require(.view, .strategy(strategy))
        return try await host.backtestReport(id, of: strategy)
    }

    func recentBacktests() -> [BacktestView] { host.recentBacktests().filter { scope.sees($0.account) } }
}
