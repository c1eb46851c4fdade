import Trading

extension TradingOperations {
    static var positions: [APIOperation] { [listPositions, closePosition] }

    private static var listPositions: APIOperation {
        APIOperation(
            .get, "/api/positions", id: "positions.list", tag: "Positions",
            summary: "Open positions, one for each strategy and instrument",
            description: """
                The quantity of a short position is negative. Amounts are in the instrument's quote currency; realized_pnl is \
                that of all closes in this instrument, before commission.
                """,
            rate: .standard, isSnapshot: true
        ) { (_: NoInput, context) in
            PositionsAnswer(positions: try await context.host.positions(strategy: nil))
        }
    }

    private static var closePosition: APIOperation {
        APIOperation(
            .post, "/api/positions/{position_id}/close", id: "positions.close", tag: "Positions",
            summary: "Closes a position, or a part of it, at the market",
            description: """
                The answer is the closing market order. Without a quantity the whole position is closed. Other reduce-only orders \
                of the position make room for it, the youngest first. Takes Idempotency-Key.
                """,
            role: .trader, rate: .tradingExit,
            errors: [.invalid, .riskLimit, .compliance, .unknown, .conflict, .tradingStopped, .unavailable]
        ) { (input: ClosePositionInput, context) in
            let key = try context.idempotencyKey(for: input.id, change: OrderChange(quantity: input.quantity))
            return OrderAnswer(
                order: try await context.host.close(
                    input.id, quantity: input.quantity, key: key, by: context.requester))
        }
    }
}

struct ClosePositionInput: OperationInput {
    var id: String
    var quantity: Quantity?

    init(_ input: inout InputReader) {
        id = input.path.text("position_id")
        quantity = input.body.optionalQuantity("quantity")
    }
}

struct PositionsAnswer: OperationOutput {
    var positions: [PositionView]

    static var example: PositionsAnswer { PositionsAnswer(positions: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("positions", positions) { json, position in position.write(&json) }
        }
    }
}

extension PositionView {
    /// 004's position, with the account, the market value and the commission beside it.
    fileprivate func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("id", id)
            json.field("strategy_id", strategy)
            json.field("account_id", account)
            json.field("instrument", instrument)
            json.field("quantity", position.quantity)
            json.field("average_entry_price", averagePrice)
            json.field("current_price", mark)
            json.field("market_value", marketValue)
            json.field("unrealized_pnl", unrealized)
            json.field("realized_pnl", position.realized)
            json.field("commission", position.commission)
            json.nullable("stop_loss_price", stopPrice)
            json.nullable("target_price", targetPrice)
            json.field("opened_at", position.openedAt)
        }
    }

    static var example: PositionView {
        PositionView(
            id: "pos-1", strategy: "sma_cross", instrument: "BTC_USDT", account: "paper", position: Position(),
            averagePrice: .zero, mark: .zero, marketValue: .zero, unrealized: .zero)
    }
}
