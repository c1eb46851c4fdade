public import Trading

struct PlaceOrderInput: OperationInput {
    var order: OrderRequest

    init(_ input: inout InputReader) {
        let body = input.body
        let kind = body.optionalChoice("order_kind", OrderWords.kinds)
        order = OrderRequest(
            strategy: body.text("strategy_id"), instrument: body.text("instrument", 1...64),
            side: body.choice("order_type", OrderWords.sides), kind: kind ?? .market,
            quantity: body.quantity("quantity"), price: body.optionalPrice("price"),
            stopPrice: body.optionalPrice("stop_price"),
            timeInForce: body.optionalChoice("time_in_force", OrderWords.timesInForce) ?? .goodTillCancelled,
            isLive: body.optionalChoice("execution_mode", OrderWords.isLive) ?? false)
        guard !body.hasFault("order_kind") else { return }
        body.match("price", order.price, order.kind, isNeeded: order.kind.hasLimitPrice)
        body.match("stop_price", order.stopPrice, order.kind, isNeeded: order.kind.hasStopPrice)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        guard let terms = instruments.named(order.instrument)?.terms else {
            return [.unknownInstrument("instrument", order.instrument)]
        }
        var faults: [RequestFault] = []
        if order.quantity.raw % terms.lot.raw != 0 { faults.append(.lot("quantity", terms)) }
        for (path, price) in [("price", order.price), ("stop_price", order.stopPrice)] {
            if let price, price.raw % terms.tick.raw != 0 { faults.append(.tick(path, terms)) }
        }
        return faults
    }
}

struct ModifyOrderInput: OperationInput {
    var id: String
    var change: OrderChange

    init(_ input: inout InputReader) {
        id = input.path.text("order_id")
        let body = input.body
        change = OrderChange(
            quantity: body.optionalQuantity("quantity"), price: body.optionalPrice("price"),
            stopPrice: body.optionalPrice("stop_price"),
            timeInForce: body.optionalChoice("time_in_force", OrderWords.timesInForce))
        if change == OrderChange(), body.faults.all.isEmpty {
            body.fault("", "one of quantity, price, stop_price and time_in_force is required")
        }
    }
}

struct OrderIDInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("order_id") }
}

struct OrdersInput: OperationInput {
    var filter: HistoryFilter

    init(_ input: inout InputReader) {
        filter = HistoryFilter(page: input.query)
        filter.state = input.query.optionalChoice("status", OrderWords.states)
    }
}

struct TradesInput: OperationInput {
    var filter: HistoryFilter

    init(_ input: inout InputReader) {
        filter = HistoryFilter(page: input.query)
        filter.from = input.query.optionalTime("from")
        filter.to = input.query.optionalTime("to")
        if let from = filter.from, let to = filter.to, from > to {
            input.query.fault("from", "must not be after to")
        }
    }
}

extension HistoryFilter {
    /// strategy_id, instrument, limit and offset.
    init(page query: Fields) {
        self.init(
            strategy: query.optionalText("strategy_id", 1...200), instrument: query.optionalText("instrument", 1...64),
            limit: query.integer("limit", 1...1000, default: 100),
            offset: query.integer("offset", 0...1_000_000, default: 0))
    }
}

extension Fields {
    func hasFault(_ name: String) -> Bool {
        let path = path(of: name)
        return faults.all.contains { $0.path == path }
    }

    /// A price that the kind of order needs must be there, and one that it has no use for must not: it would be ignored.
    fileprivate func match(_ name: String, _ price: Price?, _ kind: OrderKind, isNeeded: Bool) {
        if isNeeded, price == nil, !hasFault(name) { fault(name, "is required for \(kind.name)") }
        if !isNeeded, price != nil { fault(name, "must not stand in a \(kind.name) order") }
    }
}

// The host says the same of an order that has no other fault.
extension RequestFault {
    public static func unknownInstrument(_ path: String, _ name: String) -> RequestFault {
        RequestFault(path: path, message: "no instrument has the id '\(name.prefix(80))'")
    }
    public static func lot(_ path: String, _ terms: InstrumentTerms) -> RequestFault {
        RequestFault(path: path, message: "must be a multiple of the lot \(terms.lot)")
    }
    public static func tick(_ path: String, _ terms: InstrumentTerms) -> RequestFault {
        RequestFault(path: path, message: "must be a multiple of the tick \(terms.tick)")
    }
}

/// The words of requests and answers.
enum OrderWords {
    static let sides: KeyValuePairs = ["BUY": Side.buy, "SELL": .sell]
    static let kinds: KeyValuePairs = [
        "MARKET": OrderKind.market, "LIMIT": .limit, "STOP_LOSS": .stopLoss, "STOP_LIMIT": .stopLimit,
    ]
    static let timesInForce: KeyValuePairs = [
        "DAY": TimeInForce.day, "GTC": .goodTillCancelled, "IOC": .immediateOrCancel, "FOK": .fillOrKill,
    ]
    static let states: KeyValuePairs = [
        "PENDING": OrderState.pending, "SUBMITTED": .submitted, "FILLED": .filled,
        "PARTIALLY_FILLED": .partiallyFilled, "CANCELLED": .cancelled, "REJECTED": .rejected,
    ]
    static let isLive: KeyValuePairs = ["PAPER": false, "LIVE": true]

    /// Clients know six states: an order that has expired is cancelled for them.
    static func name(of state: OrderState) -> String {
        switch state {
        case .expired: OrderState.cancelled.name
        case .denied: OrderState.rejected.name
        default: state.name
        }
    }
}
