import Portfolio
import Trading

/// What accounts hold and make (documents 002 and 003).
public enum PortfolioOperations {
    public static let all = [
        portfolio, recent, execute, liquidate, metrics, accountRisk, performance, riskStatus,
    ]

    static let portfolio = APIOperation(
        .get, "/portfolio", id: "engine.portfolio", tag: "Portfolio", summary: "Cash, positions and result",
        description: """
            Of the first account that the user sees, in its currency, net per symbol over all strategies. total_value is cash_balance and invested_value; \
            of a position that settles its profit only, that profit is invested.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        PortfolioAnswer(portfolio: try await context.host.portfolio(ofAccount: nil))
    }

    static let recent = APIOperation(
        .get, "/trades/recent", id: "engine.trades_recent", tag: "Portfolio", summary: "The newest trades",
        description: """
            Orders that have traded, newest first; price is the average of their fills, signal_confidence null where no \
            signal was behind it. The id is that of the order.
            """,
        rate: .standard
    ) { (input: RecentTradesInput, context) in
        RecentTradesAnswer(
            orders: try await context.host.executedOrders(ofAccount: nil, limit: input.limit),
            symbols: try await context.symbols)
    }

    static let execute = APIOperation(
        .post, "/trades/execute", id: "engine.execute", tag: "Portfolio",
        summary: "Trades a signal for an amount of money",
        description: """
            amount_usd is an amount of the instrument's quote currency. With max_slippage (a fraction) the order is a limit \
            that far from the price it meets, and what does not trade at once is cancelled; without it a market order. \
            Signals of a confidence below trading.signal_threshold (GET /config) are refused. Takes Idempotency-Key.
            """,
        role: .trader, rate: .standard,
        errors: [.weakSignal, .insufficientFunds, .riskLimit, .compliance, .conflict, .tradingStopped, .unavailable]
    ) { (input: ExecuteInput, context) in
        let key = try context.idempotencyKey()
        return ExecutedAnswer(
            trade: try await context.host.trade(input.trade, key: key, by: context.requester))
    }

    static let liquidate = APIOperation(
        .post, "/emergency/liquidate-all", id: "engine.liquidate", tag: "Portfolio",
        summary: "Cancels every order and closes every position",
        description: """
            Stops the whole system in the mode flatten; the stop is named in stop_id and released like any other. \
            liquidated_positions is what was held: closing goes on until all is flat.
            """,
        role: .trader, rate: .unlimited
    ) { (input: LiquidateInput, context) in
        LiquidationAnswer(
            liquidation: try await context.host.liquidate(reason: input.reason, by: context.requester),
            time: context.time)
    }

    static let metrics = APIOperation(
        .get, "/risk/metrics", id: "rebalancer.risk_metrics", tag: "Portfolio", summary: "Risk of the portfolio",
        description: """
            Of the first account that the user sees. var_1d and var_7d are parametric values at risk at 95 % of the positions as they \
            are, fractions of equity and losses where negative: 1.645 times the root mean square of the weighted one-minute returns of \
            the last hour, times √1,440 for a day and √7 more for seven (normal returns with mean 0, RiskMetrics 1996). sharpe_ratio \
            is the mean of the account's daily returns over their standard deviation, times √(returns per year), the \
            risk-free rate being 0; max_drawdown the largest fall of its day ends from their highest, 0…1. correlation_risk is the mean of \
            Pearson's correlations of the same one-minute returns over all pairs of held instruments. Of a position, \
            position_risk is its share of gross exposure, correlation_factor its mean correlation with the others, and \
            volatility that of its one-minute returns of the last hour, by the year. What cannot be told yet is 0.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        let account = try await context.host.portfolio(ofAccount: nil).account
        return RiskMetricsAnswer(risk: try await context.host.risk(ofAccount: account))
    }

    static let accountRisk = APIOperation(
        .get, "/api/v1/portfolio-risk/{account_id}", id: "v1.portfolio_risk", tag: "Portfolio",
        summary: "Risk of an account",
        description: """
            Fractions of equity, a loss positive. var_95 is of one day: historical, from at least 20 daily returns of the \
            account; before that parametric, of the positions as they are (var_method names which). The correlation matrix is \
            that of one-minute returns of the last hour.
            """,
        rate: .standard, errors: [.unknown]
    ) { (input: AccountInput, context) in
        AccountRiskAnswer(risk: try await context.host.risk(ofAccount: input.account))
    }

    static let performance = APIOperation(
        .get, "/api/v1/performance/{account_id}", id: "v1.performance", tag: "Portfolio",
        summary: "What an account made, by day, week or month",
        description: """
            Days are the account's; `date` is the first day of a period, a week begins on Monday. Statistics are of daily \
            returns, the drawdown that of day ends; what cannot be told yet is 0. The present day counts up to now.
            """,
        rate: .performance, errors: [.unknown]
    ) { (input: PerformanceInput, context) in
        AccountPerformanceAnswer(
            performance: try await context.host.performance(
                ofAccount: input.account, from: input.from, to: input.to, input.length))
    }
}

extension OperationContext {
    /// Short names by instrument.
    fileprivate var symbols: [String: String] {
        get async throws {
            Dictionary(
                try await host.instruments().map { ($0.instrument.id, $0.aliases.first ?? $0.instrument.id) },
                uniquingKeysWith: { first, _ in first })
        }
    }
}

struct AccountInput: OperationInput {
    var account: String
    init(_ input: inout InputReader) { account = input.path.text("account_id", 1...64) }
}

struct RecentTradesInput: OperationInput {
    var limit: Int
    init(_ input: inout InputReader) { limit = input.query.integer("limit", 1...1000, default: 50) }
}

struct ExecuteInput: OperationInput {
    var trade: SignalTrade

    init(_ input: inout InputReader) {
        let body = input.body
        trade = SignalTrade(
            instrument: body.text("symbol", 1...64), side: body.choice("side", ["buy": Side.buy, "sell": .sell]),
            amount: body.amount("amount_usd"), confidence: body.rate("signal_confidence", Rate.zero...Rate.one),
            maxSlippage: body.optionalRate("max_slippage", Rate.zero...Rate.one))
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        instruments.named(trade.instrument) == nil ? [.unknownInstrument("symbol", trade.instrument)] : []
    }
}

struct LiquidateInput: OperationInput {
    var reason: String

    init(_ input: inout InputReader) {
        let isConfirmed = input.body.boolean("confirm")
        if !isConfirmed, !input.body.hasFault("confirm") { input.body.fault("confirm", "must be true") }
        reason = input.body.optionalText("reason", 0...500) ?? "liquidate all"
    }
}

struct PerformanceInput: OperationInput {
    var account: String
    var from: Timestamp?
    var to: Timestamp?
    var length: PerformanceHistory.Length

    init(_ input: inout InputReader) {
        account = input.path.text("account_id", 1...64)
        let query = input.query
        (from, to) = query.optionalRange("date_from", "date_to")
        length =
            query.optionalChoice("timeframe", ["daily": .daily, "weekly": .weekly, "monthly": .monthly]) ?? .daily
    }
}
