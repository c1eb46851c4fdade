"""What the cases know of each operation: who may do it, and a request that only the spoilt field makes bad."""

ROLES = ["viewer", "trader", "admin"]


class Operation:
    def __init__(self, role, body=None, path=None, query="", dialect="d003"):
        self.role = role
        self.body = body
        self.path = path or {}
        self.query = query
        # Where /openapi.json describes no error: only another method fails there.
        self.dialect = dialect


CONFIG = {"config": {
    "id": "sma_cross", "name": "SMA", "description": "d", "instruments": ["BTC_USDT"], "execution_mode": "PAPER",
    "parameters": {}, "schedule": {"start_time": "00:00", "end_time": "24:00", "days_of_week": [1, 2]},
    "risk_parameters": {"max_position_size": 1, "stop_loss_percent": 1, "take_profit_percent": 1, "max_daily_loss": 1}}}
ORDER = {"strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "quantity": 0.001,
         "order_kind": "STOP_LIMIT", "price": 40000, "stop_price": 40000, "time_in_force": "GTC", "execution_mode": "PAPER"}
DRILL = {"reason": "r", "triggered_by": "t", "scope": "system", "drill": True}
STRATEGY = {"strategy_id": "sma_cross"}
NONE = {"strategy_id": "none"}
SESSION = {"session_id": "none"}
MARKET = {"instrument": "BTC_USDT"}

# None = open to all.
OPERATIONS = {
    "auth.login": Operation(None, {"username": "nobody", "password": "x"}),
    "auth.refresh": Operation(None, {"refreshToken": "x"}),
    "auth.logout": Operation("viewer", {}),
    "auth.validate": Operation(None, {"token": "x"}),
    "auth.profile": Operation("viewer"),
    "auth.setup_mfa": Operation("viewer", {}),
    "auth.verify_mfa": Operation("viewer", {"mfa_token": "000000"}),
    "additions.api_keys": Operation("admin", {"name": "k", "roles": ["viewer"]}),
    "additions.api_keys_list": Operation("admin"),
    "additions.api_key_revoke": Operation("admin", path={"key_id": "key-none"}),
    "strategies.list": Operation("viewer"),
    "strategies.get": Operation("viewer", path=STRATEGY),
    "strategies.config": Operation("trader", CONFIG, STRATEGY),
    "strategies.enable": Operation("trader", {}, {"strategy_id": "none"}),
    "strategies.disable": Operation("trader", {}, {"strategy_id": "none"}),
    "strategies.performance": Operation("viewer", path=STRATEGY),
    "strategies.positions": Operation("viewer", path=STRATEGY),
    "additions.generations": Operation("viewer", path=STRATEGY),
    "additions.reload": Operation("admin", {"mode": "swap", "memory": "keep"}, NONE),
    "additions.rollback": Operation("admin", {"generation": 1, "memory": "keep"}, NONE),
    "additions.promote": Operation("admin", {}, NONE),
    "host.shadow_discard": Operation("admin", path=NONE),
    "additions.logs": Operation("viewer", path=STRATEGY),
    "additions.logs_stream": Operation("viewer", path=NONE),
    "additions.functions": Operation("viewer", path=STRATEGY),
    "strategies.backtest": Operation("trader", {
        "instruments": ["BTC_USDT"], "from": "2023-11-14T00:00:00Z", "to": "2023-11-15T00:00:00Z", "timeframe": "1m",
        "initial_balance": 10000, "commission_rate": 0.001, "slippage_bps": 1, "parameters": {}}, NONE),
    "additions.backtests": Operation("viewer", path=STRATEGY),
    "additions.backtest_result": Operation("viewer", path=NONE | {"backtest_id": "none"}),
    "additions.backtest_report": Operation("viewer", path=NONE | {"backtest_id": "none"}),
    "additions.backtest_cancel": Operation("trader", path=NONE | {"backtest_id": "none"}),
    "additions.function_call": Operation("trader", {}, {"strategy_id": "none", "function_name": "none"}),
    "additions.plugins": Operation("viewer"),
    "sse.stream": Operation("viewer", query="sessionId=none"),
    "session.create": Operation("viewer", {}),
    "session.get": Operation("viewer", path=SESSION),
    "session.reconnect": Operation("viewer", {}, SESSION),
    "session.end": Operation("viewer", path=SESSION),
    "simulator.start": Operation("viewer", {"sessionId": "none"}),
    "simulator.get": Operation("viewer", path={"simulator_id": "none"}, query="sessionId=none"),
    "simulator.stop": Operation("viewer", {"sessionId": "none"}, {"simulator_id": "none"}),
    "ordersvc.submit": Operation("trader", {
        "sessionId": "none", "symbol": "BTC_USDT", "side": "BUY", "type": "STOP_LIMIT", "quantity": 0.001, "price": 40000,
        "stopPrice": 40000}),
    "ordersvc.status": Operation("viewer", query="orderId=ord-none&sessionId=none"),
    "ordersvc.cancel": Operation("trader", {"orderId": "ord-none", "sessionId": "none"}),
    "ordersvc.user": Operation("viewer"),
    "orders.place": Operation("trader", ORDER),
    "orders.list": Operation("viewer"),
    "orders.modify": Operation("trader", {"quantity": 1}, {"order_id": "ord-none"}),
    "orders.cancel": Operation("trader", path={"order_id": "ord-none"}),
    # Of a strategy that is not there: nothing that works is cancelled.
    "orders.cancel_all": Operation("trader", query="strategy_id=none"),
    "positions.list": Operation("viewer"),
    "positions.close": Operation("trader", {"quantity": 1}, {"position_id": "pos-none"}),
    "trades.list": Operation("viewer"),
    "cfg.symbols": Operation(None, dialect="d001"),
    "cfg.exchange_symbols": Operation(None, dialect="d001"),
    "cfg.session_start": Operation("trader", {
        "session_type": "live", "symbols": ["BTC_USDT"], "strategy_config": {"strategies": ["sma_cross"]},
        "config": {"budget": {"global_cap": 1000, "allocations": {}}, "stop_loss_percent": 5, "take_profit_percent": 10,
                   "max_position_size": 100, "session_id": "none", "acceleration_factor": 10},
        "idempotent": True}, dialect="d001"),
    "cfg.session_stop": Operation("trader", {"session_id": "none"}, dialect="d001"),
    "cfg.session": Operation("viewer", path={"session_id": "none"}, dialect="d001"),
    "additions.sessions": Operation("viewer", dialect="d001"),
    "cfg.data_sessions": Operation(None, dialect="d001"),
    # A second of the market, and a course that hardly shows.
    "simulation.reset": Operation("trader", {}),
    "simulation.fast_forward": Operation("trader", {"seconds": 1}),
    "simulation.add_scenario": Operation("trader", {
        "name": "n", "scenario": "sideways", "symbol": "AUD_USD", "duration_seconds": 1, "magnitude": 0.5}),
    "config.get": Operation("viewer"),
    "config.put": Operation("admin", {"trading": {"max_position_size": 0.05}, "risk": {"max_drawdown": 0.5}}),
    "config.validate": Operation("viewer", {"trading": {"max_position_size": 0.05}}),
    "market.instruments": Operation("viewer"),
    "market.depth": Operation("viewer", path=MARKET),
    "market.candles": Operation(
        "viewer", path=MARKET, query="timeframe=1m&from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z"),
    "market.ticks": Operation("viewer", path=MARKET),
    "market.stats": Operation("viewer", path=MARKET),
    "market.features": Operation("viewer"),
    "market.instrument_features": Operation("viewer", path=MARKET, query="timeframe=1m"),
    "v1.market_state": Operation("viewer", path=MARKET, query="timeframe=1s"),
    "signals.latest": Operation("viewer"),
    "signals.generate": Operation("trader", {
        "symbol": "ETH", "features": {"current_price": 2650.3, "rsi": 42.1}, "model": "rules"}),
    "signals.performance": Operation("viewer"),
    "test.generate_signal": Operation("trader", {"symbol": "ETH", "scenario": "sideways", "confidence": 0.5}),
    "v1.generate_signal": Operation("trader", {
        "instrument": "EUR_USD", "timeframe": "H1", "model": "rules",
        "market_data": {"price_data": [1.1, 1.2], "volume_data": [5, 6], "indicators": {"adx": 25}}}),
    "v1.signals": Operation("viewer", query="instrument=EUR_USD&status=pending&page=1&page_size=5"),
    "bridge.status": Operation("viewer"),
    "bridge.configure": Operation("admin", {
        "signal_threshold": 0.65, "max_position_size": 0.05, "risk_limit": 0.15, "enabled": False}),
    "bridge.dead_letters": Operation("viewer", query="limit=5&offset=0"),
    "risk.portfolio": Operation("viewer"),
    "risk.positions": Operation("viewer"),
    "risk.limits": Operation("trader", {"max_position_size": 1, "scope": "account", "max_open_orders": 100, "remove": []}),
    "risk.limits_in_force": Operation("viewer", query="scope=strategy&id=sma_cross"),
    "risk.alerts": Operation("viewer"),
    "risk.alert_acknowledge": Operation("trader", path={"alert_id": "alr-none"}),
    "risk.breakers": Operation("viewer"),
    "v1.assess_position_risk": Operation("viewer", {
        "account_id": "paper", "instrument": "EUR_USD", "direction": "LONG", "size": 10000, "entry_price": 1.1,
        "stop_loss": 1.09, "take_profit": 1.2}),
    "v1.validate_action": Operation("viewer", {
        "account_id": "paper", "action_type": "trade_entry",
        "action_details": {"instrument": "EUR_USD", "size": 10000, "direction": "LONG"}}),
    "approvals.list": Operation("viewer"),
    "approvals.approve": Operation("trader", path={"approval_id": "apr-none"}),
    "approvals.deny": Operation("trader", {"reason": "r"}, {"approval_id": "apr-none"}),
    "strategies.pause_entries": Operation("trader", {"reason": "r"}, NONE),
    "strategies.resume_entries": Operation("trader", path=NONE),
    "strategies.close_and_disable": Operation("trader", path=NONE),
    "additions.risk_denials": Operation("viewer"),
    "additions.risk_headroom": Operation("viewer"),
    "additions.compliance_accounts": Operation("viewer"),
    "additions.compliance_release": Operation("admin", {"reason": "r"}, {"account_id": "none"}),
    "risk.emergency_stop": Operation("trader", {"reason": "r", "drill": True}),
    "v1.emergency_stop": Operation("trader", DRILL),
    "v1.emergency_stops": Operation("viewer"),
    "v1.emergency_resolve": Operation(
        "admin", {"authorized_by": "a", "resolution_reason": "r"}, {"stop_id": "stop-none"}),
    "additions.audit_verify": Operation("admin"),
    "additions.audit_export": Operation("admin"),
    "additions.audit_export_csv": Operation("admin"),
    "engine.portfolio": Operation("viewer"),
    "engine.trades_recent": Operation("viewer"),
    "engine.execute": Operation("trader", {
        "symbol": "ADA", "side": "buy", "amount_usd": 500, "signal_confidence": 0.1, "max_slippage": 0.005}),
    "engine.liquidate": Operation("trader", {"confirm": True, "reason": "r"}),
    "engine.mode": Operation("admin", {"mode": "mock", "initial_balance": "10000"}),
    "rebalancer.risk_metrics": Operation("viewer"),
    "additions.rebalance": Operation("viewer"),
    "rebalancer.trigger": Operation("trader", {"reason": "r", "force": False, "dry_run": True, "account_id": "paper"}),
    "v1.risk_status": Operation("viewer"),
    "v1.portfolio_risk": Operation("viewer", path={"account_id": "paper"}),
    "v1.performance": Operation("viewer", path={"account_id": "paper"}),
    # Of a signal that is not there: nothing is sent.
    "v1.execute_trade": Operation("trader", {
        "signal_id": "none", "account_id": "paper", "instrument": "EUR_USD", "direction": "LONG", "size": 10000,
        "order_type": "limit", "price": 1, "stop_loss": 0.9, "take_profit": 1.1,
        "personality_variance": {"timing_delay": 200, "size_variance": 0.1, "level_variance": 0.01}}),
    "v1.trade_status": Operation("viewer", path={"trade_id": "trade-none"}),
    "v1.modify_position": Operation(
        "trader", {"stop_loss": 1, "take_profit": 2, "partial_close": {"size": 1, "reason": "r"}},
        {"trade_id": "trade-none"}),
    "health.main": Operation(None),
    "health.readiness": Operation(None, dialect="d000"),
    "metrics": Operation(None),
    "additions.openapi": Operation(None),
    "docs.page": Operation(None),
    "docs.migration": Operation(None),
}
# Bodies whose fields nobody reads, or that may be wrong.
ANY_BODY = {"strategies.enable", "strategies.disable", "additions.promote", "additions.function_call", "config.validate"}
