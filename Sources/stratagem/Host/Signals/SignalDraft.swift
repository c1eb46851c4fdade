import API
import CStrategyABI
import Engine
import Features
import Journal
import MarketData
import Signals
import Trading

/// A signal on its way into the book: computed beside the engine's thread from what that gave away.
struct SignalDraft: Sendable {
    private(set) var record: SignalRecord
    let analysis: MarketAnalysis?
    /// The latest bar moved to the signal's side, with at least the mean volume of 20 bars.
    let isConfirmedByVolume: Bool

    /// `request` holds what stands in place of the market's; `opinion` in place of the model's.
    init(_ source: SignalSource, _ request: SignalRequest? = nil, opinion given: Opinion? = nil) throws(HostRefusal) {
        let bars = SignalDraft.bars(source, request)
        var features = FeatureSet()
        for bar in bars { features.add(bar) }
        if let quote = source.quote { features.add(quote) }
        if source.book.time != nil { features.add(source.book) }
        let overrides = try FeatureOverrides(request?.features ?? [])
        func value(_ index: Int) -> Double? { overrides.values[index] ?? features.value(index) }

        let values = source.model.values(value)
        let opinion = given ?? Opinion(probability: source.model.probability(values))
        analysis = MarketAnalysis(bars, tick: source.instrument.terms.tick)
        let asked = request?.price ?? request?.prices.last
        let entry = SignalDraft.onTick(asked ?? source.price, source.instrument.terms.tick)
        let range = SignalDraft.range(source, value)
        let levels = SignalLevels(
            entry: entry, isUp: opinion.isUp, range: range, supports: analysis?.supports.map(\.price) ?? [],
            resistances: analysis?.resistances.map(\.price) ?? [], tick: source.instrument.terms.tick)
        isConfirmedByVolume = SignalDraft.isConfirmed(bars, isUp: opinion.isUp, value)

        let known = zip(source.model.features, values).filter { !$0.1.isNaN }
        record = SignalRecord(
            id: 0, instrument: source.index, source: .model, origin: source.model.name,
            direction: SignalRecord.Direction(rawValue: opinion.direction.rawValue) ?? .hold,
            confidence: opinion.confidence, strength: opinion.strength, isUp: opinion.isUp,
            timeframe: source.length.name, generatedAt: source.time, dueAt: source.time + source.horizon)
        (record.entry, record.stop, record.target) = (entry, levels.stop, levels.target)
        record.riskReward = levels.riskReward
        record.marketPrice = source.price
        record.band = SignalVerdict.band(range: range, bar: source.length.interval, horizon: source.horizon)
        record.sentiment = SignalDraft.sentiment(source.ticks) ?? value(SignalDraft.bookImbalance)
        record.featureCount = known.count
        record.detailJSON = JournalText.encode(
            SignalDetail(
                technical: Dictionary(uniqueKeysWithValues: known.map { ($0, $1) }),
                reasons: given == nil ? source.model.reasons(values).map(SignalDetail.Part.init) : []))
    }

    /// What a strategy said: its side by the sign, its strength as the confidence; 0 holds.
    init(_ source: SignalSource, of signal: StrategySignal) throws(HostRefusal) {
        let direction: Opinion.Direction = signal.strength == 0 ? .hold : signal.strength > 0 ? .buy : .sell
        var request = SignalRequest(instrument: source.instrument.id, instrumentPath: "")
        request.price = signal.price > .zero ? signal.price : nil
        try self.init(
            source, request,
            opinion: Opinion(direction: direction, confidence: abs(signal.strength), strength: signal.strength))
    }

    /// As what it goes into the book, and whether it counts for the accuracy.
    func record(as source: SignalRecord.Source, origin: String? = nil, isCounted: Bool) -> SignalRecord {
        var record = record
        record.source = source
        record.origin = origin ?? record.origin
        record.isCounted = isCounted
        return record
    }

    func record(of strategy: (id: String, account: Int)) -> SignalRecord {
        var record = record(as: .strategy, origin: strategy.id, isCounted: true)
        record.account = strategy.account
        return record
    }

    private static let bookImbalance = place(of: "book_imbalance_5")
    private static let averageRange = place(of: "atr_14")
    private static let meanVolume = place(of: "volume_sma_20")

    private static func place(of name: String) -> Int {
        guard let place = Feature.index(of: name) else { preconditionFailure("there is no feature \(name)") }
        return place
    }

    private static func bars(_ source: SignalSource, _ request: SignalRequest?) -> [Bar] {
        guard let request, !request.prices.isEmpty else { return source.candles.map { Bar($0, source.length) } }
        let interval = source.length.interval
        let begin = source.length.begin(of: source.time).nanoseconds
        return request.prices.indices.map { place in
            let close = request.prices[place]
            let open = place == 0 ? close : request.prices[place - 1]
            return Bar(
                instrument: 0,
                closeTime: Timestamp(nanoseconds: begin - Int64(request.prices.count - 1 - place) * interval),
                interval: interval, open: open, high: max(open, close), low: min(open, close), close: close,
                volume: request.volumes.isEmpty ? .zero : request.volumes[place])
        }
    }

    /// The average true range of 14 bars. Where there are too few bars: that of the longest shorter ones, times the root of how
    /// many of them make a bar, as a price that goes nowhere wanders; before there are any a thousandth of the price.
    private static func range(_ source: SignalSource, _ value: (Int) -> Double?) -> Price {
        var range = value(averageRange)
        if range == nil, let finer = source.finer {
            var features = FeatureSet()
            for candle in finer.candles { features.add(Bar(candle, finer.length)) }
            let ratio = Double(source.length.interval) / Double(finer.length.interval)
            range = features.value(averageRange).map { $0 * ratio.squareRoot() }
        }
        let thousandth = Price(raw: max(source.price.raw / 1000, 1))
        return range.flatMap { Int64(exactly: ($0 * 1e9).rounded()) }.map(Price.init(raw:)) ?? thousandth
    }

    private static func onTick(_ price: Price, _ tick: Price) -> Price {
        let tick = max(tick.raw, 1)
        let below = price.raw / tick * tick
        let isNearerAbove = price.raw - below > tick / 2 && below <= .max - tick
        return Price(raw: max(isNearerAbove ? below + tick : below, tick))
    }

    private static func isConfirmed(_ bars: [Bar], isUp: Bool, _ value: (Int) -> Double?) -> Bool {
        guard let last = bars.last, let mean = value(meanVolume), last.volume > 0 else { return false }
        let isWithIt = isUp ? last.close > last.open : last.close < last.open
        return isWithIt && Quantity(raw: last.volume).approximate >= mean
    }

    /// (bought − sold) / (bought + sold) by aggressors; nil = no trade has one.
    private static func sentiment(_ ticks: [MarketTick]) -> Double? {
        var (bought, sold) = (Int128(0), Int128(0))
        for tick in ticks {
            if tick.aggressor == .buy { bought += Int128(tick.quantity.raw) }
            if tick.aggressor == .sell { sold += Int128(tick.quantity.raw) }
        }
        return bought + sold == 0 ? nil : Double(bought - sold) / Double(bought + sold)
    }
}

/// What is told of a signal beside its numbers, in the journal.
struct SignalDetail: Codable {
    struct Part: Codable {
        var name: String
        var share: Double
        var text: String

        init(_ reason: Reason) {
            name = reason.name
            share = reason.share
            text = reason.text
        }
    }

    /// Features that were known, by name.
    var technical: [String: Double]
    var reasons: [Part]
}

/// Values of a client in place of measured ones, by their place in the registry.
struct FeatureOverrides {
    private(set) var values: [Int: Double] = [:]

    /// How clients say it in short.
    static let shortNames = [
        "rsi": "rsi_14", "macd": "macd_12_26_9", "macd_signal": "macd_signal_12_26_9",
        "macd_histogram": "macd_hist_12_26_9", "atr": "atr_14", "adx": "adx_14", "cci": "cci_20", "mfi": "mfi_14",
        "stochastic": "stoch_k_14_3_3", "bollinger": "bbands_percent_b_20_2",
    ]
    /// Taken, and of no effect on any feature.
    private static let silent: Set<String> = ["volume_24h"]

    /// Names that are none are refused, all at once.
    init(_ features: [SignalFeature]) throws(HostRefusal) {
        var faults: [RequestFault] = []
        for feature in features where !FeatureOverrides.silent.contains(feature.name) {
            if let place = Feature.index(of: FeatureOverrides.shortNames[feature.name] ?? feature.name) {
                values[place] = feature.value
            } else {
                faults.append(
                    RequestFault(
                        path: String(feature.path.prefix(120)),
                        message: "is no feature; GET /api/features lists them"))
            }
        }
        if !faults.isEmpty { throw .invalid(faults) }
    }
}
