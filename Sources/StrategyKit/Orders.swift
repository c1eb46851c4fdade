import CStrategyABI

/// The index by which events and orders name an instrument.
public typealias InstrumentIndex = UInt32

public enum Side: UInt8, Sendable, BitwiseCopyable, Codable {
    case buy = 1
    case sell = 2
    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
}

/// The strategy's name of an order, unique in its instance.
@frozen public struct OrderTag: Hashable, Sendable, BitwiseCopyable, Codable {
    public var raw: UInt64
    @inlinable public init(_ raw: UInt64) { self.raw = raw }

    /// Of a bracket, by the tag of its entry: the stop's and the target's tag.
    @inlinable public var stopLoss: OrderTag { OrderTag(raw &+ 1) }
    @inlinable public var takeProfit: OrderTag { OrderTag(raw &+ 2) }

    public init(from decoder: any Decoder) throws { raw = try decoder.singleValueContainer().decode(UInt64.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(raw)
    }
}

/// What kind of order, with its prices.
public enum OrderKind: Sendable, BitwiseCopyable, Equatable {
    case market
    case limit(Price)
    /// Becomes a market order when the trigger price is reached.
    case stop(Price)
    /// Becomes a limit order when the trigger price is reached.
    case stopLimit(stop: Price, limit: Price)
    /// A stop that follows the best price since it was accepted – the bid for a sell, the ask for a buy – this far behind it,
    /// and never goes back. Becomes a market order.
    case trailingStop(behind: TrailingDistance)

    var code: Int {
        switch self {
        case .market: STRATEGY_KIND_MARKET
        case .limit: STRATEGY_KIND_LIMIT
        case .stop: STRATEGY_KIND_STOP_LOSS
        case .stopLimit: STRATEGY_KIND_STOP_LIMIT
        case .trailingStop: STRATEGY_KIND_TRAILING_STOP
        }
    }
    /// Zero when the kind has none.
    public var limitPrice: Price {
        switch self {
        case .limit(let price), .stopLimit(_, let price): price
        case .market, .stop, .trailingStop: .zero
        }
    }
    /// Zero when the kind has none.
    public var stopPrice: Price {
        switch self {
        case .stop(let price), .stopLimit(let price, _): price
        case .market, .limit, .trailingStop: .zero
        }
    }
    var problem: String? {
        switch self {
        case .market: nil
        case .limit(let price): price > .zero ? nil : "limit price \(price) must be above 0"
        case .stop(let price): price > .zero ? nil : "stop price \(price) must be above 0"
        case .stopLimit(let stop, let limit):
            stop > .zero && limit > .zero ? nil : "stop \(stop) and limit \(limit) must be above 0"
        case .trailingStop(let distance): distance.problem
        }
    }
    var trail: TrailingDistance? { if case .trailingStop(let distance) = self { distance } else { nil } }
}

/// How far a trailing stop stays behind the best price.
public enum TrailingDistance: Sendable, BitwiseCopyable, Equatable {
    case offset(Price)
    /// Of the best price: 0.02 = two percent.
    case fraction(Double)

    var raw: Int64 {
        switch self {
        case .offset(let price): price.raw
        case .fraction(let part): Price(part).raw
        }
    }
    var isFraction: Bool { if case .fraction = self { true } else { false } }
    var problem: String? {
        raw > 0 && (!isFraction || raw < STRATEGY_PRICE_SCALE)
            ? nil : "a trailing stop's distance must be above 0, and a fraction below 1"
    }
}

public enum TimeInForce: UInt8, Sendable, BitwiseCopyable {
    case day = 1
    case goodTillCancelled = 2
    case immediateOrCancel = 3
    case fillOrKill = 4
    /// Ends at the order's `expires`.
    case goodTillDate = 5
}

/// An order of the strategy that has not ended, as far as the strategy was told.
public struct WorkingOrder: Sendable, BitwiseCopyable, Codable, Equatable {
    public var tag: OrderTag
    public var instrument: InstrumentIndex
    public var side: Side
    public var quantity: Quantity
    public var filled: Quantity = .zero
    /// Zero where the kind has none.
    public var limitPrice: Price
    public var stopPrice: Price
    /// The gate has let it pass.
    public var isAccepted = false
    /// Values that a modify asked for, until its answer.
    var wanted: Wanted?

    struct Wanted: Sendable, BitwiseCopyable, Codable, Equatable {
        var quantity: Quantity
        var limitPrice: Price
        var stopPrice: Price
    }

    public var remaining: Quantity { quantity - filled }
}
