import Synchronization
public import Trading

/// Instruments with their prices, as a list to choose from (document 001).
public enum ExchangeOperations {
    /// `clock` is the wall clock.
    public static func all(clock: @escaping @Sendable () -> Timestamp = { .now }) -> [APIOperation] {
        [symbols(SymbolCache(), clock)]
    }

    private static func symbols(_ cache: SymbolCache, _ clock: @escaping @Sendable () -> Timestamp) -> APIOperation {
        APIOperation(
            .get, "/api/exchange/symbols", id: "cfg.exchange_symbols", tag: "Market data",
            summary: "All instruments with their prices",
            description: """
                The whole answer is kept for five minutes, once every instrument has a price; one without a price is left \
                out. volume24h is in units of the instrument, change24h in percent, timestamp that of the price, and \
                exchange names the feed that prices come from.
                """,
            access: .open, rate: .marketData, dialect: .d001, errors: [.unavailable]
        ) { (_: NoInput, context) in
            let now = clock()
            if let kept = cache.answer(at: now) { return kept }
            let (symbols, isComplete) = try await context.host.exchangeSymbols()
            guard !symbols.isEmpty else { throw APIError(.unavailable, "no instrument has a price yet; try again") }
            let answer = ExchangeSymbolsAnswer(symbols: symbols)
            if isComplete { cache.keep(answer, from: now) }
            return answer
        }
    }
}

/// One answer for five minutes.
private final class SymbolCache: Sendable {
    private static let lifetime = 300 * Timestamp.nanosecondsPerSecond
    private let kept = Mutex<(answer: ExchangeSymbolsAnswer, since: Timestamp)?>(nil)

    /// A clock that was set back ends its time as well.
    func answer(at now: Timestamp) -> ExchangeSymbolsAnswer? {
        kept.withLock { kept in
            guard let kept, (0..<SymbolCache.lifetime).contains(now.nanoseconds - kept.since.nanoseconds) else {
                return nil
            }
            return kept.answer
        }
    }

    func keep(_ answer: ExchangeSymbolsAnswer, from now: Timestamp) { kept.withLock { $0 = (answer, now) } }
}

struct ExchangeSymbolsAnswer: OperationOutput {
    var symbols: [ExchangeSymbolView]

    static var example: ExchangeSymbolsAnswer {
        let stats = MarketStatsView(
            instrument: "BTC_USDT", time: Timestamp(nanoseconds: 0), lastPrice: .one, high24h: .one, low24h: .one,
            volume24h: 1, changePercent24h: 0)
        return ExchangeSymbolsAnswer(
            symbols: [ExchangeSymbolView(name: "BTC/USDT", exchange: "simulator", stats: stats)])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("type", "response", of: ["response"])
            json.object("data") { json in
                json.list("symbols", symbols) { json, symbol in
                    json.object { json in
                        json.field("symbol", symbol.stats.instrument)
                        json.field("name", symbol.name)
                        json.field("price", symbol.stats.lastPrice)
                        json.field(
                            "volume24h", ExactDecimal(raw: symbol.stats.volume24h, decimals: Quantity.decimals))
                        json.field("change24h", symbol.stats.changePercent24h)
                        json.field("high24h", symbol.stats.high24h)
                        json.field("low24h", symbol.stats.low24h)
                        json.field("exchange", symbol.exchange)
                        json.field("timestamp", symbol.stats.time)
                    }
                }
            }
        }
    }
}
