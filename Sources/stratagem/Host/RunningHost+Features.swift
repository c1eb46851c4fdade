import API
import CStrategyABI
import Engine
import Features
import MarketData
import Trading

// The features of the market: the engine's thread gives away what it has, and they are computed beside it.

extension RunningHost {
    /// So many bars count at most: of an average over 200, what was before moves less than a ten-millionth of it.
    static let featureBarsMax = 2000

    func features() async throws(HostRefusal) -> [FeatureView] {
        Feature.all.map { feature in
            FeatureView(
                name: feature.name, group: feature.group.rawValue, unit: feature.unit.rawValue, warmUp: feature.warmUp,
                isRecursive: feature.isRecursive, formula: feature.formula, source: feature.source)
        }
    }

    func features(of instrument: String, _ timeframe: String) async throws(HostRefusal) -> FeatureValuesView {
        let source = try await read { core throws(HostRefusal) in
            try core.featureSource(instrument, timeframe, bars: RunningHost.featureBarsMax)
        }
        do {
            return try await BlockingWork.run { source.view }
        } catch {
            throw .unavailable("the features were not computed: \(error)")
        }
    }
}

extension HostCore {
    func featureSource(_ id: String, _ timeframe: String, bars: Int) throws(HostRefusal) -> FeatureSource {
        let index = try known(id)
        let length = try CandleLength.named(timeframe)
        // The candle that still grows is no bar yet.
        let candles = market.candles(index, length, to: length.begin(of: marketTime), limit: bars)
        return FeatureSource(
            instrument: universe.instruments[index].id, length: length, candles: candles, quote: market.quote(index),
            book: engine.depth(instrument: index))
    }
}

/// What the features of an instrument are computed from.
struct FeatureSource: Sendable {
    let instrument: String
    let length: CandleLength
    let candles: [Candle]
    let quote: Quote?
    let book: OrderBook

    var view: FeatureValuesView {
        var features = FeatureSet()
        for candle in candles { features.add(Bar(candle, length)) }
        if let quote { features.add(quote) }
        if book.time != nil { features.add(book) }
        var values: [(name: String, value: Double?)] = []
        for (index, feature) in Feature.all.enumerated() { values.append((feature.name, features.value(index))) }
        return FeatureValuesView(
            instrument: instrument, timeframe: length.name, time: features.time, bars: features.barCount,
            features: values)
    }
}

extension Bar {
    init(_ candle: Candle, _ length: CandleLength) {
        self.init(
            instrument: 0, closeTime: candle.time + length.interval, interval: length.interval, open: candle.open,
            high: candle.high, low: candle.low, close: candle.close,
            volume: Quantity(raw: Int64(clamping: candle.volume)))
    }
}
