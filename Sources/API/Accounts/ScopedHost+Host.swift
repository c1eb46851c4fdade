import Trading

// What is nobody's in particular: the market, the host, and trading sessions as far as their strategies are the own ones.

extension ScopedHost {
    // MARK: The market

    func instruments() async throws(HostRefusal) -> [InstrumentView] { try await host.instruments() }
    func depth(_ instrument: String) async throws(HostRefusal) -> DepthView { try await host.depth(instrument) }
    func candles(_ instrument: String, _ timeframe: String, from: Timestamp, to: Timestamp, limit: Int)
        async throws(HostRefusal) -> [CandleView]
    {
        try await host.candles(instrument, timeframe, from: from, to: to, limit: limit)
    }
    func ticks(_ instrument: String, from: Timestamp?, to: Timestamp?, limit: Int) async throws(HostRefusal)
        -> [TickView]
    {
        try await host.ticks(instrument, from: from, to: to, limit: limit)
    }
    func stats(_ instrument: String) async throws(HostRefusal) -> MarketStatsView { try await host.stats(instrument) }
    func exchangeSymbols() async throws(HostRefusal) -> (symbols: [ExchangeSymbolView], isComplete: Bool) {
        try await host.exchangeSymbols()
    }

    func features() async throws(HostRefusal) -> [FeatureView] { try await host.features() }
    func features(of instrument: String, _ timeframe: String) async throws(HostRefusal) -> FeatureValuesView {
        try await host.features(of: instrument, timeframe)
    }
    func marketState(of instrument: String, _ timeframe: String?) async throws(HostRefusal) -> MarketStateView {
        try await host.marketState(of: instrument, timeframe)
    }

    // MARK: Signals. They are everybody's, but those of strategies.

    func latestSignals(accounts: [String]?) async throws(HostRefusal) -> [SignalView] {
        try await host.latestSignals(accounts: scope.visible)
    }
    func generateSignal(_ request: SignalRequest, by requester: Requester) async throws(HostRefusal)
        -> GeneratedSignalView
    {
        _ = try scope.first(.trade)
        return try await host.generateSignal(request, by: requester)
    }
    func testSignal(_ request: TestSignalRequest, by requester: Requester) async throws(HostRefusal) -> SignalView {
        throw refuseForAll("signals to test with")
    }
    func signals(_ query: SignalQuery) async throws(HostRefusal) -> SignalPage {
        var query = query
        query.accounts = scope.visible
        return try await host.signals(query)
    }
    func signalPerformance() async throws(HostRefusal) -> SignalPerformanceView { try await host.signalPerformance() }

    // MARK: The bridge. Its counts are everybody's.

    func bridgeStatus() async throws(HostRefusal) -> BridgeStatusView { try await host.bridgeStatus() }
    func configureBridge(_ change: BridgeChange, by requester: Requester) async throws(HostRefusal)
        -> BridgeConfigurationView
    {
        throw refuseForAll("the bridge")
    }
    func deadLetters(_ query: DeadLetterQuery) async throws(HostRefusal) -> DeadLetterPage {
        var query = query
        query.accounts = scope.visible
        return try await host.deadLetters(query)
    }

    // MARK: The host

    func health() async -> HostHealth { await host.health() }
    func figures() async -> HostFigures { await host.figures() }
    func note(_ access: AccessRecord) async { await host.note(access) }

    func engineSettings() async throws(HostRefusal) -> EngineSettings { try await host.engineSettings() }
    func faults(of change: EngineSettingsChange) async throws(HostRefusal) -> [RequestFault] {
        try await host.faults(of: change)
    }
    func change(_ change: EngineSettingsChange, by requester: Requester) async throws(HostRefusal) -> EngineSettings {
        throw refuseForAll("the configuration of the host")
    }
    func setMode(_ mode: TradingMode, balance: Money?, by requester: Requester) async throws(HostRefusal) -> Money {
        throw refuseForAll("the trading mode")
    }

    func fastForward(seconds: Int, by requester: Requester) async throws(HostRefusal) -> Timestamp {
        throw refuseForAll("the simulated market")
    }
    func addScenario(_ request: ScenarioRequest, by requester: Requester) async throws(HostRefusal) -> String {
        throw refuseForAll("the simulated market")
    }
    func resetSimulation(by requester: Requester) async throws(HostRefusal) -> (time: Timestamp, balance: Money) {
        throw refuseForAll("the simulated market")
    }

    func verifyAudit(expected: [UInt8]?) async throws(HostRefusal) -> AuditReport {
        throw refuseForAll("the audit log")
    }
    func auditLines(_ filter: AuditLineFilter) async throws(HostRefusal) -> [AuditLine] {
        guard let account = filter.account else { throw refuseForAll("the audit log") }
        try require(.view, account: account)
        return try await host.auditLines(filter)
    }

    // MARK: Trading sessions

    func startSession(_ request: TradingSessionRequest, by requester: Requester) async throws(HostRefusal)
        -> TradingSessionView
    {
        var request = request
        let right: AccountGrant.Right = request.kind == .backtest ? .view : .trade
        for strategy in request.strategies { try await require(right, .strategy(strategy)) }
        _ = try scope.first(right)
        request.accounts = scope.tradable
        return try await host.startSession(request, by: requester)
    }

    func stopSession(_ id: String, by requester: Requester) async throws(HostRefusal) -> TradingSessionView {
        let running = try await session(id)
        if running.strategies.isEmpty || running.kind == .backtest {
            guard running.startedBy == scope.user else { throw .forbidden("the session \(id) is another user's") }
        } else {
            for strategy in running.strategies { try await require(.trade, .strategy(strategy)) }
        }
        return try await host.stopSession(id, by: requester)
    }

    /// One that only records the market is everybody's to look at.
    func session(_ id: String) async throws(HostRefusal) -> TradingSessionView {
        let view = try await host.session(id)
        try await requireView(of: view)
        return view
    }

    func sessions(limit: Int) async throws(HostRefusal) -> [TradingSessionView] {
        var seen: [TradingSessionView] = []
        for view in try await host.sessions(limit: limit) {
            do {
                try await requireView(of: view)
                seen.append(view)
            } catch .unknown {
                // Of an account that the user may not see.
            }
        }
        return seen
    }

    private func requireView(of session: TradingSessionView) async throws(HostRefusal) {
        for strategy in session.strategies {
            try scope.require(.view, on: try await host.account(of: .strategy(strategy)), "session", session.id)
        }
    }

    func dataSessions(limit: Int) async throws(HostRefusal) -> (sessions: [DataSessionView], count: Int) {
        try await host.dataSessions(limit: limit)
    }

    // MARK: News

    func news(after cursor: UInt64, limit: Int) -> NewsPage {
        var page = host.news(after: cursor, limit: limit)
        page.entries.removeAll { !scope.sees($0.news.accounts) }
        return page
    }
    func newsPlace(after sequence: UInt64) -> NewsPlace { host.newsPlace(after: sequence) }
    func newsSignals() -> AsyncStream<Void> { host.newsSignals() }
    func pictures(_ wants: [MarketWant]) async -> [MarketPicture?] { await host.pictures(wants) }

    // MARK: Simulators. Whose session it is the sessions know.

    func startSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView {
        try await host.startSimulator(session: session, by: requester)
    }
    func stopSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView {
        try await host.stopSimulator(session: session, by: requester)
    }
    func endSimulator(session: String, by requester: Requester) async {
        await host.endSimulator(session: session, by: requester)
    }
    func simulator(_ id: String) throws(HostRefusal) -> SimulatorView { try host.simulator(id) }
    /// It has the same accounts.
    func simulatedHost(session: String) throws(HostRefusal) -> (any TradingHost)? {
        try host.simulatedHost(session: session).map { ScopedHost(host: $0, scope: scope) }
    }
}
