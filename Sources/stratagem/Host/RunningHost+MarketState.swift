import API
import CStrategyABI
import Features
import MarketData
import Trading

// What markets do: the engine's thread gives away the candles, and they are analysed beside it.

extension RunningHost {
    func marketState(of instrument: String, _ timeframe: String?) async throws(HostRefusal) -> MarketStateView {
        let source = try await read { core throws(HostRefusal) in try core.marketStateSource(instrument, timeframe) }
        let found: MarketStateView?
        do {
            found = try await BlockingWork.run { source.view }
        } catch {
            throw .unavailable("the market was not analysed: \(error)")
        }
        guard let found else {
            throw .unavailable("no bar of \(source.instrument.id) has closed yet; ask again")
        }
        return found
    }
}

extension HostCore {
    /// Of this timeframe; nil = of the longest that has enough closed candles, or else the shortest that has any.
    func marketStateSource(_ id: String, _ timeframe: String?) throws(HostRefusal) -> MarketStateSource {
        let index = try known(id)
        let lengths = if let timeframe { [try CandleLength.named(timeframe)] } else { CandleLength.all }
        var source = MarketStateSource(instrument: universe.instruments[index], length: lengths[0], candles: [])
        for length in lengths.reversed() where source.candles.count < MarketStateSource.enough {
            // The candle that still grows is no bar yet.
            let candles = market.candles(
                index, length, to: length.begin(of: marketTime), limit: MarketAnalysis.barsMax)
            if !candles.isEmpty { (source.length, source.candles) = (length, candles) }
        }
        return source
    }
}

/// What the state of a market is computed from.
struct MarketStateSource: Sendable {
    /// Candles that make a timeframe worth looking at.
    static let enough = 100

    let instrument: Instrument
    var length: CandleLength
    var candles: [Candle]

    /// nil = there is no bar.
    var view: MarketStateView? {
        guard let found = MarketAnalysis(candles.map { Bar($0, length) }, tick: instrument.terms.tick) else {
            return nil
        }
        var view = MarketStateView(
            instrument: instrument.id, timeframe: length.name, time: found.time, bars: found.barCount)
        view.state =
            switch found.state.condition {
            case .trending: .trending
            case .ranging: .ranging
            case .volatile: .volatile
            case .quiet: .quiet
            }
        view.direction =
            switch found.state.direction {
            case .bullish: .bullish
            case .bearish: .bearish
            case .sideways: .sideways
            }
        view.volatility =
            switch found.state.volatility {
            case .low: .low
            case .medium: .medium
            case .high: .high
            }
        view.pointOfControl = found.profile.pointOfControl
        view.valueAreaHigh = found.profile.valueAreaHigh
        view.valueAreaLow = found.profile.valueAreaLow
        view.supports = found.supports.map(\.price)
        view.resistances = found.resistances.map(\.price)
        return view
    }
}
