import API
import CStrategyABI
import Engine
import MarketData
import Portfolio
import Trading

// The market as commands of the engine thread.

extension RunningHost {
    func instruments() async throws(HostRefusal) -> [InstrumentView] { listed }

    func depth(_ instrument: String) async throws(HostRefusal) -> DepthView {
        try await read { core throws(HostRefusal) in try core.depth(instrument) }
    }

    func candles(_ instrument: String, _ timeframe: String, from: Timestamp, to: Timestamp, limit: Int)
        async throws(HostRefusal) -> [CandleView]
    {
        try await read { core throws(HostRefusal) in
            let index = try core.known(instrument)
            let length = try CandleLength.named(timeframe)
            return core.market.candles(index, length, from: from, to: to, limit: limit).map(CandleView.init)
        }
    }

    func ticks(_ instrument: String, from: Timestamp?, to: Timestamp?, limit: Int) async throws(HostRefusal)
        -> [TickView]
    {
        try await read { core throws(HostRefusal) in
            let index = try core.known(instrument)
            let first = from ?? Timestamp(nanoseconds: .min)
            let last = to ?? Timestamp(nanoseconds: .max)
            return core.market.ticks(index, from: first, to: last, limit: limit).map {
                TickView(time: $0.time, price: $0.price, quantity: $0.quantity, id: $0.id)
            }
        }
    }

    func stats(_ instrument: String) async throws(HostRefusal) -> MarketStatsView {
        try await ask { core throws(HostRefusal) in
            let index = try core.known(instrument)
            guard let stats = core.stats(index) else {
                throw .unavailable("nothing has traded in \(core.universe.instruments[index].id) yet")
            }
            return stats
        }
    }

    func exchangeSymbols() async throws(HostRefusal) -> (symbols: [ExchangeSymbolView], isComplete: Bool) {
        try await ask { core throws(HostRefusal) in
            let symbols = core.universe.instruments.indices.compactMap { index in
                core.stats(index).map {
                    ExchangeSymbolView(
                        name: core.universe.instruments[index].name, exchange: core.feed.name, stats: $0)
                }
            }
            return (symbols, symbols.count == core.universe.instruments.count)
        }
    }
}

extension HostCore {
    func known(_ id: String) throws(HostRefusal) -> Int {
        guard let index = instrument(id) else { throw .unknown(kind: "instrument", id: id) }
        return index
    }

    fileprivate func stats(_ index: Int) -> MarketStatsView? {
        market.statistics(index, now: marketTime).map { stats in
            MarketStatsView(
                instrument: universe.instruments[index].id, time: stats.time, lastPrice: stats.lastPrice,
                high24h: stats.high, low24h: stats.low, volume24h: stats.volume,
                changePercent24h: stats.changeRate.approximate * 100)
        }
    }

    /// The book where the feed has one, else the quote as its first level.
    func depth(_ id: String) throws(HostRefusal) -> DepthView {
        let index = try known(id)
        let name = universe.instruments[index].id
        let (bids, asks) = engine.depthLevels(instrument: index)
        if let time = engine.depth(instrument: index).time {
            return DepthView(
                instrument: name, time: time, bids: bids.map { LevelView(price: $0.price, quantity: $0.quantity) },
                asks: asks.map { LevelView(price: $0.price, quantity: $0.quantity) })
        }
        guard let quote = market.quote(index) else {
            throw .unavailable("there is no quote of \(name) yet")
        }
        return DepthView(
            instrument: name, time: Timestamp(nanoseconds: quote.time),
            bids: LevelView.side(quote.bid_price, quote.bid_quantity),
            asks: LevelView.side(quote.ask_price, quote.ask_quantity))
    }

    /// Annualised standard deviation of the last hour's one-minute returns; 0 while there are fewer than ten.
    func volatility(_ instrument: Int) -> Double {
        (minuteDeviation(instrument, seconds: 3600) ?? 0) * (365.25 * 24 * 60).squareRoot()
    }

    /// Standard deviation of one-minute returns, of the minutes that began within so many seconds; nil with fewer than ten.
    func minuteDeviation(_ instrument: Int, seconds: Int64) -> Double? {
        guard let minute = CandleLength(name: "1m") else { return nil }
        let closes = market.candles(
            instrument, minute, from: marketTime + -seconds * Timestamp.nanosecondsPerSecond, to: marketTime,
            limit: Int(seconds / 60) + 1
        ).map(\.close.approximate)
        guard closes.count > 10 else { return nil }
        return DailyReturns(values: zip(closes.dropFirst(), closes).map { $0 / $1 - 1 }, coveredDays: 1)
            .standardDeviation
    }
}

extension CandleLength {
    static func named(_ timeframe: String) throws(HostRefusal) -> CandleLength {
        guard let length = CandleLength(name: timeframe) else {
            let known = CandleLength.all.map(\.name).joined(separator: ", ")
            throw .invalid("timeframe", "must be one of \(known)")
        }
        return length
    }
}

extension LevelView {
    fileprivate static func side(_ price: Int64, _ quantity: Int64) -> [LevelView] {
        price > 0 ? [LevelView(price: Price(raw: price), quantity: Quantity(raw: quantity))] : []
    }
}
