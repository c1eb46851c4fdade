import Trading

extension TradingOperations {
    static var backtests: [APIOperation] {
        [startBacktest, listBacktests, getBacktest, cancelBacktest, backtestReport]
    }

    private static var startBacktest: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/backtest", id: "strategies.backtest", tag: "Strategies",
            summary: "Runs a strategy over the past",
            description: """
                It runs in a process of its own beside the host, with the strategy's parameters, limits and account as they are \
                now, and touches no account. Its market is recorded data that covers all of the time, else history that the \
                simulator makes of its seed for that time, 31 days at most. Without instruments it trades the strategy's own. \
                initial_balance is in the instruments' quote currency; slippage_bps are basis points. Some run at the same \
                time, others wait; when too many wait the answer is 503.
                """,
            role: .trader, rate: .strategy, errors: [.invalid, .unknown, .conflict, .unavailable]
        ) { (input: BacktestInput, context) in
            BacktestAnswer(
                backtest: try await context.host.startBacktest(input.strategy, input.request, by: context.requester))
        }
    }

    private static var listBacktests: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/backtests", id: "additions.backtests", tag: "Strategies",
            summary: "Backtests of a strategy, newest first", description: "Without their results.", rate: .strategy,
            errors: [.unknown]
        ) { (input: StrategyIDInput, context) in
            BacktestsAnswer(backtests: try await context.host.backtests(of: input.id))
        }
    }

    private static var getBacktest: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/backtests/{backtest_id}", id: "additions.backtest_result",
            tag: "Strategies", summary: "How far a backtest is, and what it found",
            description: """
                progress goes from 0 to 1. result is there once it is completed: ratios are fractions (0.05 is 5 %), a statistic \
                that cannot be told is 0 there and null in details, which is what `stratagem backtest --json` says. error says \
                why it failed; a backtest that was cancelled has failed too.
                """,
            rate: .strategy, errors: [.unknown]
        ) { (input: BacktestIDInput, context) in
            BacktestAnswer(backtest: try await context.host.backtest(input.id, of: input.strategy))
        }
    }

    private static var cancelBacktest: APIOperation {
        APIOperation(
            .delete, "/api/strategies/{strategy_id}/backtests/{backtest_id}", id: "additions.backtest_cancel",
            tag: "Strategies", summary: "Cancels a backtest that waits or runs",
            description: "One that has ended answers 409.", role: .trader, rate: .strategy,
            errors: [.unknown, .conflict]
        ) { (input: BacktestIDInput, context) in
            BacktestAnswer(
                backtest: try await context.host.cancelBacktest(input.id, of: input.strategy, by: context.requester))
        }
    }

    private static var backtestReport: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/backtests/{backtest_id}/report", id: "additions.backtest_report",
            tag: "Strategies", summary: "The page about a backtest",
            description: "One HTML file that loads nothing from elsewhere. 409 until the backtest is completed.",
            rate: .strategy, errors: [.unknown, .conflict]
        ) { (input: BacktestIDInput, context) in
            BacktestReportAnswer(text: try await context.host.backtestReport(input.id, of: input.strategy))
        }
    }
}

struct BacktestIDInput: OperationInput {
    var strategy: String
    var id: String

    init(_ input: inout InputReader) {
        strategy = input.path.text("strategy_id")
        id = input.path.text("backtest_id")
    }
}

struct BacktestInput: OperationInput {
    var strategy: String
    var request: BacktestRequest

    /// As far back as anybody has recorded data.
    static let daysMax: Int64 = 3_660

    init(_ input: inout InputReader) {
        strategy = input.path.text("strategy_id")
        let body = input.body
        let before = body.faults.all.count
        let (from, to) = (body.time("from"), body.time("to"))
        let areTimesRead = body.faults.all.count == before
        request = BacktestRequest(
            instruments: body.optionalTexts("instruments", 0...20, each: 1...64) ?? [], from: from, to: to)
        request.timeframe = body.optionalWord("timeframe", Timeframe.named.map(\.name))
        request.initialBalance = body.optionalMoney("initial_balance", .positive)
        let half = Rate.zero...Rate(raw: Rate.one.raw / 2)
        request.commission = body.optionalRate("commission_rate", half)
        request.slippage = body.optionalRate("slippage_bps", .zero...Rate(raw: 5_000 * Rate.one.raw))
            .map { Rate(raw: $0.raw / 10_000) }
        for member in body.optionalMap("parameters") ?? [] {
            guard let text = BacktestInput.text(member.value), (1...64).contains(member.name.utf8.count) else {
                body.fault("parameters.\(member.name.prefix(80))", "must be a number, a text or a boolean")
                continue
            }
            request.parameters.append((member.name, text))
        }
        if request.parameters.count > 100 { body.fault("parameters", "must have at most 100 fields") }
        guard areTimesRead else { return }
        guard request.from < request.to else {
            body.fault("from", "must be before to")
            return
        }
        let (span, overflow) = request.to.nanoseconds.subtractingReportingOverflow(request.from.nanoseconds)
        if overflow || span > BacktestInput.daysMax * Timestamp.nanosecondsPerDay {
            body.fault("to", "must be at most \(BacktestInput.daysMax) days after from")
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .number(let digits): digits
        case .string(let text) where text.utf8.count <= 200: text
        case .boolean(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        request.instruments.enumerated().filter { instruments.named($0.element) == nil }.map {
            .unknownInstrument("instruments.\($0.offset)", $0.element)
        }
    }
}

extension Timeframe {
    fileprivate static var named: [Timeframe] { allCases.filter { $0 != .other } }
}
