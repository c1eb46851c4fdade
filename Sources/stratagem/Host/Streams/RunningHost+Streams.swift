import API
import CStrategyABI
import Engine
import MarketData
import Trading

// What clients hear of by themselves: news from memory, and the market as a command of the engine thread.

extension RunningHost {
    func news(after cursor: UInt64, limit: Int) -> NewsPage { recentNews.page(after: cursor, limit: limit) }
    func newsPlace(after sequence: UInt64) -> NewsPlace { recentNews.place(after: sequence) }
    func newsSignals() -> AsyncStream<Void> { recentNews.signals() }

    /// Quotes are no facts: nobody waits for the journal here.
    func pictures(_ wants: [MarketWant]) async -> [MarketPicture?] {
        await withCheckedContinuation { continuation in
            let isTaken = engineThread.mailbox.post { core in
                continuation.resume(returning: wants.map { core.picture($0) })
            }
            if !isTaken { continuation.resume(returning: wants.map { _ in nil }) }
        }
    }
}

extension HostCore {
    fileprivate func picture(_ want: MarketWant) -> MarketPicture? {
        switch want {
        case .tick(let id):
            guard let index = instrument(id), let tick = market.ticks(index, limit: 1).last else { return nil }
            return .tick(TickView(time: tick.time, price: tick.price, quantity: tick.quantity, id: tick.id))
        case .candles(let id, let timeframe): return candles(id, timeframe)
        case .book(let id): return (try? depth(id)).map { .book($0) }
        case .price(let id, let indicators): return price(id, indicators)
        }
    }

    /// As many as may have become final since they were last looked at.
    private func candles(_ id: String, _ timeframe: String) -> MarketPicture? {
        guard let index = instrument(id), let length = CandleLength(name: timeframe) else { return nil }
        let candles = market.candles(index, length, limit: 16)
        guard let last = candles.last else { return nil }
        let isFinal = marketTime.nanoseconds >= last.time.nanoseconds + length.interval
        return .candles(candles.map { CandleView($0) }, isLastFinal: isFinal)
    }

    private func price(_ id: String, _ wantsIndicators: Bool) -> MarketPicture? {
        guard let index = instrument(id), let minute = CandleLength(name: "1m") else { return nil }
        let quote = market.quote(index)
        let tick = market.ticks(index, limit: 1).last
        let candles = market.candles(index, minute, limit: wantsIndicators ? Indicators.length : 1)
        let last = tick?.price ?? candles.last?.close
        guard let last else { return nil }
        var view = PriceView(
            time: max(
                quote.map { Timestamp(nanoseconds: $0.time) } ?? .least, tick?.time ?? candles.last?.time ?? .least),
            bid: quote.map { Price(raw: $0.bid_price) }, ask: quote.map { Price(raw: $0.ask_price) }, last: last,
            volume: candles.last?.volume ?? 0)
        if wantsIndicators { view.indicators = Indicators.of(candles.map(\.close.approximate)) }
        return .price(view)
    }
}

extension Timestamp {
    fileprivate static let least = Timestamp(nanoseconds: .min)
}

extension CandleView {
    init(_ candle: Candle) {
        self.init(
            time: candle.time, open: candle.open, high: candle.high, low: candle.low, close: candle.close,
            volume: candle.volume, vwap: candle.vwap)
    }
}

/// Of the closes of one-minute candles, oldest first; 0 while there are too few.
enum Indicators {
    static let length = 60

    static func of(_ closes: [Double]) -> [(name: String, value: Double)] {
        [
            ("sma_20", average(closes, 20)), ("ema_20", exponential(closes, 20)), ("rsi_14", strength(closes, 14)),
        ]
    }

    private static func average(_ closes: [Double], _ count: Int) -> Double {
        closes.count < count ? 0 : closes.suffix(count).reduce(0, +) / Double(count)
    }

    /// Begins with the average of the first `count`.
    private static func exponential(_ closes: [Double], _ count: Int) -> Double {
        guard closes.count >= count else { return 0 }
        let weight = 2 / Double(count + 1)
        let first = closes.prefix(count).reduce(0, +) / Double(count)
        return closes.dropFirst(count).reduce(first) { $0 + weight * ($1 - $0) }
    }

    /// Wilder's relative strength index, 0…100; 50 where nothing has moved.
    private static func strength(_ closes: [Double], _ count: Int) -> Double {
        guard closes.count > count else { return 0 }
        let moves = zip(closes.dropFirst(), closes).map { $0 - $1 }
        var gain = moves.prefix(count).reduce(0) { $0 + max($1, 0) } / Double(count)
        var loss = moves.prefix(count).reduce(0) { $0 + max(-$1, 0) } / Double(count)
        for move in moves.dropFirst(count) {
            gain = (gain * Double(count - 1) + max(move, 0)) / Double(count)
            loss = (loss * Double(count - 1) + max(-move, 0)) / Double(count)
        }
        return gain + loss == 0 ? 50 : 100 * gain / (gain + loss)
    }
}
