import Trading

struct ExecutionAnswer: OperationOutput {
    var trade: ExecutedTradeView

    static var example: ExecutionAnswer { ExecutionAnswer(trade: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.object("execution_result") { json in
                json.field("trade_id", trade.id)
                json.choice("status", status, of: ["executed", "pending", "failed"])
                json.nullable("fill_price", trade.price)
                json.nullable("fill_time", trade.filledAt)
                json.field("slippage", trade.slippage)
                json.field("commission", trade.commission)
                json.field("platform_order_id", trade.orderID ?? "")
            }
        }
    }

    private var status: String {
        if trade.filled > .zero { return trade.isEntryDone ? "executed" : "pending" }
        return trade.status == .cancelled ? "failed" : "pending"
    }
}

struct TradeStatusAnswer: OperationOutput {
    var trade: ExecutedTradeView

    static var example: TradeStatusAnswer { TradeStatusAnswer(trade: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("trade_id", trade.id)
            json.field("account_id", trade.account)
            json.field("instrument", trade.instrument)
            json.choice("direction", trade.side == .buy ? "LONG" : "SHORT", of: ["LONG", "SHORT"])
            json.choice(
                "status", trade.status.rawValue, of: ExecutedTradeView.Status.allCases.map(\.rawValue))
            json.nullable("platform_order_id", trade.orderID)
            json.object("entry_details") { json in
                json.field("price", trade.price ?? .zero)
                json.field("time", trade.filledAt ?? trade.requestedAt)
                json.field("size", trade.filled)
                json.field("requested_size", trade.quantity)
            }
            json.field("open_size", trade.held)
            json.field("current_pnl", trade.realized + trade.unrealized)
            json.field("realized_pnl", trade.realized)
            json.field("unrealized_pnl", trade.unrealized)
            json.field("commission", trade.commission)
            json.nullable("stop_loss", trade.stopLoss)
            json.nullable("take_profit", trade.takeProfit)
            json.field("due_at", trade.dueAt)
            json.field("updated_at", trade.updatedAt)
            json.nullable("reason", trade.note.isEmpty ? nil : trade.note)
            json.optional("variance", trade.variance)
        }
    }
}

extension VarianceView: JSONWritable {
    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("seed", String(seed))
            json.field("applied", isApplied)
            json.field("asked_size", askedQuantity)
            json.field("drawn_size", drawnQuantity)
            json.nullable("asked_stop_loss", askedStopLoss)
            json.nullable("drawn_stop_loss", drawnStopLoss)
            json.nullable("asked_take_profit", askedTakeProfit)
            json.nullable("drawn_take_profit", drawnTakeProfit)
        }
    }

    public static var schema: Schema {
        let example = VarianceView(
            seed: 1, askedQuantity: .one, drawnQuantity: .one, askedStopLoss: nil, drawnStopLoss: nil,
            askedTakeProfit: nil, drawnTakeProfit: nil, isApplied: true)
        return JSONWriter.describe { example.write(&$0) }
    }
}

struct ModificationAnswer: OperationOutput {
    var trade: ExecutedTradeView

    static var example: ModificationAnswer { ModificationAnswer(trade: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.object("modification_result") { json in
                json.constant("success", true)
                json.field("updated_at", trade.updatedAt)
                json.field("new_stop_loss", trade.stopLoss ?? .zero)
                json.field("new_take_profit", trade.takeProfit ?? .zero)
            }
        }
    }
}

extension ExecutedTradeView {
    static var example: ExecutedTradeView {
        let time = Timestamp(nanoseconds: 0)
        return ExecutedTradeView(
            id: "trade-1", account: "paper", instrument: "EUR_USD", side: .buy, status: .open, requestedAt: time,
            dueAt: time, updatedAt: time, quantity: .one)
    }
}
