import Portfolio
import Trading

/// 001's envelope around strategies with the fields of both documents.
struct StrategiesAnswer: OperationOutput {
    var strategies: [StrategyView]

    static var example: StrategiesAnswer { StrategiesAnswer(strategies: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("type", "response", of: ["response"])
            json.object("data") { json in
                json.list("strategies", strategies) { json, strategy in
                    json.object { strategy.write(&$0) }
                }
            }
        }
    }
}

struct StrategyAnswer: OperationOutput {
    var strategy: StrategyView

    static var example: StrategyAnswer { StrategyAnswer(strategy: .example) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            strategy.write(&json)
            json.list("parameter_descriptions", strategy.descriptions) { json, parameter in
                json.object { parameter.write(&$0) }
            }
        }
    }
}

struct StrategyConfigAnswer: OperationOutput {
    var strategy: StrategyView

    static var example: StrategyConfigAnswer { StrategyConfigAnswer(strategy: .example) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.object("config") { strategy.writeConfig(&$0) }
        }
    }
}

struct StrategySwitchAnswer: OperationOutput {
    var strategy: StrategyView

    static var example: StrategySwitchAnswer { StrategySwitchAnswer(strategy: .example) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("id", strategy.id)
            json.field("enabled", strategy.isEnabled)
            strategy.writeState(&json)
        }
    }
}

/// The same, with what became of orders and positions.
struct StrategyStopAnswer: OperationOutput {
    var strategy: StrategyView

    static var example: StrategyStopAnswer { StrategyStopAnswer(strategy: .example) }
    func write(_ json: inout JSONWriter) {
        let report =
            strategy.switchOff ?? SwitchOffView(policy: "cancel", cancelledOrders: 0, closing: [], kept: [])
        json.object { json in
            json.constant("success", true)
            json.field("id", strategy.id)
            json.field("enabled", strategy.isEnabled)
            strategy.writeState(&json)
            json.choice("on_stop", report.policy, of: ["cancel", "keep", "flatten"])
            json.field("cancelled_orders", report.cancelledOrders)
            json.field("closing_positions", report.closing)
            json.field("kept_positions", report.kept)
        }
    }
}

extension StrategyView {
    fileprivate func write(_ json: inout JSONWriter) {
        writeConfig(&json)
        json.field("strategy_name", name)
        json.choice("direction", direction, of: ["long", "short", "both"])
        json.field("category", category)
        json.field("tags", tags)
        json.field("enabled", isEnabled)
        writeState(&json)
        json.nullable("problem", problem)
        json.field("plugin", plugin)
        json.field("account_id", account)
        json.field("timeframe", timeframe)
        json.nullable("day_pnl", dayPnL)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
        json.object("runtime") { runtime.write(&$0) }
    }

    fileprivate func writeState(_ json: inout JSONWriter) {
        json.choice("state", state.rawValue, of: State.allCases.map(\.rawValue))
        json.field("generation", generation)
    }

    /// 004's StrategyConfig: PUT takes back exactly this. A limit that is not set is 0.
    fileprivate func writeConfig(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("description", description)
        json.map("parameters", parameters.map { ($0.name, $0.value.json) })
        json.field("instruments", instruments)
        json.executionMode(isLive: isLive)
        json.object("risk_parameters") { json in
            json.field("max_position_size", maxPositionSize ?? .zero)
            json.field("stop_loss_percent", stopLossPercent ?? .zero)
            json.field("take_profit_percent", takeProfitPercent ?? .zero)
            json.field("max_daily_loss", maxDailyLoss ?? .zero)
        }
        json.object("schedule") { json in
            json.field("start_time", schedule.startTime)
            json.field("end_time", schedule.endTime)
            json.field("days_of_week", schedule.daysOfWeek)
            json.field("time_zone", schedule.timeZone ?? "UTC")
        }
    }

    static var example: StrategyView {
        var example = StrategyView(id: "sma_cross")
        example.tags = ["trend"]
        example.instruments = ["BTC_USDT"]
        example.descriptions = [
            ParameterDescription(
                name: "fast", description: "", unit: "bars", kind: .integer, minimum: .number("1"),
                maximum: .number("9999"), standard: .number("10"))
        ]
        return example
    }
}

extension StrategyRuntime {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("events", events)
        json.field("calls", calls)
        json.field("faults", faults)
        json.field("restarts", restarts)
        json.field("slow_calls", slowCalls)
        json.field("timed_calls", timedCalls)
        json.field("call_ns_p50", callNanoseconds50)
        json.field("call_ns_p99", callNanoseconds99)
        json.field("call_ns_max", callNanosecondsMax)
        if !isolation.isEmpty { json.field("isolation", isolation) }
        if isolation == "worker" {
            json.field("confinement", confinement)
            json.field("confinement_gaps", confinementGaps)
        }
        if let residentBytes { json.field("worker_resident_bytes", residentBytes) }
        if let waitingEvents { json.field("worker_waiting_events", waitingEvents) }
    }
}

extension ParameterDescription {
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("name", name)
        json.field("description", description)
        json.nullable("unit", unit)
        json.choice("kind", kind.rawValue, of: Kind.allCases.map(\.rawValue))
        json.field("choices", choices)
        json.nullable("minimum", minimum?.json)
        json.nullable("maximum", maximum?.json)
        json.field("default", standard.json)
    }
}

extension ParameterInput {
    /// Digits that are no JSON number (a plugin's "nan") go out as a text.
    fileprivate var json: JSONValue {
        switch self {
        case .number(let digits):
            if case .number = try? JSONValue(parsing: digits) { .number(digits) } else { .string(digits) }
        case .boolean(let value): .boolean(value)
        case .text(let text): .string(text)
        }
    }
}

struct StrategyPerformanceAnswer: OperationOutput {
    var id: String
    var view: PerformanceView

    static var example: StrategyPerformanceAnswer {
        StrategyPerformanceAnswer(id: "sma_cross", view: PerformanceView(performance: Performance(), totals: nil))
    }

    func write(_ json: inout JSONWriter) {
        let performance = view.performance
        let totals = view.totals ?? StrategyTotals()
        json.object { json in
            json.field("strategy_id", id)
            json.field("total_return", performance.totalReturn ?? 0)
            json.field("annualized_return", performance.annualizedReturn ?? 0)
            json.field("sharpe_ratio", performance.sharpeRatio ?? 0)
            json.field("sortino_ratio", performance.sortinoRatio ?? 0)
            json.field("calmar_ratio", performance.calmarRatio ?? 0)
            json.field("max_drawdown", performance.maxDrawdown ?? 0)
            json.field("volatility", performance.volatility ?? 0)
            json.field("value_at_risk_95", performance.valueAtRisk95 ?? 0)
            json.field("win_rate", performance.winRate ?? 0)
            json.field("profit_factor", performance.profitFactor ?? 0)
            json.field("expectancy", performance.expectancy ?? 0)
            json.field("exposure_time", performance.exposureTime ?? 0)
            json.field("total_trades", performance.totalTrades)
            json.field("avg_trade_duration_seconds", performance.averageTradeDurationSeconds ?? 0)
            json.field("realized_pnl", totals.realized)
            json.field("unrealized_pnl", totals.unrealized)
            json.field("commission", totals.commission)
            json.field("net_pnl", totals.net)
        }
    }
}
