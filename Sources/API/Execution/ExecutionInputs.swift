import Trading

struct ExecuteTradeInput: OperationInput {
    var request: TradeRequest

    init(_ input: inout InputReader) {
        let body = input.body
        request = TradeRequest(
            account: body.text("account_id", 1...64), instrument: body.text("instrument", 1...64),
            side: body.choice("direction", ["LONG": Side.buy, "SHORT": .sell]), quantity: body.quantity("size"),
            kind: body.choice("order_type", ["market": OrderKind.market, "limit": .limit, "stop": .stopLoss]),
            price: body.optionalPrice("price"), stopLoss: body.optionalPrice("stop_loss"),
            takeProfit: body.optionalPrice("take_profit"), signal: body.optionalText("signal_id", 1...100))
        if let variance = body.optionalObject("personality_variance", TradeRequest.Variance.init(reading:)) {
            request.variance = variance
        }
        guard !body.hasFault("order_type"), !body.hasFault("price") else { return }
        if request.kind == .market, request.price != nil { body.fault("price", "must not stand in a market order") }
        if request.kind != .market, request.price == nil {
            body.fault("price", "is required for a \(request.kind == .limit ? "limit" : "stop") order")
        }
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        guard let terms = instruments.named(request.instrument)?.terms else {
            return [.unknownInstrument("instrument", request.instrument)]
        }
        var faults: [RequestFault] = []
        if request.quantity.raw % terms.lot.raw != 0 { faults.append(.lot("size", terms)) }
        for (path, price) in [
            ("price", request.price), ("stop_loss", request.stopLoss), ("take_profit", request.takeProfit),
        ] {
            if let price, price.raw % terms.tick.raw != 0 { faults.append(.tick(path, terms)) }
        }
        return faults
    }
}

extension TradeRequest.Variance {
    /// An hour; half the size; a tenth of a price.
    private static let delayMax = 3_600_000
    private static let sizeMax = Rate(raw: 500_000_000)
    private static let levelMax = Rate(raw: 100_000_000)

    init(reading fields: Fields) {
        self.init(
            delayMilliseconds: Int64(fields.integer("timing_delay", 0...Self.delayMax, default: 0)),
            size: fields.optionalRate("size_variance", Rate.zero...Self.sizeMax) ?? .zero,
            levels: fields.optionalRate("level_variance", Rate.zero...Self.levelMax) ?? .zero)
    }
}

struct TradeIDInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("trade_id", 1...100) }
}

struct ModifyTradeInput: OperationInput {
    var id: String
    var change: TradeChange

    init(_ input: inout InputReader) {
        id = input.path.text("trade_id", 1...100)
        let body = input.body
        change = TradeChange(
            stopLoss: body.optionalPrice("stop_loss"), takeProfit: body.optionalPrice("take_profit"))
        let part = body.optionalObject("partial_close") { part in
            (size: part.quantity("size"), reason: part.optionalText("reason", 0...500) ?? "")
        }
        change.close = part?.size
        change.reason = part?.reason ?? ""
        if change == TradeChange(), body.faults.all.isEmpty {
            body.fault("", "one of stop_loss, take_profit and partial_close is required")
        }
    }
}
