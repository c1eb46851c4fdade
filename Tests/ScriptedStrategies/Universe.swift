public import CStrategyABI
public import Engine
import Portfolio
public import Trading

// A small market to test in: whole numbers are whole units.

extension Price: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
    public init(_ whole: Int64) { self.init(raw: whole * 1_000_000_000) }
}

extension Quantity: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
    public init(_ whole: Int64) { self.init(raw: whole * 100_000_000) }
}

extension Money: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(raw: Int128(value) * 100_000_000) }
}

extension EngineSetup {
    /// Instruments I0, I1 … with tick 0.01 and lot 0.01, one margin account of a million USDT with leverage 10, and
    /// strategies that are bound to all instruments.
    public static func small(
        _ feed: FeedKinds = .bars, instruments count: Int = 1, strategies: Int = 1, accounts: Int = 1
    ) -> EngineSetup {
        let terms = InstrumentTerms(
            tick: Price(raw: 10_000_000), lot: Quantity(raw: 1_000_000), minQuantity: Quantity(raw: 1_000_000),
            maxQuantity: 1000)
        return EngineSetup(
            instruments: (0..<count).map { Instrument(id: "I\($0)", quoteCurrency: "USDT", terms: terms) },
            feeds: Array(repeating: feed, count: count), currencies: ["USDT"],
            accounts: (0..<accounts).map {
                Account(
                    id: "A\($0)", owner: "owner \($0)",
                    terms: AccountTerms(openingBalance: 1_000_000, maxLeverage: Rate(raw: 10_000_000_000)))
            },
            strategies: (0..<strategies).map {
                Strategy(id: "S\($0)", account: min($0, accounts - 1), instruments: Array(0..<count))
            })
    }
}

extension EventRecord {
    /// A one-minute bar that closes `minute` minutes after the start of 2024.
    public static func bar(
        _ minute: Int64, _ open: Price, _ high: Price, _ low: Price, _ close: Price, volume: Quantity = 1000,
        instrument: UInt32 = 0
    ) -> EventRecord {
        EventRecord(
            Bar(
                instrument: instrument, closeTime: .minute(minute), interval: 60_000_000_000, open: open, high: high,
                low: low, close: close, volume: volume))
    }

    /// A bar without any movement.
    public static func flat(_ minute: Int64, _ price: Price, instrument: UInt32 = 0) -> EventRecord {
        bar(minute, price, price, price, price, instrument: instrument)
    }

    /// Size 0 = as much as anyone wants.
    public static func quote(
        _ minute: Int64, _ bid: Price, _ ask: Price, size: Quantity = 0, instrument: UInt32 = 0
    ) -> EventRecord {
        EventRecord(
            Quote(
                instrument: instrument, time: .minute(minute), bid: bid, bidQuantity: size, ask: ask, askQuantity: size)
        )
    }

    public static func trade(_ minute: Int64, _ price: Price, _ quantity: Quantity = 1000, instrument: UInt32 = 0)
        -> EventRecord
    {
        EventRecord(Trade(instrument: instrument, time: .minute(minute), price: price, quantity: quantity))
    }
}

extension Timestamp {
    /// Minutes after 2024-01-01T00:00:00Z.
    public static func minute(_ minute: Int64) -> Timestamp {
        Timestamp(nanoseconds: 1_704_067_200_000_000_000 + minute * 60_000_000_000)
    }
}
