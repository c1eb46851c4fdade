import Trading

/// The signal generator (document 002).
public enum SignalOperations {
    public static let all = [latest, generate, performance, test] + SignalAgentOperations.all

    private static let meaning = """
        confidence is how likely the likelier side is (0.5 = a toss-up; below 0.55 a model's signal is HOLD), \
        prediction_strength −1 … 1. sentiment is order-flow imbalance, (bought − sold) / (bought + sold) by the aggressors of the \
        latest 200 trades, or else the imbalance of the book's best five levels; the host reads no news. ml_features counts the \
        features that were known to the model. entry_price is the market's price, or the current_price that was given; stop and \
        target follow from the average true range of 14 bars and the nearest support and resistance. Times are the market's.
        """

    static let latest = APIOperation(
        .get, "/signals/latest", id: "signals.latest", tag: "Signals", summary: "The newest signal of each symbol",
        description: meaning, rate: .standard, errors: [.unavailable]
    ) { (_: NoInput, context) in
        LatestSignalsAnswer(signals: try await context.host.latestSignals(accounts: nil))
    }

    static let generate = APIOperation(
        .post, "/signals/generate", id: "signals.generate", tag: "Signals", summary: "Makes a signal",
        description: """
            By `model` (the host's own without it) over its timeframe. `features` stand in place of what the host measures: names \
            of GET /api/features, or current_price, rsi, macd, macd_signal, macd_histogram, atr, adx, cci, mfi, obv, stochastic, \
            bollinger; volume_24h is taken and moves nothing. Such a signal is kept like any other, but does not count for the \
            accuracy. It does not trade. \(meaning)
            """,
        role: .trader, rate: .standard, errors: [.unavailable]
    ) { (input: GenerateSignalInput, context) in
        SignalAnswer(signal: try await context.host.generateSignal(input.request, by: context.requester).signal)
    }

    static let performance = APIOperation(
        .get, "/signals/performance", id: "signals.performance", tag: "Signals",
        summary: "How often signals were right",
        description: """
            A signal is judged by the market's price when its horizon has passed, against that of its making, both of the last \
            second that had closed: BUY is right where it is higher, SELL where it is lower, HOLD where it is at most half an \
            average true range times the root of the horizon's bars away. Test signals and those with values of the client's do \
            not count, nor do those that are undecided or whose price nobody saw (unknown). total_signals, avg_confidence \
            and performance_by_asset are of the decided ones of 30 days; 0 before the first.
            """,
        rate: .standard, errors: [.unavailable]
    ) { (_: NoInput, context) in
        SignalPerformanceAnswer(view: try await context.host.signalPerformance())
    }

    static let test = APIOperation(
        .post, "/test/generate-signal", id: "test.generate_signal", tag: "Signals",
        summary: "Makes a signal to test with",
        description: """
            bull_market says BUY, bear_market and flash_crash say SELL, sideways and high_volatility HOLD, with the confidence that \
            is asked for. It is kept and sent like any other, and counts for no accuracy. 403 while the mode is live.
            """,
        role: .trader, rate: .standard, errors: [.forbidden, .unavailable]
    ) { (input: TestSignalInput, context) in
        SignalAnswer(signal: try await context.host.testSignal(input.request, by: context.requester))
    }
}
