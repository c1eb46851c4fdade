import Trading

struct GenerateSignalInput: OperationInput {
    var request: SignalRequest

    init(_ input: inout InputReader) {
        let body = input.body
        request = SignalRequest(instrument: body.text("symbol", 1...64), instrumentPath: "symbol")
        request.take(body, "features")
        request.model = body.optionalText("model", 1...100)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] { request.faults(among: instruments) }
}

struct AgentSignalInput: OperationInput {
    var request: SignalRequest

    /// As the document names them, and as candles are named.
    private static let timeframes: KeyValuePairs = [
        "M1": "1m", "M5": "5m", "M15": "15m", "M30": "30m", "H1": "1h", "H4": "4h", "D1": "1d",
    ]
    private static let barsMax = 2000

    init(_ input: inout InputReader) {
        let body = input.body
        request = SignalRequest(instrument: body.text("instrument", 1...64), instrumentPath: "instrument")
        request.timeframe = body.choice("timeframe", Self.timeframes)
        request.model = body.optionalText("model", 1...100)
        let data = body.optionalObject("market_data") { data in
            var part = SignalRequest(instrument: "", instrumentPath: "")
            let before = data.faults.all.count
            part.prices = data.optionalFixed("price_data", 0...Self.barsMax, .positive) ?? []
            part.volumes = data.optionalFixed("volume_data", 0...Self.barsMax, .notNegative) ?? []
            // A list that cannot be read is one fault, not two.
            let areLists = data.faults.all.count == before
            if areLists, !part.volumes.isEmpty, part.volumes.count != part.prices.count {
                data.fault("volume_data", "must have as many elements as price_data, or none")
            }
            part.take(data, "indicators")
            return part
        }
        guard let data else { return }
        (request.prices, request.volumes) = (data.prices, data.volumes)
        (request.features, request.price) = (data.features, data.price)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] { request.faults(among: instruments) }
}

extension SignalRequest {
    /// More features than there are have no meaning.
    private static let featuresMax = 200

    /// The features of the object `name`; current_price is none.
    fileprivate mutating func take(_ fields: Fields, _ name: String) {
        for (feature, value) in fields.optionalNumbers(name, most: Self.featuresMax) {
            let path = "\(fields.path(of: name)).\(feature)"
            guard feature == "current_price" else {
                features.append(SignalFeature(name: feature, value: value, path: path))
                continue
            }
            let raw = Int64(exactly: (value * 1e9).rounded())
            if let raw, raw > 0 {
                price = Price(raw: raw)
            } else {
                fields.fault("\(name).\(feature)", "must be a price above 0")
            }
        }
    }

    fileprivate func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        instruments.named(instrument) == nil ? [.unknownInstrument(instrumentPath, instrument)] : []
    }
}

struct TestSignalInput: OperationInput {
    var request: TestSignalRequest

    init(_ input: inout InputReader) {
        let body = input.body
        request = TestSignalRequest(
            instrument: body.text("symbol", 1...64),
            scenario: body.choice(
                "scenario",
                [
                    "bull_market": .bullMarket, "bear_market": .bearMarket, "sideways": .sideways,
                    "high_volatility": .highVolatility, "flash_crash": .flashCrash,
                ]),
            confidence: body.rate("confidence", Rate.zero...Rate.one).approximate)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        instruments.named(request.instrument) == nil ? [.unknownInstrument("symbol", request.instrument)] : []
    }
}

struct SignalListInput: OperationInput {
    var query: SignalQuery
    var page: Int

    init(_ input: inout InputReader) {
        let fields = input.query
        page = fields.integer("page", 1...100_000, default: 1)
        let size = fields.integer("page_size", 1...200, default: 20)
        query = SignalQuery(offset: (page - 1) * size, limit: size)
        query.instrument = fields.optionalText("instrument", 1...64)
        query.status = fields.optionalChoice(
            "status", ["pending": SignalView.Status.pending, "executed": .executed, "cancelled": .cancelled])
        (query.from, query.to) = fields.optionalRange("date_from", "date_to")
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        guard let name = query.instrument, instruments.named(name) == nil else { return [] }
        return [.unknownInstrument("instrument", name)]
    }
}
