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
