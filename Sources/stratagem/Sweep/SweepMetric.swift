/// What the runs of a sweep are ordered by.
enum SweepMetric: String, CaseIterable {
    case totalReturn = "total_return"
    case annualizedReturn = "annualized_return"
    case sharpeRatio = "sharpe_ratio"
    case sortinoRatio = "sortino_ratio"
    case calmarRatio = "calmar_ratio"
    case maxDrawdown = "max_drawdown"
    case winRate = "win_rate"
    case profitFactor = "profit_factor"
    case expectancy
    case totalTrades = "total_trades"
    case averageTradeDuration = "avg_trade_duration"
    case exposureTime = "exposure_time"
    case volatility
    case valueAtRisk95 = "var_95"
    case equity
    case trades

    /// Of risks the smallest is the best, of all else the largest.
    var isBestLow: Bool { [.maxDrawdown, .volatility, .valueAtRisk95].contains(self) }

    /// For people.
    var title: String {
        switch self {
        case .totalReturn: "return"
        case .annualizedReturn: "return in a year"
        case .sharpeRatio: "Sharpe ratio"
        case .sortinoRatio: "Sortino ratio"
        case .calmarRatio: "Calmar ratio"
        case .maxDrawdown: "max drawdown"
        case .winRate: "win rate"
        case .profitFactor: "profit factor"
        case .expectancy: "expectancy"
        case .totalTrades, .trades: "trades"
        case .averageTradeDuration: "trade lasts"
        case .exposureTime: "exposure"
        case .volatility: "volatility"
        case .valueAtRisk95: "VaR 95 %"
        case .equity: "equity"
        }
    }

    /// At the head of something.
    var heading: String { title.prefix(1).uppercased() + title.dropFirst() }

    /// Of 1: people read percents.
    var isFraction: Bool {
        switch self {
        case .totalReturn, .annualizedReturn, .maxDrawdown, .winRate, .exposureTime, .volatility, .valueAtRisk95: true
        default: false
        }
    }

    func shown(_ value: Double?) -> String {
        guard let value else { return "–" }
        switch self {
        case .totalTrades, .trades: return NumberText.fixed(value, 0)
        case .averageTradeDuration: return NumberText.duration(seconds: value)
        case .equity: return NumberText.grouped(value, decimals: 2)
        default: return isFraction ? NumberText.percent(value) : NumberText.ratio(value)
        }
    }
}
