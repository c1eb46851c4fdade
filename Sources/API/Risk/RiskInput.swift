import Trading

struct LimitsInput: OperationInput {
    var change = LimitChange()

    init(_ input: inout InputReader) {
        // A limit of 0 would be a stop, and that is another operation. Above 1 counts with borrowed money.
        let smallest = Rate(raw: 1)
        let borrowed = smallest...Rate(raw: 100 * Rate.one.raw)
        let body = input.body
        change.maxPositionSize = body.optionalRate("max_position_size", borrowed)
        change.maxDailyLoss = body.optionalMoney("max_daily_loss")
        change.maxDrawdown = body.optionalRate("max_drawdown", smallest...Rate.one)
        change.maxExposure = body.optionalRate("max_exposure", borrowed)
        change.scope = body.optionalChoice("scope", LimitPlaceInput.scopes) ?? .account
        change.target = body.optionalText("id", 1...64)
        change.reason = body.optionalText("reason", 1...500) ?? ""
        for name in ["max_order_quantity", "max_position_quantity"] {
            set(name, body.optionalQuantity(name, .notNegative)?.description)
        }
        for name in [
            "max_order_notional", "max_position_notional", "max_gross_exposure", "max_net_exposure",
            "budget_global_cap", "budget_allocation",
        ] {
            set(name, body.optionalMoney(name, .notNegative)?.description)
        }
        for name in ["max_position_equity_fraction", "max_concentration", "max_slippage"] {
            set(name, body.optionalRate(name, .zero...Rate.one)?.description)
        }
        let percent = Rate.zero...Rate(raw: 100 * Rate.one.raw)
        set("price_collar_percent", body.optionalRate("price_collar_percent", percent)?.description)
        set("max_leverage", body.optionalRate("max_leverage", .zero...Rate(raw: 1000 * Rate.one.raw))?.description)
        for (name, range) in LimitsInput.counts { set(name, body.optionalInteger(name, range).map(String.init)) }
        let bases = DailyLossBase.allCases.map { $0.name }
        if let base = body.optionalWord("daily_loss_base", bases) { change.values["daily_loss_base"] = .word(base) }
        let highs = DrawdownBase.allCases.map { $0.name }
        if let high = body.optionalWord("drawdown", highs) { change.values["drawdown"] = .word(high) }
        for name in body.optionalTexts("remove", 0...40, each: 1...64) ?? [] {
            change.values[name] = LimitChange.Value.none
        }
    }

    private mutating func set(_ name: String, _ digits: String?) {
        if let digits { change.values[name] = .number(digits) }
    }

    private static let counts: KeyValuePairs<String, ClosedRange<Int>> = [
        "max_orders_per_second": 0...1_000_000, "max_orders_per_minute": 0...60_000_000,
        "market_data_max_age_ms": 1...86_400_000, "repeat_limit": 1...1_000_000, "reject_streak": 1...1_000_000,
        "repeat_window_ms": 1...86_400_000, "max_open_orders": 0...1_000_000, "duplicate_window_ms": 1...86_400_000,
        "max_consecutive_losses": 1...1000, "cooldown_seconds": 1...604_800,
    ]
}

struct LimitPlaceInput: OperationInput {
    var scope = LimitScope.account
    var target: String?

    static let scopes: KeyValuePairs<String, LimitScope> = [
        "system": .system, "account": .account, "strategy": .strategy, "instrument": .instrument,
    ]

    init(_ input: inout InputReader) {
        scope = input.query.optionalChoice("scope", LimitPlaceInput.scopes) ?? .account
        target = input.query.optionalText("id", 1...64)
    }
}

struct DenialsInput: OperationInput {
    var filter = HistoryFilter()

    init(_ input: inout InputReader) {
        filter.rule = input.query.optionalText("rule", 1...64)
        filter.strategy = input.query.optionalText("strategy_id", 1...64)
        (filter.from, filter.to) = input.query.optionalRange()
        filter.limit = input.query.integer("limit", 1...1000, default: 100)
    }
}

struct HeadroomInput: OperationInput {
    var account: String?
    var strategy: String?

    init(_ input: inout InputReader) {
        account = input.query.optionalText("account_id", 1...64)
        strategy = input.query.optionalText("strategy_id", 1...64)
    }
}
