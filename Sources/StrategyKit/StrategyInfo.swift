import CStrategyABI

/// What a strategy is called.
public struct StrategyInfo: Sendable, Equatable {
    /// Letters, digits and `_`, at most 64: the name in configuration files.
    public var id: String
    public var name: String
    public var version: String
    public var description: String

    public init(id: String, name: String, version: String = "1.0.0", description: String = "") {
        self.id = id
        self.name = name
        self.version = version
        self.description = description
    }
}

/// The events that a strategy asks for.
@frozen public struct EventSet: OptionSet, Sendable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let trades = EventSet(type: STRATEGY_EVENT_TRADE)
    public static let quotes = EventSet(type: STRATEGY_EVENT_QUOTE)
    public static let depth = EventSet(type: STRATEGY_EVENT_DEPTH)
    public static let bars = EventSet(type: STRATEGY_EVENT_BAR)
    static let features = EventSet(type: STRATEGY_EVENT_FEATURES)
    /// Trading state, feed, instrument and session changes.
    public static let status: EventSet = [
        EventSet(type: STRATEGY_EVENT_TRADING_STATE), EventSet(type: STRATEGY_EVENT_FEED),
        EventSet(type: STRATEGY_EVENT_INSTRUMENT), EventSet(type: STRATEGY_EVENT_SESSION),
    ]

    /// Funding of instruments that the strategy does not hold; of those that it holds it hears anyway.
    public static let funding = EventSet(type: STRATEGY_EVENT_FUNDING)

    private init(type: Int) { rawValue = 1 << UInt64(type) }
}

/// How many values of a strategy an instance holds.
public enum StrategyScope: Sendable {
    /// One value per bound instrument; each sees its own instrument only, as if it were alone.
    case eachInstrument
    /// One value for all bound instruments; look at the event's `instrument`.
    case allInstruments
}
