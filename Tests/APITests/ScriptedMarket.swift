import API
import Synchronization
import Trading

/// The market of a scripted host.
struct MarketScript: Sendable {
    var instruments: [InstrumentView] = []
    /// By the instrument's id; there is none of the others yet.
    var depths: [String: DepthView] = [:]
    var stats: [String: MarketStatsView] = [:]
    var timeframes = ["1s", "1m"]
    /// Of every instrument.
    var candles: [CandleView] = []
    var ticks: [TickView] = []
    var features: [FeatureView] = []
    var featureValues: [(name: String, value: Double?)] = []
    var state: MarketStateView?
    /// What was asked, one text each.
    var asked: [String] = []

    func id(of name: String) throws(HostRefusal) -> String {
        let match = instruments.first { $0.instrument.id == name || $0.aliases.contains(name) }
        guard let match else { throw .unknown(kind: "instrument", id: name) }
        return match.instrument.id
    }
}

extension ScriptedHost {
    func instruments() async throws(HostRefusal) -> [InstrumentView] { script.withLock { $0.market.instruments } }

    func depth(_ instrument: String) async throws(HostRefusal) -> DepthView {
        try script.withLock { script throws(HostRefusal) in
            guard let depth = script.market.depths[try script.market.id(of: instrument)] else {
                throw .unavailable("no quote yet")
            }
            return depth
        }
    }

    func candles(_ instrument: String, _ timeframe: String, from: Timestamp, to: Timestamp, limit: Int)
        async throws(HostRefusal) -> [CandleView]
    {
        try script.withLock { script throws(HostRefusal) in
            let id = try script.market.id(of: instrument)
            guard script.market.timeframes.contains(timeframe) else {
                throw .invalid("timeframe", "must be one of \(script.market.timeframes)")
            }
            script.market.asked.append("candles \(id) \(timeframe) \(from) \(to) \(limit)")
            return script.market.candles
        }
    }

    func ticks(_ instrument: String, from: Timestamp?, to: Timestamp?, limit: Int) async throws(HostRefusal)
        -> [TickView]
    {
        try script.withLock { script throws(HostRefusal) in
            let id = try script.market.id(of: instrument)
            let bounds = [from, to].map { $0?.description ?? "-" }.joined(separator: " ")
            script.market.asked.append("ticks \(id) \(bounds) \(limit)")
            return script.market.ticks
        }
    }

    func stats(_ instrument: String) async throws(HostRefusal) -> MarketStatsView {
        try script.withLock { script throws(HostRefusal) in
            guard let stats = script.market.stats[try script.market.id(of: instrument)] else {
                throw .unavailable("nothing has traded yet")
            }
            return stats
        }
    }

    func features() async throws(HostRefusal) -> [FeatureView] { script.withLock { $0.market.features } }

    func features(of instrument: String, _ timeframe: String) async throws(HostRefusal) -> FeatureValuesView {
        try script.withLock { script throws(HostRefusal) in
            let id = try script.market.id(of: instrument)
            guard script.market.timeframes.contains(timeframe) else {
                throw .invalid("timeframe", "must be one of \(script.market.timeframes)")
            }
            let values = script.market.featureValues
            return FeatureValuesView(
                instrument: id, timeframe: timeframe,
                time: values.isEmpty ? nil : Timestamp(nanoseconds: 60_000_000_000), bars: values.count,
                features: values)
        }
    }

    func marketState(of instrument: String, _ timeframe: String?) async throws(HostRefusal) -> MarketStateView {
        try script.withLock { script throws(HostRefusal) in
            let id = try script.market.id(of: instrument)
            if let timeframe, !script.market.timeframes.contains(timeframe) {
                throw .invalid("timeframe", "must be one of \(script.market.timeframes)")
            }
            guard var state = script.market.state else { throw .unavailable("no bar has closed yet") }
            state.instrument = id
            state.timeframe = timeframe ?? "1s"
            return state
        }
    }
}
