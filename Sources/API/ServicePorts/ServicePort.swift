/// A port of its own for one service of the documents: that service's operations and streams, and its own health.
struct ServicePort: Sendable {
    /// The documents'; `APISettings.servicePortOffset` is added.
    let number: Int
    let service: String
    let health: ServiceHealth
    /// Ids of the operations that it mounts.
    let operations: Set<String>
    /// Paths of WebSockets, without the first slash.
    let sockets: Set<String>

    init(
        _ number: Int, _ service: String, _ health: ServiceHealth, _ operations: Set<String>, sockets: Set<String> = []
    ) {
        self.number = number
        self.service = service
        self.health = health
        self.operations = operations
        self.sockets = sockets
    }

    static let all = document000 + document002 + document003 + [strategyAPI]

    private static let document000 = [
        ServicePort(
            8010, "auth-service", .upOrDown,
            ["health.readiness", "auth.login", "auth.logout", "auth.refresh", "auth.validate"]),
        ServicePort(
            8011, "session-service", .upOrDown,
            [
                "health.readiness", "session.create", "session.get", "session.end", "session.reconnect",
                "simulator.start", "simulator.stop", "simulator.get", "sse.stream",
            ], sockets: ["ws", "ws/simulators"]),
        ServicePort(
            8012, "order-service", .upOrDown,
            ["health.readiness", "ordersvc.submit", "ordersvc.cancel", "ordersvc.status", "ordersvc.user"]),
    ]

    private static let document002 = [
        ServicePort(
            8025, "signal-generator", .signalGenerator,
            ["signals.latest", "signals.generate", "signals.performance", "test.generate_signal", "metrics"],
            sockets: ["ws/signals"]),
        ServicePort(
            8024, "trade-execution", .tradeExecution,
            [
                "engine.portfolio", "engine.trades_recent", "engine.execute", "engine.liquidate", "config.get",
                "config.put", "config.validate", "engine.mode", "simulation.reset", "simulation.fast_forward",
                "simulation.add_scenario", "metrics",
            ], sockets: ["ws/trades"]),
        ServicePort(
            8022, "signal-bridge", .signalBridge,
            ["bridge.status", "bridge.configure", "bridge.dead_letters", "metrics"]),
        ServicePort(
            8047, "portfolio-rebalancer", .rebalancer, ["rebalancer.risk_metrics", "rebalancer.trigger", "metrics"]),
    ]

    private static let document003 = [
        ServicePort(
            8001, "circuit-breaker-agent", .dependencies,
            ["v1.emergency_stop", "v1.emergency_stops", "v1.emergency_resolve", "v1.risk_status", "docs.page"]),
        ServicePort(
            8002, "market-analysis-agent", .dependencies,
            ["v1.generate_signal", "v1.signals", "v1.market_state", "docs.page"]),
        ServicePort(
            8003, "risk-management-agent", .dependencies,
            ["v1.assess_position_risk", "v1.portfolio_risk", "docs.page"]),
        ServicePort(
            8004, "execution-engine", .dependencies,
            ["v1.execute_trade", "v1.trade_status", "v1.modify_position", "docs.page"]),
        ServicePort(8005, "performance-tracker", .dependencies, ["v1.performance", "docs.page"]),
        ServicePort(8006, "compliance-agent", .dependencies, ["v1.validate_action", "docs.page"]),
        ServicePort(8081, "event-stream", .dependencies, ["docs.page"], sockets: ["events"]),
    ]

    private static let strategyAPI = ServicePort(
        3000, "strategy-api", .dependencies,
        [
            "auth.login", "auth.profile", "auth.refresh", "auth.setup_mfa", "auth.verify_mfa", "auth.logout",
            "market.instruments", "market.depth", "market.candles", "market.ticks", "market.stats", "strategies.list",
            "strategies.get", "strategies.config", "strategies.enable", "strategies.performance",
            "strategies.positions", "strategies.backtest", "strategies.disable", "orders.place", "orders.list",
            "orders.modify", "orders.cancel", "positions.list", "positions.close", "trades.list", "risk.portfolio",
            "risk.positions", "risk.limits", "risk.alerts", "risk.emergency_stop",
        ], sockets: ["ws"])
}

extension ServicePort {
    /// What it mounts of `all`, with its health; a port with a page of operations describes them too.
    func routes(of all: [APIOperation], version: String) -> RouteTable {
        let mounted = [health.operation(service: service, version: version)] + all.filter { operations.contains($0.id) }
        guard operations.contains(documentPageOperation.id) else { return RouteTable(mounted) }
        return RouteTable(mounted + [openAPIOperation(describing: mounted, version: version)])
    }
}
