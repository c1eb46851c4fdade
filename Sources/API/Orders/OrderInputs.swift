public import Trading

struct PlaceOrderInput: OperationInput {
    var order: OrderRequest
    var isDryRun: Bool

    init(_ input: inout InputReader) {
        isDryRun = input.query.optionalBoolean("dry_run") ?? false
        let body = input.body
        let kind = body.optionalChoice("order_kind", OrderWords.kinds)
        order = OrderRequest(
            strategy: body.text("strategy_id"), instrument: body.text("instrument", 1...64),
            side: body.choice("order_type", OrderWords.sides), kind: kind ?? .market,
            quantity: body.quantity("quantity"), price: body.optionalPrice("price"),
            stopPrice: body.optionalPrice("stop_price"),
            timeInForce: body.optionalChoice("time_in_force", OrderWords.timesInForce) ?? .goodTillCancelled,
            isLive: body.optionalChoice("execution_mode", OrderWords.isLive) ?? false,
            reduceOnly: body.optionalBoolean("reduce_only") ?? false, conditions: OrderConditions(reading: body))
        body.match(order.conditions, of: order)
        guard !body.hasFault("order_kind") else { return }
        body.match("price", order.price, order.kind, isNeeded: order.kind.hasLimitPrice)
        // A trailing stop may leave its first trigger to the market.
        guard order.kind != .trailingStop else { return }
        body.match("stop_price", order.stopPrice, order.kind, isNeeded: order.kind.hasStopPrice)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        guard let terms = instruments.named(order.instrument)?.terms else {
            return [.unknownInstrument("instrument", order.instrument)]
        }
        var faults: [RequestFault] = []
        if order.quantity.raw % terms.lot.raw != 0 { faults.append(.lot("quantity", terms)) }
        let conditions = order.conditions
        for (path, price) in [
            ("price", order.price), ("stop_price", order.stopPrice), ("stop_loss", conditions.stopLoss),
            ("take_profit", conditions.takeProfit),
        ] {
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

/// Which working orders a batch cancel takes; without a field all of them.
struct CancelOrdersInput: OperationInput {
    var filter: CancelFilter

    init(_ input: inout InputReader) {
        filter = CancelFilter(
            strategy: input.query.optionalText("strategy_id", 1...200),
            instrument: input.query.optionalText("instrument", 1...64),
            side: input.query.optionalChoice("side", OrderWords.sides))
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
        (filter.from, filter.to) = input.query.optionalRange()
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

extension OrderConditions {
    /// post_only, expire_time, stop_loss and take_profit, and trail_offset or trail_percent.
    init(reading body: Fields) {
        self.init(
            expireTime: body.optionalTime("expire_time"), postOnly: body.optionalBoolean("post_only") ?? false,
            stopLoss: body.optionalPrice("stop_loss") ?? .zero, takeProfit: body.optionalPrice("take_profit") ?? .zero)
        let offset = body.optionalPrice("trail_offset")
        let percent = body.optionalRate("trail_percent", Rate(raw: 100)...Rate(raw: 99_999_999_999))
        if let offset { trail = .offset(offset) }
        if let percent { trail = .fraction(Rate(raw: percent.raw / 100)) }
        if offset != nil, percent != nil { body.fault("trail_percent", "must not stand beside trail_offset") }
    }
}

extension Fields {
    /// What kind and time in force ask for is there, and nothing that they have no use for.
    fileprivate func match(_ conditions: OrderConditions, of order: OrderRequest) {
        let isTrailing = order.kind == .trailingStop
        if isTrailing, conditions.trail.raw <= 0, !hasFault("trail_offset"), !hasFault("trail_percent") {
            fault("trail_offset", "or trail_percent is required for TRAILING_STOP")
        }
        if !isTrailing, conditions.trail != .none {
            fault(conditions.trail.isFraction ? "trail_percent" : "trail_offset", "belongs to TRAILING_STOP only")
        }
        let isDated = order.timeInForce == .goodTillDate
        let hasTime = conditions.expireTime.nanoseconds != 0
        if isDated, !hasTime, !hasFault("expire_time") { fault("expire_time", "is required for GTD") }
        if !isDated, hasTime { fault("expire_time", "belongs to GTD only") }
        let mayRest = order.timeInForce != .immediateOrCancel && order.timeInForce != .fillOrKill
        if conditions.postOnly, order.kind != .limit || !mayRest {
            fault("post_only", "belongs to a LIMIT order that may rest (DAY, GTC, GTD)")
        }
    }

    func hasFault(_ name: String) -> Bool {
        let path = path(of: name)
        return faults.all.contains { $0.path == path }
    }

    /// A price that the kind of order needs must be there, and one that it has no use for must not: it would be ignored.
    func match(_ name: String, _ price: Price?, _ kind: OrderKind, isNeeded: Bool) {
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
        "TRAILING_STOP": .trailingStop,
    ]
    static let timesInForce: KeyValuePairs = [
        "DAY": TimeInForce.day, "GTC": .goodTillCancelled, "IOC": .immediateOrCancel, "FOK": .fillOrKill,
        "GTD": .goodTillDate,
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
