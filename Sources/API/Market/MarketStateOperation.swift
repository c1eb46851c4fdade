import Trading

extension FeatureOperations {
    static let marketState = APIOperation(
        .get, "/api/v1/market-state/{instrument}", id: "v1.market_state", tag: "Market data",
        summary: "What a market is doing",
        description: """
            By the closed bars of the timeframe that the host has, at most 2,000; without timeframe of the longest with 100 of \
            them, or else of the shortest that has any. updated_at is the close of the latest, bars how many count.
            trending from ADX(14) ≥ 25 and efficiency ratio(20) ≥ 0.30 on, until ADX < 20 or the ratio < 0.15; bullish or \
            bearish by the change of the close over 20 bars, otherwise sideways. volatility_level ranks the average true range of \
            14 bars / close among its latest 100 values: high from 80 % on until below 65 %, low up to 20 % until above 35 %. \
            current_state is trending; else volatile where volatility is high, quiet where it is low, else ranging. The first 27 \
            bars have no ADX and the first 33 no rank: until then it is sideways, medium, ranging.
            volume_profile: the price with most volume, and the 70 % around it, taken by the larger pair of bins above or below. \
            Levels are prices at which at least two swing points of five bars lie within half an average true range, at most five \
            on each side of the close, the nearest first. 503 before the first bar has closed.
            """,
        rate: .marketData, isSnapshot: true, errors: [.unknown, .unavailable]
    ) { (input: MarketStateInput, context) in
        MarketStateAnswer(view: try await context.host.marketState(of: input.instrument, input.timeframe))
    }
}

struct MarketStateInput: OperationInput {
    var instrument: String
    var timeframe: String?

    init(_ input: inout InputReader) {
        instrument = input.path.instrument()
        timeframe = input.query.optionalText("timeframe", 1...8)
    }
}

struct MarketStateAnswer: OperationOutput {
    var view: MarketStateView

    static var example: MarketStateAnswer {
        var view = MarketStateView(
            instrument: "EUR_USD", timeframe: "1m", time: Timestamp(nanoseconds: 0), bars: 120)
        (view.supports, view.resistances) = ([.one], [.one])
        return MarketStateAnswer(view: view)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("instrument", view.instrument)
            json.choice("current_state", view.state.rawValue, of: MarketStateView.State.allCases.map(\.rawValue))
            json.choice(
                "trend_direction", view.direction.rawValue, of: MarketStateView.Direction.allCases.map(\.rawValue))
            json.choice(
                "volatility_level", view.volatility.rawValue, of: MarketStateView.Volatility.allCases.map(\.rawValue))
            json.object("volume_profile") { json in
                json.field("poc", view.pointOfControl)
                json.field("value_area_high", view.valueAreaHigh)
                json.field("value_area_low", view.valueAreaLow)
            }
            json.object("support_resistance") { json in
                json.field("support_levels", view.supports)
                json.field("resistance_levels", view.resistances)
            }
            json.field("timeframe", view.timeframe)
            json.field("bars", view.bars)
            json.field("updated_at", view.time)
        }
    }
}
