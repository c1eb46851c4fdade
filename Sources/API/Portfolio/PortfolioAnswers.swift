import Portfolio
public import Trading

struct PortfolioAnswer: OperationOutput {
    var portfolio: PortfolioView

    static var example: PortfolioAnswer {
        PortfolioAnswer(
            portfolio: PortfolioView(
                account: "paper", currency: "USDT", equity: .zero, openingBalance: .zero, positions: [.example]))
    }

    func write(_ json: inout JSONWriter) {
        let invested = portfolio.positions.reduce(Money.zero) { $0 + $1.worth }
        let profit = portfolio.equity - portfolio.openingBalance
        json.object { json in
            json.field("account_id", portfolio.account)
            json.field("currency", portfolio.currency)
            json.field("total_value", portfolio.equity)
            json.field("cash_balance", portfolio.equity - invested)
            json.field("invested_value", invested)
            json.field("total_pnl", profit)
            json.field("total_pnl_percent", percent(profit, of: portfolio.openingBalance))
            json.list("positions", portfolio.positions) { json, position in
                json.object { json in
                    json.field("symbol", position.symbol)
                    json.field("quantity", position.quantity)
                    json.field("avg_price", position.averagePrice)
                    json.field("current_price", position.mark)
                    json.field("market_value", position.marketValue)
                    json.field("pnl", position.unrealized)
                    json.field("pnl_percent", percent(position.unrealized, of: position.cost.magnitude))
                }
            }
        }
    }

    private func percent(_ part: Money, of whole: Money) -> Double {
        whole > .zero ? part.approximate / whole.approximate * 100 : 0
    }
}

extension NetPositionView {
    static var example: NetPositionView {
        NetPositionView(
            instrument: "BTC_USDT", symbol: "BTC", quantity: .one, averagePrice: .one, mark: .one, marketValue: .zero,
            worth: .zero, cost: .zero, unrealized: .zero)
    }
}

struct RecentTradesAnswer: OperationOutput {
    var orders: [OrderView]
    var symbols: [String: String]

    static var example: RecentTradesAnswer { RecentTradesAnswer(orders: [.example], symbols: [:]) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("trades", orders) { json, view in
                let order = view.order
                json.object { json in
                    json.field("id", view.id)
                    json.field("symbol", symbols[view.instrument] ?? view.instrument)
                    json.choice("side", order.intent.side == .buy ? "buy" : "sell", of: ["buy", "sell"])
                    json.field("quantity", order.filled)
                    json.field("price", view.averagePrice ?? .zero)
                    json.field("total", order.filledValue)
                    json.field("timestamp", order.updatedAt)
                    json.nullable("signal_confidence", order.intent.signalConfidence)
                    json.field("status", order.state == .filled ? "filled" : "partially_filled")
                }
            }
        }
    }
}

extension OrderIntent {
    /// An operator's order has no tag of a strategy: there the confidence of its signal is kept, in 1e-9 and one more.
    public static func tag(ofConfidence confidence: Rate?) -> UInt64 { confidence.map { UInt64($0.raw) + 1 } ?? 0 }

    /// Above the confidence stands the number of the signal that the order executes, and a bit that says so.
    public static func tag(ofSignal number: UInt64, confidence: Rate) -> UInt64 {
        isSignal | (number & UInt64(UInt32.max)) << confidenceBits | tag(ofConfidence: confidence)
    }

    /// nil = no signal was behind it.
    public var signalConfidence: Rate? {
        guard origin == .operator, tag & (1 << 63) == 0 else { return nil }
        let confidence = tag & (1 << OrderIntent.confidenceBits - 1)
        guard confidence > 0, confidence <= UInt64(Rate.one.raw) + 1 else { return nil }
        return Rate(raw: Int64(confidence - 1))
    }

    private static let confidenceBits: UInt64 = 30
    private static let isSignal: UInt64 = 1 << 62
}

struct ExecutedAnswer: OperationOutput {
    var trade: SignalTradeView

    static var example: ExecutedAnswer { ExecutedAnswer(trade: SignalTradeView(order: .example, estimatedPrice: .one)) }

    func write(_ json: inout JSONWriter) {
        let order = trade.order.order
        json.object { json in
            json.field("trade_id", trade.order.id)
            json.choice(
                "status", order.state == .filled ? "filled" : order.state == .pending ? "pending" : "submitted",
                of: ["submitted", "filled", "pending"])
            json.field("order_id", trade.order.id)
            json.field("estimated_quantity", order.intent.quantity)
            json.field("estimated_price", trade.estimatedPrice)
        }
    }
}

struct LiquidationAnswer: OperationOutput {
    var liquidation: LiquidationView
    var time: Timestamp

    static var example: LiquidationAnswer {
        let request = StopRequest(scope: .system, mode: .flatten, reason: "", triggeredBy: "")
        let stop = StopView(
            id: "stop-1", request: request, time: Timestamp(nanoseconds: 0),
            requester: Requester(user: "", channel: ""),
            affected: [])
        return LiquidationAnswer(
            liquidation: LiquidationView(stop: stop, positions: [.example], cancelledOrders: 0),
            time: Timestamp(nanoseconds: 0))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.list("liquidated_positions", liquidation.positions) { json, position in
                json.object { json in
                    json.field("symbol", position.symbol)
                    json.field("quantity", position.quantity)
                }
            }
            json.field("cancelled_orders", liquidation.cancelledOrders)
            json.field("timestamp", time)
            json.field("stop_id", liquidation.stop.id)
        }
    }
}
