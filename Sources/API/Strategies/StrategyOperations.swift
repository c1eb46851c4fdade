extension TradingOperations {
    static var strategies: [APIOperation] {
        [
            listStrategies, getStrategy, configureStrategy, enableStrategy, disableStrategy, strategyPerformance,
            strategyPositions,
        ]
    }

    private static var listStrategies: APIOperation {
        APIOperation(
            .get, "/api/strategies", id: "strategies.list", tag: "Strategies", summary: "All strategies",
            description: "One that did not load is listed too, with the state faulted and its problem.",
            rate: .strategy, isSnapshot: true, dialect: .d003and001
        ) { (_: NoInput, context) in
            StrategiesAnswer(strategies: try await context.host.strategies())
        }
    }

    private static var getStrategy: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}", id: "strategies.get", tag: "Strategies", summary: "One strategy",
            description: """
                parameter_descriptions are the plugin's own: what each parameter is, its unit, its bounds (inclusive, null where the \
                kind has none) and its default. A duration is in seconds.
                """,
            rate: .strategy, isSnapshot: true, errors: [.unknown]
        ) { (input: StrategyIDInput, context) in
            StrategyAnswer(strategy: try await context.host.strategy(input.id))
        }
    }

    private static var configureStrategy: APIOperation {
        APIOperation(
            .put, "/api/strategies/{strategy_id}/config", id: "strategies.config", tag: "Strategies",
            summary: "Merges a change into a strategy's configuration",
            description: """
                What the body does not name stays, also inside parameters and risk_parameters; schedule is replaced as a whole. \
                max_position_size is in units of the instrument, max_daily_loss in the account's currency, stop_loss_percent and \
                take_profit_percent in percent of the entry price; 0 is no limit.
                """,
            role: .trader, rate: .strategy, errors: [.invalid, .unknown, .conflict, .unavailable]
        ) { (input: StrategyConfigInput, context) in
            StrategyConfigAnswer(
                strategy: try await context.host.configure(input.id, input.change, by: context.requester))
        }
    }

    private static var enableStrategy: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/enable", id: "strategies.enable", tag: "Strategies",
            summary: "Enables a strategy",
            description: "One that is faulted or quarantined answers 409: it must be loaded anew first.",
            role: .trader, rate: .strategy, errors: [.unknown, .conflict, .tradingStopped, .unavailable]
        ) { (input: StrategyIDInput, context) in
            StrategySwitchAnswer(strategy: try await context.host.enable(input.id, by: context.requester))
        }
    }

    private static var disableStrategy: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/disable", id: "strategies.disable", tag: "Strategies",
            summary: "Disables a strategy",
            description: """
                Its `on_stop` says what becomes of the rest: cancel ends its orders but the protective ones, keep nothing, flatten \
                also closes its positions. The answer says what was done.
                """,
            role: .trader, rate: .strategy, errors: [.unknown, .conflict, .unavailable]
        ) { (input: StrategyIDInput, context) in
            StrategyStopAnswer(strategy: try await context.host.disable(input.id, by: context.requester))
        }
    }

    private static var strategyPerformance: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/performance", id: "strategies.performance", tag: "Strategies",
            summary: "What a strategy has earned, and at which risk",
            description: """
                Ratios are fractions (0.05 is 5 %), amounts are in the account's currency, realized_pnl is before commission. \
                What cannot be computed yet is 0.
                """,
            rate: .strategy, errors: [.unknown]
        ) { (input: StrategyIDInput, context) in
            StrategyPerformanceAnswer(id: input.id, view: try await context.host.performance(of: input.id))
        }
    }

    private static var strategyPositions: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/positions", id: "strategies.positions", tag: "Strategies",
            summary: "A strategy's open positions", rate: .strategy, errors: [.unknown]
        ) { (input: StrategyIDInput, context) in
            PositionsAnswer(positions: try await context.host.positions(strategy: input.id))
        }
    }
}

struct StrategyIDInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("strategy_id") }
}
