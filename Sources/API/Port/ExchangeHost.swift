/// The market as a list to choose from.
public protocol ExchangeHost: Sendable {
    /// Those that have a price; whether that are all.
    func exchangeSymbols() async throws(HostRefusal) -> (symbols: [ExchangeSymbolView], isComplete: Bool)
}

public struct ExchangeSymbolView: Sendable, Equatable {
    public var name: String
    /// The feed's name.
    public var exchange: String
    public var stats: MarketStatsView

    public init(name: String, exchange: String, stats: MarketStatsView) {
        self.name = name
        self.exchange = exchange
        self.stats = stats
    }
}
