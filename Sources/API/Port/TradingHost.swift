public import Trading

/// The running host as the API sees it. Every answer is given between two events of the engine and after all facts that it shows
/// are durable, so that a client reads its own write and nothing leaves the process that a crash could take back.
public protocol TradingHost: AccountDirectory, RiskDesk, WhatIfHost, AuditHost, PortfolioHost, RebalanceHost,
    ExecutionHost, SentOrders, SettingsHost, ExchangeHost, FeatureHost, SignalHost, BridgeHost, TradingSessionHost,
    BacktestHost, StreamHost, SimulationHost, SimulatorHost
{
    // Strategies.
    func strategies() async throws(HostRefusal) -> [StrategyView]
    func strategy(_ id: String) async throws(HostRefusal) -> StrategyView
    func enable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView
    func disable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StrategyView
    func configure(_ id: String, _ change: StrategyChange, by requester: Requester) async throws(HostRefusal)
        -> StrategyView
    func performance(of id: String) async throws(HostRefusal) -> PerformanceView
    func plugins() async throws(HostRefusal) -> [PluginView]
    /// What the plugin of a strategy lets operators call.
    func functions(of id: String) async throws(HostRefusal) -> [FunctionView]
    /// `arguments` by name, as they came; the host judges them by the function's signature.
    func call(_ function: String, of id: String, _ arguments: [JSONValue.Member], by requester: Requester)
        async throws(HostRefusal) -> JSONValue

    // Generations of a strategy's code, and its log.
    func generations(of id: String) async throws(HostRefusal) -> GenerationsView
    func reload(_ id: String, _ request: ReloadRequest, by requester: Requester) async throws(HostRefusal)
        -> ReloadView
    /// `generation` nil = the one before the current one.
    func rollback(
        _ id: String, to generation: Int?, memory: ReloadRequest.Memory, by requester: Requester
    ) async throws(HostRefusal) -> ReloadView
    /// Makes the shadow generation the active one.
    func promote(_ id: String, by requester: Requester) async throws(HostRefusal) -> ReloadView
    func discardShadow(of id: String, by requester: Requester) async throws(HostRefusal) -> GenerationsView
    /// Oldest first.
    func logs(of id: String, _ filter: LogFilter) async throws(HostRefusal) -> [LogEntryView]
    /// New lines as they come; ends with the host, and for a reader that does not keep up.
    func logStream(of id: String, from severity: LogSeverity) async throws(HostRefusal) -> AsyncStream<LogEntryView>

    // Orders, positions, trades.
    func place(_ order: OrderRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> OrderView
    func modify(_ id: String, _ change: OrderChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView
    func cancel(_ id: String, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal) -> OrderView
    /// All working orders that the filter names, but what protects positions by a strategy's percents; those that were.
    func cancelAll(_ filter: CancelFilter, by requester: Requester) async throws(HostRefusal) -> [OrderView]
    func orders(_ filter: HistoryFilter) async throws(HostRefusal) -> [OrderView]
    func trades(_ filter: HistoryFilter) async throws(HostRefusal) -> [TradeView]
    /// Open ones of all strategies, or of one.
    func positions(strategy: String?) async throws(HostRefusal) -> [PositionView]
    /// `quantity` nil = all of it. The answer is the closing market order.
    func close(_ position: String, quantity: Quantity?, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> OrderView

    // The market.
    func instruments() async throws(HostRefusal) -> [InstrumentView]
    func depth(_ instrument: String) async throws(HostRefusal) -> DepthView
    /// `timeframe` by its name ("1m"); one that the host does not have is refused.
    func candles(_ instrument: String, _ timeframe: String, from: Timestamp, to: Timestamp, limit: Int)
        async throws(HostRefusal) -> [CandleView]
    func ticks(_ instrument: String, from: Timestamp?, to: Timestamp?, limit: Int) async throws(HostRefusal)
        -> [TickView]
    func stats(_ instrument: String) async throws(HostRefusal) -> MarketStatsView

    // Risk.
    /// nil = of the first account.
    func portfolioRisk(ofAccount id: String?) async throws(HostRefusal) -> PortfolioRiskView
    func setLimits(_ change: LimitChange, by requester: Requester) async throws(HostRefusal) -> RiskLimitsView
    /// What is set in one scope; `target` as in `LimitChange`.
    func limits(scope: LimitScope, target: String?) async throws(HostRefusal) -> ScopeLimitsView
    func alerts() async throws(HostRefusal) -> [AlertView]
    func denials(_ filter: HistoryFilter) async throws(HostRefusal) -> [DenialView]
    func headroom(account: String?, strategy: String?) async throws(HostRefusal) -> [HeadroomView]
    func throwStop(_ request: StopRequest, by requester: Requester) async throws(HostRefusal) -> StopView
    func stops() async throws(HostRefusal) -> [StopView]
    func releaseStop(_ id: String, reason: String, authorizedBy: String, by requester: Requester)
        async throws(HostRefusal) -> StopView

    // Compliance.
    func compliance() async throws(HostRefusal) -> [ComplianceView]
    func releaseCompliance(_ account: String, reason: String, by requester: Requester) async throws(HostRefusal)
        -> ComplianceView

    // The host itself.
    /// Grows whenever something may have changed that a snapshot shows (strategies, positions, the market), before anybody
    /// is told of it. nil = answers are not kept.
    var revision: UInt64? { get }
    func health() async -> HostHealth
    func figures() async -> HostFigures
}

extension TradingHost {
    public var revision: UInt64? { nil }
}
