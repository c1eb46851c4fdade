import Trading

extension TradingOperations {
    static var trades: [APIOperation] {
        [
            APIOperation(
                .get, "/api/trades", id: "trades.list", tag: "Trades", summary: "Executions, newest first",
                description: "`from` and `to` are inclusive. Commission is in the instrument's quote currency.",
                rate: .standard, errors: [.invalid, .unknown]
            ) { (input: TradesInput, context) in
                TradesAnswer(trades: try await context.host.trades(input.filter))
            }
        ]
    }
}

struct TradesAnswer: OperationOutput {
    var trades: [TradeView]

    static var example: TradesAnswer { TradesAnswer(trades: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("trades", trades) { json, trade in
                json.object { trade.writeMembers(&$0, instrument: trade.instrument) }
            }
        }
    }
}

extension TradeView {
    /// The data of 004's TradeEvent.
    func writeMembers(_ json: inout JSONWriter, instrument: String) {
        json.field("trade_id", id)
        json.field("order_id", orderID)
        json.field("strategy_id", strategy)
        json.field("instrument", instrument)
        json.choice("side", fill.side.name, of: OrderWords.sides.map(\.key))
        json.field("quantity", fill.quantity)
        json.field("price", fill.price)
        json.field("commission", fill.commission)
        json.choice("liquidity", fill.liquidity == .maker ? "maker" : "taker", of: ["maker", "taker"])
        json.field("timestamp", fill.time)
        json.executionMode(isLive: false)
    }

    static var example: TradeView {
        let fill = Fill(
            id: 1, orderID: 1, strategy: 0, account: 0, instrument: 0, side: .buy, liquidity: .taker, price: .one,
            quantity: .one, value: Money(raw: 100_000_000), commission: .zero, time: Timestamp(nanoseconds: 0))
        return TradeView(
            fill: fill, id: "trd-1", orderID: "ord-1", strategy: "sma_cross", instrument: "BTC_USDT")
    }
}
