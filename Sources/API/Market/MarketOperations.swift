import Trading

/// Instruments and market data.
public enum MarketOperations {
    public static let all = [symbols, instruments, depth, candles, ticks, stats]

    static let symbols = APIOperation(
        .get, "/symbols", id: "cfg.symbols", tag: "Market data", summary: "Names of all instruments",
        description: "A bare list, in the order of the configuration.", access: .open, rate: .marketData, dialect: .d001
    ) { (_: NoInput, context) in
        SymbolsAnswer(names: try await context.host.instruments().map(\.instrument.id))
    }

    static let instruments = APIOperation(
        .get, "/api/instruments", id: "market.instruments", tag: "Market data", summary: "All instruments",
        rate: .marketData
    ) { (_: NoInput, context) in
        InstrumentsAnswer(instruments: try await context.host.instruments())
    }

    static let depth = APIOperation(
        .get, "/api/market-data/{instrument}/depth", id: "market.depth", tag: "Market data",
        summary: "The order book of an instrument",
        description: """
            Bids fall, asks rise; both begin with the best. spread and mid_price are exact, and 0 while a side is empty.
            """,
        rate: .marketData, errors: [.unknown, .unavailable]
    ) { (input: InstrumentInput, context) in
        DepthAnswer(depth: try await context.host.depth(input.instrument))
    }

    static let candles = APIOperation(
        .get, "/api/market-data/{instrument}/candles", id: "market.candles", tag: "Market data",
        summary: "Candles of an instrument",
        description: "The latest `limit` candles of the range, ascending by the time at which they open.",
        rate: .marketData, isSnapshot: true, errors: [.unknown, .unavailable]
    ) { (input: CandlesInput, context) in
        let candles = try await context.host.candles(
            input.instrument, input.timeframe, from: input.from, to: input.to, limit: input.limit)
        return CandlesAnswer(
            instrument: try await fullName(of: input.instrument, context), timeframe: input.timeframe,
            candles: candles)
    }

    static let ticks = APIOperation(
        .get, "/api/market-data/{instrument}/ticks", id: "market.ticks", tag: "Market data",
        summary: "Trades in the market of an instrument",
        description: "The latest `limit` trades of the range, in the order of the host.",
        rate: .marketData, errors: [.unknown, .unavailable]
    ) { (input: TicksInput, context) in
        let ticks = try await context.host.ticks(input.instrument, from: input.from, to: input.to, limit: input.limit)
        return TicksAnswer(instrument: try await fullName(of: input.instrument, context), ticks: ticks)
    }

    static let stats = APIOperation(
        .get, "/api/market-data/{instrument}/stats", id: "market.stats", tag: "Market data",
        summary: "The last 24 hours of an instrument",
        description: "change_24h is in percent of the price 24 hours ago, or of the oldest that is known.",
        rate: .marketData, errors: [.unknown, .unavailable]
    ) { (input: InstrumentInput, context) in
        StatsAnswer(stats: try await context.host.stats(input.instrument))
    }

    /// Answers name an instrument by its id, also where the request used an alias.
    private static func fullName(of name: String, _ context: OperationContext) async throws(HostRefusal) -> String {
        let instruments = try await context.host.instruments()
        guard let match = instruments.first(where: { $0.instrument.id == name || $0.aliases.contains(name) }) else {
            throw .unknown(kind: "instrument", id: name)
        }
        return match.instrument.id
    }
}
