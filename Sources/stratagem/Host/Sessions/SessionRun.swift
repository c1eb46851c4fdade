import API

/// What a backtest of one strategy over one instrument came to; read from the JSON that `stratagem backtest` prints.
struct SessionRun: Codable, Equatable {
    struct Statistics: Codable, Equatable {
        // The names of the command line's result.
        var total_return: Double?
        var sharpe_ratio: Double?
        var max_drawdown: Double?
        var win_rate: Double?
        var profit_factor: Double?
        var total_trades: Int
    }

    var strategy: String
    var instrument: String
    var performance: Statistics?
    var problem: String?

    /// A statistic that cannot be told is 0.
    var view: SessionRunView {
        SessionRunView(
            strategy: strategy, instrument: instrument, problem: problem,
            totalReturn: performance?.total_return ?? 0, sharpeRatio: performance?.sharpe_ratio ?? 0,
            maxDrawdown: performance?.max_drawdown ?? 0, winRate: performance?.win_rate ?? 0,
            profitFactor: performance?.profit_factor ?? 0, trades: performance?.total_trades ?? 0)
    }
}
