import Portfolio
import Trading

struct AccountRiskAnswer: OperationOutput {
    var risk: AccountRiskView

    static var example: AccountRiskAnswer {
        AccountRiskAnswer(
            risk: AccountRiskView(
                account: "paper", equity: .zero, exposure: .zero, marginUse: 0, performance: Performance(),
                positions: [.example]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("account_id", risk.account)
            json.object("overall_risk") { json in
                json.field(
                    "total_exposure", risk.equity > .zero ? risk.exposure.approximate / risk.equity.approximate : 0)
                json.field("var_95", risk.valueAtRisk.value)
                json.choice("var_method", risk.valueAtRisk.method, of: AccountRiskView.methods)
                json.field("var_95_historical", risk.performance.valueAtRisk95 ?? 0)
                json.field("var_95_parametric", risk.parametricValueAtRisk95 ?? 0)
                json.field("max_drawdown", risk.performance.maxDrawdown ?? 0)
                json.field("sharpe_ratio", risk.performance.sharpeRatio ?? 0)
                json.field("margin_usage", risk.marginUse)
            }
            json.list("position_risks", risk.positions) { json, position in
                json.object { json in
                    json.field("instrument", position.instrument)
                    json.choice("direction", position.quantity > .zero ? "LONG" : "SHORT", of: ["LONG", "SHORT"])
                    json.field("size", position.quantity.magnitude)
                    json.field("unrealized_pnl", position.unrealized)
                    json.field("risk_contribution", risk.share(of: position))
                    json.field("volatility", position.volatility)
                }
            }
            json.map(
                "correlation_matrix", risk.correlations.map { ($0.instrument, CorrelationRow(values: $0.with)) })
        }
    }
}

private struct CorrelationRow: JSONWritable {
    var values: [(instrument: String, value: Double)]
    static var schema: Schema { .map(.number) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            for (name, value) in values { json.field(name, value) }
        }
    }
}

extension AccountRiskView {
    static let methods = ["historical", "parametric"]
    /// So many daily returns a percentile of them needs to say something.
    static let daysMin = 20

    var valueAtRisk: (value: Double, method: String) {
        if let historical = performance.valueAtRisk95, days >= AccountRiskView.daysMin {
            return (historical, AccountRiskView.methods[0])
        }
        return (positionsValueAtRisk95 ?? 0, AccountRiskView.methods[1])
    }

    /// Of the gross exposure.
    func share(of position: NetPositionView) -> Double {
        exposure > .zero ? position.marketValue.magnitude.approximate / exposure.approximate : 0
    }

    /// Mean of the correlations of different instruments; 0 without two of them.
    var meanCorrelation: Double {
        var (sum, count) = (0.0, 0)
        for row in correlations {
            for other in row.with where other.instrument != row.instrument {
                sum += other.value
                count += 1
            }
        }
        return count > 0 ? sum / Double(count) : 0
    }

    /// Mean correlation of one instrument with the others.
    func meanCorrelation(of instrument: String) -> Double {
        let others =
            correlations.first { $0.instrument == instrument }?.with.filter { $0.instrument != instrument } ?? []
        return others.isEmpty ? 0 : others.reduce(0) { $0 + $1.value } / Double(others.count)
    }
}

struct RiskMetricsAnswer: OperationOutput {
    var risk: AccountRiskView

    static var example: RiskMetricsAnswer { RiskMetricsAnswer(risk: AccountRiskAnswer.example.risk) }

    func write(_ json: inout JSONWriter) {
        let day = risk.positionsValueAtRisk95 ?? 0
        json.object { json in
            json.object("portfolio_risk") { json in
                json.field("var_1d", 0 - day)
                json.field("var_7d", 0 - day * 7.0.squareRoot())
                json.field("sharpe_ratio", risk.performance.sharpeRatio ?? 0)
                json.field("max_drawdown", risk.performance.maxDrawdown ?? 0)
                json.field("correlation_risk", risk.meanCorrelation)
            }
            json.list("position_risks", risk.positions) { json, position in
                json.object { json in
                    json.field("symbol", position.symbol)
                    json.field("position_risk", risk.share(of: position))
                    json.field("correlation_factor", risk.meanCorrelation(of: position.instrument))
                    json.field("volatility", position.volatility)
                }
            }
        }
    }
}

struct AccountPerformanceAnswer: OperationOutput {
    var performance: AccountPerformanceView

    static var example: AccountPerformanceAnswer {
        AccountPerformanceAnswer(
            performance: AccountPerformanceView(
                performance: Performance(),
                periods: [PerformanceHistory.Period(firstDay: 0, profit: .zero, rateOfReturn: 0)]))
    }

    func write(_ json: inout JSONWriter) {
        let all = performance.performance
        json.object { json in
            json.object("account_performance") { json in
                json.field("total_return", all.totalReturn ?? 0)
                json.field("annualized_return", all.annualizedReturn ?? 0)
                json.field("sharpe_ratio", all.sharpeRatio ?? 0)
                json.field("sortino_ratio", all.sortinoRatio ?? 0)
                json.field("calmar_ratio", all.calmarRatio ?? 0)
                json.field("max_drawdown", all.maxDrawdown ?? 0)
                json.field("volatility", all.volatility ?? 0)
                json.field("win_rate", all.winRate ?? 0)
                json.field("profit_factor", all.profitFactor ?? 0)
                json.field("total_trades", all.totalTrades)
                json.field("avg_trade_duration", DurationText.of(all.averageTradeDurationSeconds ?? 0))
            }
            json.list("daily_performance", performance.periods) { json, period in
                json.object { json in
                    json.field("date", CivilDate(daysSinceEpoch: period.firstDay).description)
                    json.field("pnl", period.profit)
                    json.field("return", period.rateOfReturn)
                    json.field("trades", period.trades.count)
                    json.field("win_rate", Performance.winRate(period.trades) ?? 0)
                }
            }
        }
    }
}

/// "4h 25m", as document 003 writes it; below an hour "25m 10s".
enum DurationText {
    static func of(_ seconds: Double) -> String {
        let seconds = seconds.isFinite ? Int(min(max(seconds, 0), 1e15)) : 0
        let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60)
        return hours > 0 ? "\(hours)h \(minutes)m" : "\(minutes)m \(seconds % 60)s"
    }
}
