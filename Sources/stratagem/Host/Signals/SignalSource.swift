import API
import CStrategyABI
import Configuration
import Engine
import Features
import MarketData
import Signals
import Trading

/// What a signal is made from, taken from the engine's thread in one go.
struct SignalSource: Sendable {
    /// Bars that make an average true range.
    static let rangeBars = 15
    static let tradesMax = 200

    let index: Int
    let instrument: Instrument
    let model: SignalModel
    let length: CandleLength
    /// Closed ones, at most as many as features count.
    let candles: [Candle]
    /// Shorter ones, where those are too few for an average range.
    let finer: (length: CandleLength, candles: [Candle])?
    let quote: Quote?
    let book: OrderBook
    let ticks: [MarketTick]
    /// Of the last second that has closed.
    let price: Price
    let time: Timestamp
    let horizon: Int64
}

extension HostCore {
    /// As candles are named; nil = the model's, or else the host's.
    func signalSource(_ index: Int, _ model: SignalModel, _ timeframe: String?) throws(HostRefusal) -> SignalSource {
        let length = try CandleLength.named(timeframe ?? model.timeframe ?? host.signals.timeframe ?? "1m")
        guard let price = closedPrice(index, at: marketTime)?.price ?? lastPrice(index) else {
            throw .unavailable("there is no price of \(universe.instruments[index].id) yet; ask again")
        }
        let candles = closedCandles(index, length, RunningHost.featureBarsMax)
        var finer: (CandleLength, [Candle])?
        if candles.count < SignalSource.rangeBars {
            for shorter in CandleLength.all.reversed() where finer == nil && shorter.interval < length.interval {
                let some = closedCandles(index, shorter, 100)
                if some.count >= SignalSource.rangeBars { finer = (shorter, some) }
            }
        }
        return SignalSource(
            index: index, instrument: universe.instruments[index], model: model, length: length, candles: candles,
            finer: finer, quote: market.quote(index), book: engine.depth(instrument: index),
            ticks: market.ticks(index, limit: SignalSource.tradesMax), price: price, time: marketTime,
            horizon: host.signals.horizonSeconds * Timestamp.nanosecondsPerSecond)
    }

    /// The candle that still grows is no bar yet.
    private func closedCandles(_ index: Int, _ length: CandleLength, _ limit: Int) -> [Candle] {
        market.candles(index, length, to: length.begin(of: marketTime), limit: limit)
    }

    /// The close of the last second that had closed by then, and when that was; of a minute where the feed's bars are as long.
    func closedPrice(_ index: Int, at time: Timestamp) -> (price: Price, time: Timestamp)? {
        for length in CandleLength.all where ["1s", "1m"].contains(length.name) {
            let last = market.candles(index, length, to: length.begin(of: time), limit: 1).last
            if let last { return (last.close, last.time + length.interval) }
        }
        return nil
    }

    private func lastPrice(_ index: Int) -> Price? {
        let price = engine.mark(index)
        return price > .zero ? price : nil
    }
}
