import Trading

struct SubmitInput: OperationInput {
    var session: String
    var requestID: String?
    var order: OrderRequest

    init(_ input: inout InputReader) {
        let body = input.body
        session = body.text("sessionId", 1...100)
        requestID = body.optionalText("requestId", 1...200)
        order = OrderRequest(
            strategy: "manual", instrument: body.text("symbol", 1...64), side: body.choice("side", Self.sides),
            kind: body.choice("type", Self.kinds), quantity: body.quantity("quantity"),
            price: body.optionalPrice("price"), stopPrice: body.optionalPrice("stopPrice"))
        guard !body.hasFault("type") else { return }
        body.match("price", order.price, order.kind, isNeeded: order.kind.hasLimitPrice)
        body.match("stopPrice", order.stopPrice, order.kind, isNeeded: order.kind.hasStopPrice)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        guard let terms = instruments.named(order.instrument)?.terms else {
            return [.unknownInstrument("symbol", order.instrument)]
        }
        var faults: [RequestFault] = []
        if order.quantity.raw % terms.lot.raw != 0 { faults.append(.lot("quantity", terms)) }
        for (path, price) in [("price", order.price), ("stopPrice", order.stopPrice)] {
            if let price, price.raw % terms.tick.raw != 0 { faults.append(.tick(path, terms)) }
        }
        return faults
    }

    private static let sides: KeyValuePairs = ["BUY": Side.buy, "SELL": .sell, "buy": .buy, "sell": .sell]
    private static let kinds: KeyValuePairs = [
        "MARKET": OrderKind.market, "LIMIT": .limit, "STOP_LOSS": .stopLoss, "STOP_LIMIT": .stopLimit,
        "market": .market, "limit": .limit, "stop_loss": .stopLoss, "stop_limit": .stopLimit,
    ]
}

struct StatusInput: OperationInput {
    var order: String
    var session: String
    init(_ input: inout InputReader) {
        order = input.query.text("orderId", 1...100)
        session = input.query.text("sessionId", 1...100)
    }
}

struct CancelInput: OperationInput {
    var order: String
    var session: String
    init(_ input: inout InputReader) {
        order = input.body.text("orderId", 1...100)
        session = input.body.text("sessionId", 1...100)
    }
}

struct OwnOrdersInput: OperationInput {
    var session: String?
    var limit: Int
    var offset: Int
    init(_ input: inout InputReader) {
        session = input.query.optionalText("sessionId", 1...100)
        limit = input.query.integer("limit", 1...1000, default: 50)
        offset = input.query.integer("offset", 0...1_000_000, default: 0)
    }
}

struct Submitted: OperationOutput {
    var id: String
    static var example: Submitted { Submitted(id: "ord-1") }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("orderId", id)
        }
    }
}

struct StatusAnswer: OperationOutput {
    var order: OrderView
    static var example: StatusAnswer { StatusAnswer(order: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("orderId", order.id)
            order.writeProgress(&json)
        }
    }
}

struct OwnOrdersAnswer: OperationOutput {
    var orders: [OrderView]
    var limit: Int
    var offset: Int
    static var example: OwnOrdersAnswer { OwnOrdersAnswer(orders: [.example], limit: 1, offset: 0) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.list("orders", orders) { json, order in
                json.object { json in
                    let intent = order.order.intent
                    json.field("orderId", order.id)
                    json.field("symbol", order.instrument)
                    json.choice("side", intent.side.name, of: OrderWords.sides.map(\.key))
                    json.choice("type", intent.kind.name, of: OrderWords.kinds.map(\.key))
                    json.field("quantity", intent.quantity)
                    json.nullable("price", intent.kind.hasLimitPrice ? intent.price : nil)
                    json.nullable("stopPrice", intent.kind.hasStopPrice ? intent.stopPrice : nil)
                    order.writeProgress(&json)
                    json.field("createdAt", order.order.submittedAt)
                    json.field("updatedAt", order.order.updatedAt)
                }
            }
            json.field("count", orders.count)
            json.field("limit", limit)
            json.field("offset", offset)
        }
    }
}

extension OrderView {
    fileprivate func writeProgress(_ json: inout JSONWriter) {
        json.choice("status", OrderWords.name(of: order.state), of: OrderWords.states.map(\.key))
        json.field("filledQuantity", order.filled)
        json.nullable("avgPrice", averagePrice)
    }
}
