/// What of the API a stranger asks for, with the ids of an account that is not his.
struct AccessRow {
    /// What a trader of another account is told.
    enum Stranger {
        /// 404: there is no such thing, for him.
        case hidden
        /// 403.
        case refused
        /// 200, of the own account or of nobody's.
        case own
        /// Anything, but nothing that belongs to the other account.
        case any
    }
    /// Who may, of the declared roles; nil = everybody.
    enum Least: Int { case viewer, trader, admin }

    var least: Least?
    var stranger: Stranger
    var body: String?
    var query = ""
    /// The answer of those who may ask does not end.
    var isStream = false
    /// In place of what "zzz" is to the other operations.
    var path: [String: String] = [:]
    /// Besides bob, who trades on the account, and within their roles: vic and eve may only look at it.
    var needsTrading: Bool { least == .trader }

    init(
        _ least: Least?, _ stranger: Stranger, _ body: String? = nil, query: String = "", isStream: Bool = false,
        path: [String: String] = [:]
    ) {
        self.least = least
        self.stranger = stranger
        self.body = body
        self.query = query
        self.isStream = isStream
        self.path = path
    }

    /// `ids`: by the names in braces.
    static func fill(_ text: String, _ ids: [String: String]) -> String {
        ids.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
}

extension AccessRow {
    /// By the operation's id. One that is declared and does not stand here fails the test.
    static let all: [String: AccessRow] = open.merging(own) { $1 }.merging(orders) { $1 }.merging(strategies) { $1 }
        .merging(risk) { $1 }.merging(portfolio) { $1 }.merging(hosts) { $1 }

    /// The market, and what is nobody's.
    private static let open: [String: AccessRow] = [
        "health.main": AccessRow(nil, .own), "health.readiness": AccessRow(nil, .own),
        // The operator's: it names all strategies.
        "metrics": AccessRow(nil, .any), "docs.page": AccessRow(nil, .own),
        "docs.migration": AccessRow(nil, .own),
        "additions.openapi": AccessRow(nil, .own), "cfg.symbols": AccessRow(nil, .own),
        "cfg.exchange_symbols": AccessRow(nil, .any), "cfg.data_sessions": AccessRow(nil, .own),
        "market.instruments": AccessRow(.viewer, .own), "market.depth": AccessRow(.viewer, .own),
        "market.candles": AccessRow(
            .viewer, .own, query: "timeframe=1m&from=2023-11-14T00:00:00Z&to=2023-11-15T00:00:00Z"),
        "market.ticks": AccessRow(.viewer, .own), "market.stats": AccessRow(.viewer, .own),
        "market.features": AccessRow(.viewer, .own),
        "market.instrument_features": AccessRow(.viewer, .own, query: "timeframe=1m"),
        "v1.market_state": AccessRow(.viewer, .own),
        "signals.latest": AccessRow(.viewer, .own), "signals.performance": AccessRow(.viewer, .own),
        "v1.signals": AccessRow(.viewer, .own),
        "signals.generate": AccessRow(.trader, .own, #"{"symbol": "ETH"}"#),
        "v1.generate_signal": AccessRow(.trader, .own, #"{"instrument": "ETH", "timeframe": "H1"}"#),
        "test.generate_signal": AccessRow(
            .trader, .refused, #"{"symbol": "ETH", "scenario": "sideways", "confidence": 0.5}"#),
        "bridge.status": AccessRow(.viewer, .own), "bridge.dead_letters": AccessRow(.viewer, .own),
        "bridge.configure": AccessRow(.admin, .refused, "{}"),
        "config.get": AccessRow(.viewer, .own), "config.validate": AccessRow(.viewer, .own, "{}"),
    ]

    private static let own: [String: AccessRow] = [
        "auth.login": AccessRow(nil, .any, #"{"username": "nobody", "password": "x"}"#),
        "auth.refresh": AccessRow(nil, .any, #"{"refreshToken": "x"}"#),
        "auth.logout": AccessRow(.viewer, .any, "{}"), "auth.validate": AccessRow(nil, .own, #"{"token": "x"}"#),
        "auth.profile": AccessRow(.viewer, .own), "auth.setup_mfa": AccessRow(.viewer, .any, "{}"),
        "auth.verify_mfa": AccessRow(.viewer, .any, #"{"mfa_token": "000000"}"#),
        "additions.api_keys": AccessRow(.admin, .refused, #"{"name": "x", "roles": ["viewer"]}"#),
        "additions.api_keys_list": AccessRow(.admin, .refused),
        "additions.api_key_revoke": AccessRow(.admin, .refused, path: ["key_id": "none"]),
        "session.create": AccessRow(.viewer, .own, "{}"),
        "session.get": AccessRow(.viewer, .hidden, path: ["session_id": "{client_session}"]),
        "session.reconnect": AccessRow(.viewer, .hidden, "{}", path: ["session_id": "{client_session}"]),
        "simulator.start": AccessRow(.viewer, .hidden, #"{"sessionId": "{client_session}"}"#),
        "simulator.get": AccessRow(.viewer, .hidden, query: "sessionId={client_session}"),
        "simulator.stop": AccessRow(.viewer, .hidden, #"{"sessionId": "{client_session}"}"#),
        "session.end": AccessRow(.viewer, .hidden, path: ["session_id": "none"]),
        "sse.stream": AccessRow(.viewer, .hidden, query: "sessionId={client_session}", isStream: true),
    ]

    private static let orders: [String: AccessRow] = [
        "ordersvc.submit": AccessRow(
            .trader, .hidden,
            #"{"sessionId": "{client_session}", "symbol": "ETH_USDT", "side": "BUY", "type": "LIMIT", "quantity": 0.1, "price": 1000}"#
        ),
        "ordersvc.status": AccessRow(.viewer, .hidden, query: "orderId={order_id}&sessionId={client_session}"),
        "ordersvc.cancel": AccessRow(
            .trader, .hidden, #"{"orderId": "{order_id}", "sessionId": "{client_session}"}"#),
        "ordersvc.user": AccessRow(.viewer, .own),
        "orders.place": AccessRow(
            .trader, .hidden,
            #"{"strategy_id": "zzz_beta", "instrument": "ETH_USDT", "order_type": "BUY", "quantity": 0.1, "order_kind": "LIMIT", "price": 1000, "execution_mode": "PAPER"}"#
        ),
        "orders.list": AccessRow(.viewer, .hidden, query: "strategy_id=zzz_beta"),
        "orders.modify": AccessRow(.trader, .hidden, #"{"quantity": 0.2}"#),
        "orders.cancel": AccessRow(.trader, .hidden),
        "orders.cancel_all": AccessRow(.trader, .hidden, query: "strategy_id=zzz_beta"),
        "positions.list": AccessRow(.viewer, .own),
        "positions.close": AccessRow(.trader, .hidden, #"{"quantity": 0.01}"#),
        "trades.list": AccessRow(.viewer, .hidden, query: "strategy_id=zzz_beta"),
        "v1.execute_trade": AccessRow(
            .trader, .hidden,
            #"{"account_id": "zzz", "instrument": "ETH_USDT", "direction": "LONG", "size": 0.1, "order_type": "market"}"#
        ),
        "v1.trade_status": AccessRow(.viewer, .hidden),
        "v1.modify_position": AccessRow(.trader, .hidden, #"{"stop_loss": 1}"#),
    ]

    private static let strategies: [String: AccessRow] = [
        "strategies.list": AccessRow(.viewer, .own), "strategies.get": AccessRow(.viewer, .hidden),
        "strategies.config": AccessRow(.trader, .hidden, #"{"config": {"description": "d"}}"#),
        "strategies.enable": AccessRow(.trader, .hidden), "strategies.disable": AccessRow(.trader, .hidden),
        "strategies.performance": AccessRow(.viewer, .hidden), "strategies.positions": AccessRow(.viewer, .hidden),
        "strategies.pause_entries": AccessRow(.trader, .hidden, #"{"reason": "r"}"#),
        "strategies.resume_entries": AccessRow(.trader, .hidden),
        "strategies.close_and_disable": AccessRow(.trader, .hidden),
        "additions.generations": AccessRow(.viewer, .hidden), "additions.reload": AccessRow(.admin, .refused, "{}"),
        "additions.rollback": AccessRow(.admin, .refused, "{}"), "additions.promote": AccessRow(.admin, .refused, "{}"),
        "host.shadow_discard": AccessRow(.admin, .refused), "additions.logs": AccessRow(.viewer, .hidden),
        "additions.logs_stream": AccessRow(.viewer, .hidden, isStream: true),
        "additions.functions": AccessRow(.viewer, .hidden),
        "additions.function_call": AccessRow(.trader, .hidden, "{}", path: ["function_name": "none"]),
        // Nobody starts one here: there is no such instrument.
        "strategies.backtest": AccessRow(
            .trader, .hidden,
            #"{"instruments": ["none"], "from": "2023-11-14T00:00:00Z", "to": "2023-11-15T00:00:00Z"}"#),
        "additions.backtests": AccessRow(.viewer, .hidden),
        "additions.backtest_result": AccessRow(.viewer, .hidden, path: ["backtest_id": "none"]),
        "additions.backtest_report": AccessRow(.viewer, .hidden, path: ["backtest_id": "none"]),
        "additions.backtest_cancel": AccessRow(.trader, .hidden, path: ["backtest_id": "none"]),
        "additions.plugins": AccessRow(.viewer, .own),
        "cfg.session_start": AccessRow(
            .trader, .hidden,
            #"{"session_type": "paper", "symbols": ["ETH_USDT"], "strategy_config": {"strategies": ["zzz_beta"]}}"#),
        "cfg.session_stop": AccessRow(.trader, .hidden, #"{"session_id": "{trading_session}"}"#),
        "cfg.session": AccessRow(.viewer, .hidden, path: ["session_id": "{trading_session}"]),
        "additions.sessions": AccessRow(.viewer, .own),
    ]

    private static let risk: [String: AccessRow] = [
        "risk.portfolio": AccessRow(.viewer, .own), "risk.positions": AccessRow(.viewer, .own),
        "risk.limits": AccessRow(.trader, .hidden, #"{"scope": "account", "id": "zzz", "max_open_orders": 50}"#),
        "risk.limits_in_force": AccessRow(.viewer, .hidden, query: "scope=account&id=zzz"),
        "risk.alerts": AccessRow(.viewer, .own), "risk.alert_acknowledge": AccessRow(.trader, .hidden),
        "risk.breakers": AccessRow(.viewer, .own),
        "additions.risk_denials": AccessRow(.viewer, .hidden, query: "strategy_id=zzz_beta"),
        "additions.risk_headroom": AccessRow(.viewer, .hidden, query: "account_id=zzz"),
        "additions.compliance_accounts": AccessRow(.viewer, .own),
        "additions.compliance_release": AccessRow(.admin, .refused, #"{"reason": "r"}"#),
        "risk.emergency_stop": AccessRow(.trader, .refused, #"{"reason": "r", "mode": "flatten"}"#),
        "v1.emergency_stop": AccessRow(
            .trader, .hidden, #"{"reason": "r", "triggered_by": "t", "scope": "account", "target_id": "zzz"}"#),
        "v1.emergency_stops": AccessRow(.viewer, .own),
        "v1.emergency_resolve": AccessRow(.admin, .refused, #"{"authorized_by": "a", "resolution_reason": "r"}"#),
        "v1.risk_status": AccessRow(.viewer, .own),
        "v1.assess_position_risk": AccessRow(
            .viewer, .hidden,
            #"{"account_id": "zzz", "instrument": "ETH_USDT", "direction": "LONG", "size": 0.1, "entry_price": 1000}"#),
        "v1.validate_action": AccessRow(
            .viewer, .hidden,
            #"{"account_id": "zzz", "action_type": "trade_entry", "action_details": {"instrument": "ETH_USDT", "size": 0.1, "direction": "LONG"}}"#
        ),
        "approvals.list": AccessRow(.viewer, .own), "approvals.approve": AccessRow(.trader, .hidden),
        "approvals.deny": AccessRow(.trader, .hidden, #"{"reason": "r"}"#),
        "additions.audit_verify": AccessRow(.admin, .refused), "additions.audit_export": AccessRow(.admin, .refused),
        "additions.audit_export_csv": AccessRow(.admin, .refused),
    ]

    private static let portfolio: [String: AccessRow] = [
        "engine.portfolio": AccessRow(.viewer, .own), "engine.trades_recent": AccessRow(.viewer, .own),
        "engine.execute": AccessRow(
            .trader, .any, #"{"symbol": "BTC", "side": "buy", "amount_usd": 500, "signal_confidence": 0.9}"#),
        "engine.liquidate": AccessRow(.trader, .refused, #"{"confirm": true, "reason": "r"}"#),
        "additions.rebalance": AccessRow(.viewer, .own), "rebalancer.trigger": AccessRow(.trader, .own, "{}"),
        "rebalancer.risk_metrics": AccessRow(.viewer, .own), "v1.portfolio_risk": AccessRow(.viewer, .hidden),
        "v1.performance": AccessRow(.viewer, .hidden),
    ]

    private static let hosts: [String: AccessRow] = [
        "config.put": AccessRow(.admin, .refused, #"{"risk": {"max_drawdown": 0.5}}"#),
        "engine.mode": AccessRow(.admin, .refused, #"{"mode": "mock"}"#),
        "simulation.reset": AccessRow(.trader, .refused, "{}"),
        "simulation.fast_forward": AccessRow(.trader, .refused, #"{"seconds": 1}"#),
        "simulation.add_scenario": AccessRow(
            .trader, .refused,
            #"{"name": "n", "scenario": "sideways", "symbol": "ETH", "duration_seconds": 1, "magnitude": 0.5}"#),
    ]
}
