import Trading

/// Indicators and other features of the market.
public enum FeatureOperations {
    public static let all = [registry, values, marketState]

    static let registry = APIOperation(
        .get, "/api/features", id: "market.features", tag: "Market data",
        summary: "All features that the host computes",
        description: """
            Each with its formula, where it comes from, and the bars until it has a value; 0 bars = it comes from quotes, \
            trades and books. A recursive one depends on all bars since the first, the others on the latest warm_up alone.
            """,
        rate: .marketData
    ) { (_: NoInput, context) in
        FeaturesAnswer(features: try await context.host.features())
    }

    static let values = APIOperation(
        .get, "/api/instruments/{instrument}/features", id: "market.instrument_features", tag: "Market data",
        summary: "The features of an instrument",
        description: """
            Over the closed bars of the timeframe that the host has, at most 2,000, and the order book as it is. A feature is \
            null while it warms up, where its formula does not define it, and where nothing of its kind has come. time is \
            the close of the latest bar.
            """,
        rate: .marketData, isSnapshot: true, errors: [.unknown, .unavailable]
    ) { (input: FeatureValuesInput, context) in
        FeatureValuesAnswer(values: try await context.host.features(of: input.instrument, input.timeframe))
    }
}

struct FeatureValuesInput: OperationInput {
    var instrument: String
    var timeframe: String

    init(_ input: inout InputReader) {
        instrument = input.path.instrument()
        timeframe = input.query.text("timeframe", 1...8)
    }
}

struct FeaturesAnswer: OperationOutput {
    var features: [FeatureView]

    static var example: FeaturesAnswer {
        FeaturesAnswer(features: [
            FeatureView(
                name: "sma_20", group: "trend", unit: "price", warmUp: 20, isRecursive: false, formula: "mean c",
                source: "TA-Lib SMA")
        ])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("features", features) { json, feature in
                json.object { json in
                    json.field("name", feature.name)
                    json.field("group", feature.group)
                    json.field("unit", feature.unit)
                    json.field("warm_up", feature.warmUp)
                    json.field("recursive", feature.isRecursive)
                    json.field("formula", feature.formula)
                    json.field("source", feature.source)
                }
            }
        }
    }
}

struct FeatureValuesAnswer: OperationOutput {
    var values: FeatureValuesView

    static var example: FeatureValuesAnswer {
        FeatureValuesAnswer(
            values: FeatureValuesView(
                instrument: "BTC_USDT", timeframe: "1m", time: Timestamp(nanoseconds: 0), bars: 20,
                features: [("sma_20", 50_000)]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("instrument", values.instrument)
            json.field("timeframe", values.timeframe)
            json.nullable("time", values.time)
            json.field("bars", values.bars)
            json.map("features", values.features.map { ($0.name, OptionalNumber(value: $0.value)) })
        }
    }
}

/// A number, or null.
private struct OptionalNumber: JSONWritable {
    let value: Double?

    static var schema: Schema { .nullable(.number) }
    func write(_ json: inout JSONWriter) {
        if let value { value.write(&json) } else { json.raw("null") }
    }
}
