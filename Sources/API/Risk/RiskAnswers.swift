import Portfolio
import Trading

struct PortfolioRiskAnswer: OperationOutput {
    var risk: PortfolioRiskView

    static var example: PortfolioRiskAnswer {
        PortfolioRiskAnswer(
            risk: PortfolioRiskView(
                account: "paper", currency: "USDT", time: Timestamp(nanoseconds: 0), equity: .zero, cash: .zero,
                grossExposure: .zero, dailyPnL: .zero, performance: Performance(), limits: LimitsAnswer.example.limits))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("account_id", risk.account)
            json.field("currency", risk.currency)
            json.field("equity", risk.equity)
            json.field("cash", risk.cash)
            json.field("total_exposure", risk.grossExposure)
            json.field("var_95", risk.performance.valueAtRisk95 ?? 0)
            json.field("max_drawdown", risk.performance.maxDrawdown ?? 0)
            json.field("sharpe_ratio", risk.performance.sharpeRatio ?? 0)
            json.field("daily_pnl", risk.dailyPnL)
            json.field("limits", risk.limits)
            json.field("timestamp", risk.time)
        }
    }
}

extension RiskLimitsView: JSONWritable {
    public static var schema: Schema { JSONWriter.describe { LimitsAnswer.example.limits.write(&$0) } }

    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("max_position_size", maxPositionSize)
            json.field("max_daily_loss", maxDailyLoss)
            json.field("max_drawdown", maxDrawdown)
            json.field("max_exposure", maxExposure)
        }
    }
}

struct LimitsAnswer: OperationOutput {
    var limits: RiskLimitsView

    static var example: LimitsAnswer {
        LimitsAnswer(
            limits: RiskLimitsView(maxPositionSize: .one, maxDailyLoss: .zero, maxDrawdown: .one, maxExposure: .one))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("limits", limits)
        }
    }
}

struct ScopeLimitsAnswer: OperationOutput {
    var view: ScopeLimitsView

    static var example: ScopeLimitsAnswer {
        ScopeLimitsAnswer(
            view: ScopeLimitsView(scope: .account, target: "paper", values: [("max_open_orders", .number("20"))]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("scope", view.scope.name)
            json.field("id", view.target)
            json.list("limits", view.values) { json, limit in
                json.object { json in
                    json.field("name", limit.key)
                    json.field("value", limit.value.text)
                }
            }
        }
    }
}

extension LimitChange.Value {
    fileprivate var text: String {
        switch self {
        case .number(let digits): digits
        case .word(let word): word
        case .none: ""
        }
    }
}

struct PositionRiskAnswer: OperationOutput {
    var positions: [PositionView]

    static var example: PositionRiskAnswer {
        let position = PositionView(
            id: "pos-1", strategy: "sma_cross", instrument: "BTC_USDT", account: "paper", position: Position(),
            averagePrice: .one, mark: .one, marketValue: .zero, unrealized: .zero)
        return PositionRiskAnswer(positions: [position])
    }

    func write(_ json: inout JSONWriter) {
        let gross = positions.reduce(0.0) { $0 + $1.exposure.approximate }
        json.object { json in
            json.list("positions", positions) { json, view in
                json.object { json in
                    json.field("position_id", view.id)
                    json.field("strategy_id", view.strategy)
                    json.field("instrument", view.instrument)
                    json.field("quantity", view.position.quantity)
                    json.field("market_value", view.marketValue)
                    json.field("unrealized_pnl", view.unrealized)
                    json.field("risk_contribution", gross > 0 ? view.exposure.approximate / gross : 0)
                    json.field("volatility", view.volatility)
                }
            }
        }
    }
}

struct AlertsAnswer: OperationOutput {
    var alerts: [AlertView]

    static let severities = [AlertView.Severity.low, .medium, .high, .critical].map(\.rawValue)
    static var example: AlertsAnswer {
        AlertsAnswer(
            alerts: [
                AlertView(
                    id: "alert-1", severity: .low, code: "DENIED", message: "denied", time: Timestamp(nanoseconds: 0))
            ])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("alerts", alerts) { json, alert in
                json.object { json in
                    json.field("alert_id", alert.id)
                    json.choice("severity", alert.severity.rawValue, of: Self.severities)
                    json.field("code", alert.code)
                    json.field("message", alert.message)
                    json.field("timestamp", alert.time)
                    json.nullable("acknowledged_by", alert.acknowledgedBy)
                    json.nullable("acknowledged_at", alert.acknowledgedAt)
                }
            }
        }
    }
}

struct DenialsAnswer: OperationOutput {
    var denials: [DenialView]

    static var example: DenialsAnswer {
        let denial = DenialView(
            time: Timestamp(nanoseconds: 0), strategy: "sma_cross", account: "paper", instrument: "BTC_USDT",
            orderID: nil, findings: [Finding(.orderSize, .orderNotional, observed: 2, limit: 1)])
        return DenialsAnswer(denials: [denial])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("denials", denials) { json, denial in
                json.object { json in
                    json.field("timestamp", denial.time)
                    json.nullable("strategy_id", denial.strategy)
                    json.field("account_id", denial.account)
                    json.field("instrument", denial.instrument)
                    json.nullable("order_id", denial.orderID)
                    json.field("failures", denial.findings)
                }
            }
            json.field("count", denials.count)
        }
    }
}

struct HeadroomAnswer: OperationOutput {
    var rows: [HeadroomView]

    static var example: HeadroomAnswer {
        HeadroomAnswer(rows: [HeadroomView(rule: "risk.order-rate", scope: "strategy", used: 0, limit: 1)])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("headroom", rows) { json, row in
                json.object { json in
                    json.field("rule", row.rule)
                    json.field("scope", row.scope)
                    json.field("used", ExactDecimal(raw: row.used, decimals: HeadroomView.decimals))
                    json.field("limit", ExactDecimal(raw: row.limit, decimals: HeadroomView.decimals))
                    json.field("left", ExactDecimal(raw: row.left, decimals: HeadroomView.decimals))
                    json.nullable("resets_at", row.resetsAt)
                }
            }
        }
    }
}

extension HeadroomView {
    /// Of its numbers, whatever their unit.
    static let decimals = 8

    /// limit − used, 0 where more is used than allowed.
    var left: Int128 {
        let (difference, overflow) = limit.subtractingReportingOverflow(used)
        if overflow { return used > 0 ? 0 : .max }
        return max(0, difference)
    }
}
