import Trading

/// Questions to the gate (document 003), answered by the rules that judge orders.
enum WhatIfOperations {
    static let all = [assessPosition, validateAction]

    static let assessPosition = APIOperation(
        .post, "/api/v1/assess-position-risk", id: "v1.assess_position_risk", tag: "Risk",
        summary: "What a position would risk, and whether the gate would pass it",
        description: """
            Judged as a limit order at entry_price, by the very gate, without a trace. risk_amount is size × |entry − stop| in \
            the account's currency, without a stop all of the value, risk_percentage that in percent of equity, risk_score the highest utilisation of any \
            limit with the order included. new_exposure and margin_usage are fractions of equity and of what it may carry; \
            correlation_impact is the correlation with what is held.
            """,
        rate: .standard, errors: [.unknown]
    ) { (input: AssessInput, context) in
        try AssessAnswer(input: input, view: try await context.host.assess(input.question))
    }

    static let validateAction = APIOperation(
        .post, "/api/v1/validate-action", id: "v1.validate_action", tag: "Compliance",
        summary: "Whether an action would pass all rules",
        description: """
            Judged by the very gate, without a trace: a market order, or a limit order where action_details has a price. An \
            exit is judged as a reduce-only order against its direction, a modification like an entry. compliance_score = \
            (passed + half of the warned compliance rules) / applicable ones, 0 if one is violated, 1 if none applies.
            """,
        rate: .standard, errors: [.unknown]
    ) { (input: ValidateActionInput, context) in
        ValidateActionAnswer(judgement: try await context.host.assess(input.question).judgement)
    }
}

extension OrderWords {
    static let directions: KeyValuePairs = ["LONG": Side.buy, "SHORT": .sell]
}

struct AssessInput: OperationInput {
    var account: String
    var order: OrderRequest
    var stop: Price?

    var question: WhatIf { WhatIf(order: order, account: account) }

    init(_ input: inout InputReader) {
        let body = input.body
        account = body.text("account_id", 1...64)
        order = OrderRequest(
            strategy: "manual", instrument: body.text("instrument", 1...64),
            side: body.choice("direction", OrderWords.directions), kind: .limit, quantity: body.quantity("size"),
            price: body.price("entry_price"))
        stop = body.optionalPrice("stop_loss")
        _ = body.optionalPrice("take_profit")
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        instruments.named(order.instrument) == nil ? [.unknownInstrument("instrument", order.instrument)] : []
    }
}

struct ValidateActionInput: OperationInput {
    var question: WhatIf

    init(_ input: inout InputReader) {
        let body = input.body
        let account = body.text("account_id", 1...64)
        let isExit = body.choice(
            "action_type", ["trade_entry": false, "trade_exit": true, "position_modification": false])
        let order = body.object("action_details") { details -> OrderRequest in
            let side = details.choice("direction", OrderWords.directions)
            let price = details.optionalPrice("price")
            _ = details.optionalPrice("stop_loss")
            _ = details.optionalPrice("take_profit")
            return OrderRequest(
                strategy: details.optionalText("strategy_id", 1...200) ?? "manual",
                instrument: details.text("instrument", 1...64), side: isExit ? side.opposite : side,
                kind: price == nil ? .market : .limit, quantity: details.quantity("size"), price: price,
                reduceOnly: isExit)
        }
        question = WhatIf(order: order, account: order.strategy == "manual" ? account : nil)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        // One that is missing has a fault of its own.
        let isUnknown = !question.order.instrument.isEmpty && instruments.named(question.order.instrument) == nil
        return isUnknown
            ? [.unknownInstrument("action_details.instrument", question.order.instrument)] : []
    }
}

struct AssessAnswer: OperationOutput {
    var atRisk: Money
    var view: AssessmentView

    init(input: AssessInput, view: AssessmentView) throws(APIError) {
        let order = input.order
        guard let price = order.price,
            let amount = view.amount(from: price, to: input.stop ?? .zero, of: order.quantity)
        else {
            throw .invalid([RequestFault(path: "size", message: "the amount at risk is beyond what can be counted")])
        }
        self.init(atRisk: amount, view: view)
    }

    private init(atRisk: Money, view: AssessmentView) {
        self.atRisk = atRisk
        self.view = view
    }

    static var example: AssessAnswer { AssessAnswer(atRisk: .zero, view: .example) }

    func write(_ json: inout JSONWriter) {
        let judgement = view.judgement
        let equity = view.equity.approximate
        json.object { json in
            json.object("risk_assessment") { json in
                json.field("approved", judgement.isApproved)
                json.field("risk_score", min(max(judgement.riskScore, .zero), .one))
                json.field("risk_amount", atRisk)
                json.field("risk_percentage", equity > 0 ? atRisk.approximate / equity * 100 : 0)
                json.object("position_impact") { json in
                    json.field("new_exposure", view.exposure)
                    json.field("correlation_impact", view.correlation)
                    json.field("margin_usage", view.marginUse)
                }
                json.field("recommendations", judgement.requiredActions + judgement.warningTexts)
                json.field("denials", judgement.failures)
            }
        }
    }
}

struct ValidateActionAnswer: OperationOutput {
    var judgement: Judgement
    static var example: ValidateActionAnswer { ValidateActionAnswer(judgement: Judgement()) }

    func write(_ json: inout JSONWriter) {
        var violated: [String] = []
        for finding in judgement.failures where !violated.contains(finding.rule.name) {
            violated.append(finding.rule.name)
        }
        json.object { json in
            json.object("validation_result") { json in
                json.field("approved", judgement.isApproved)
                json.field("compliance_score", judgement.complianceScore)
                json.field("violated_rules", violated)
                json.field("warnings", judgement.warningTexts)
                json.field("required_actions", judgement.requiredActions)
            }
        }
    }
}

extension AssessmentView {
    /// Between two prices, exactly as a fill's value is made; nil = more than an amount can be.
    fileprivate func amount(from price: Price, to stop: Price, of quantity: Quantity) -> Money? {
        let distance = Price(raw: Int64(clamping: (Int128(price.raw) - Int128(stop.raw)).magnitude))
        guard let value = Money.value(distance, quantity, multiplier: multiplier) else { return nil }
        return Rounding.halfEven(value.raw, times: conversion.raw, over: 100_000_000).map(Money.init(raw:))
    }

    /// With a finding, since an example's lists are not empty.
    static var example: AssessmentView {
        let finding = Finding(.position, .positionQuantity, scope: .account, observed: 2, limit: 1)
        return AssessmentView(
            judgement: Judgement(failures: [finding], warnings: [finding]), account: "paper", equity: .zero,
            conversion: Money(raw: 100_000_000), multiplier: 1, exposure: 0, marginUse: 0, correlation: 0)
    }
}

extension Judgement {
    /// "risk.position: the position would be above its share of equity".
    var warningTexts: [String] { warnings.map { "\($0.rule.name): near its limit (\($0.reason.text))" } }
}
