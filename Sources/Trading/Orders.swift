public enum Side: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case buy = 1
    case sell = 2
    @inlinable public var opposite: Side { self == .buy ? .sell : .buy }
    /// +1 for buy, −1 for sell.
    @inlinable public var sign: Int64 { self == .buy ? 1 : -1 }
    public var name: String { self == .buy ? "BUY" : "SELL" }
}

public enum OrderKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case market = 1
    case limit = 2
    /// A stop that becomes a market order when the trigger price is reached.
    case stopLoss = 3
    /// A stop that becomes a limit order.
    case stopLimit = 4
    /// A stop whose trigger follows the best price since it was accepted; it becomes a market order.
    case trailingStop = 5
    /// Bit of this kind in a set of kinds.
    @inlinable public var mask: UInt8 { 1 << rawValue }
    @inlinable public var hasLimitPrice: Bool { self == .limit || self == .stopLimit }
    @inlinable public var hasStopPrice: Bool { self == .stopLoss || self == .stopLimit || self == .trailingStop }
    /// Of a protective pair, a stop (`stopLoss`) and a target (`limit`).
    @inlinable public var otherLeg: OrderKind { self == .limit ? .stopLoss : .limit }
    public var name: String {
        switch self {
        case .market: "MARKET"
        case .limit: "LIMIT"
        case .stopLoss: "STOP_LOSS"
        case .stopLimit: "STOP_LIMIT"
        case .trailingStop: "TRAILING_STOP"
        }
    }
}

public enum TimeInForce: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case day = 1
    case goodTillCancelled = 2
    case immediateOrCancel = 3
    case fillOrKill = 4
    /// Ends at `OrderConditions.expireTime`.
    case goodTillDate = 5
    public var name: String {
        switch self {
        case .day: "DAY"
        case .goodTillCancelled: "GTC"
        case .immediateOrCancel: "IOC"
        case .fillOrKill: "FOK"
        case .goodTillDate: "GTD"
        }
    }
}

public enum OrderState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case pending = 0
    case submitted = 1
    case partiallyFilled = 2
    case filled = 3
    case cancelled = 4
    case rejected = 5
    case expired = 6
    case denied = 7
    @inlinable public var isTerminal: Bool { rawValue >= 3 }
    public var name: String {
        switch self {
        case .pending: "PENDING"
        case .submitted: "SUBMITTED"
        case .partiallyFilled: "PARTIALLY_FILLED"
        case .filled: "FILLED"
        case .cancelled: "CANCELLED"
        case .rejected: "REJECTED"
        case .expired: "EXPIRED"
        case .denied: "DENIED"
        }
    }
}

/// Why an order changed; the numbers of the ABI's STRATEGY_REASON_*.
public enum OrderReason: UInt16, Sendable, BitwiseCopyable, CaseIterable {
    case none = 0
    case accepted, fill, modified, modifyDenied, cancelRequested, triggered, notFillable, dayEnd, protectionPrice
    case triggerDenied, halted, strategyStopped, sessionEnd, selfTrade, unknownOrder, expireTime, reduceOnly, venue
    case postOnly, bracket
}

/// Who sent an order.
public enum OrderOrigin: UInt8, Sendable, BitwiseCopyable {
    case strategy = 0
    case `operator` = 1
    case liquidation = 2
    /// The host's own stop or target of a position (`ProtectionTerms`).
    case protective = 3
    /// A leg of a bracket, sent by the host for what its entry filled.
    case bracket = 4
}

/// What someone wants: an order before the gate has seen it. Every field may be garbage.
public struct OrderIntent: Sendable, BitwiseCopyable, Equatable {
    public var strategy: Int32
    public var instrument: UInt32
    public var tag: UInt64
    public var side: Side
    public var kind: OrderKind
    public var timeInForce: TimeInForce
    public var reduceOnly: Bool
    public var origin: OrderOrigin
    public var quantity: Quantity
    public var price: Price
    /// Of a trailing stop it moves with the market.
    public var stopPrice: Price
    public var conditions: OrderConditions

    public init(
        strategy: Int32, instrument: UInt32, tag: UInt64, side: Side, kind: OrderKind, quantity: Quantity,
        price: Price = .zero, stopPrice: Price = .zero, timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false, origin: OrderOrigin = .strategy, conditions: OrderConditions = .none
    ) {
        self.strategy = strategy
        self.instrument = instrument
        self.tag = tag
        self.side = side
        self.kind = kind
        self.timeInForce = timeInForce
        self.reduceOnly = reduceOnly
        self.origin = origin
        self.quantity = quantity
        self.price = price
        self.stopPrice = stopPrice
        self.conditions = conditions
    }

    /// One of the pair that protects a position: it counts once with the other and gives way to every other order.
    @inlinable public var isProtective: Bool { origin == .protective }
    /// An operator closes now: the position's other reduce-only orders make room.
    @inlinable public var closesNow: Bool {
        reduceOnly && kind == .market && (origin == .operator || origin == .liquidation)
    }
    /// A leg of a bracket.
    @inlinable public var isLeg: Bool { origin == .bracket }
    /// It follows fills and positions; nobody decided to send it.
    @inlinable public var isHostSent: Bool { isProtective || isLeg }
    /// The strategy itself names it by its tag: what it sent, and the legs of its brackets.
    @inlinable public var isOfStrategy: Bool { origin == .strategy || (origin == .bracket && tag != 0) }
    /// A bracket's legs follow its tag: the stop has the next one, the target the one after.
    @inlinable public var tagCount: UInt64 { conditions.hasBracket ? 3 : 1 }
}

/// An order that the host knows, from the gate to its end.
public struct Order: Sendable, BitwiseCopyable, Equatable {
    public var id: UInt64
    public var intent: OrderIntent
    public var account: Int32
    public var state: OrderState
    /// A stop that has become a market or limit order.
    public var isTriggered: Bool
    /// The worst price that a market order may trade at; zero = none.
    public var protection: Price
    public var filled: Quantity
    /// Σ value of the fills.
    public var filledValue: Money
    /// Position in the venue's queue: smaller is earlier.
    public var priority: UInt64
    public var submittedAt: Timestamp
    public var updatedAt: Timestamp

    public init(id: UInt64, intent: OrderIntent, account: Int32, protection: Price = .zero, at time: Timestamp) {
        self.id = id
        self.intent = intent
        self.account = account
        self.protection = protection
        state = .pending
        isTriggered = false
        filled = .zero
        filledValue = .zero
        priority = id
        submittedAt = time
        updatedAt = time
    }

    @inlinable public var remaining: Quantity { intent.quantity - filled }
    /// It waits for its trigger and cannot trade yet.
    @inlinable public var isDormant: Bool { intent.kind.hasStopPrice && !isTriggered }
    /// The stop of a protective pair.
    @inlinable public var isProtectiveStop: Bool { intent.isProtective && intent.kind.hasStopPrice }
    /// It trades at any price (a market order, or a triggered stop-loss).
    @inlinable public var isMarket: Bool { !intent.kind.hasLimitPrice && !isDormant }
}

/// One execution of an order.
public struct Fill: Sendable, BitwiseCopyable, Equatable {
    public enum Liquidity: UInt8, Sendable, BitwiseCopyable { case maker = 0, taker = 1 }
    public var id: UInt64
    public var orderID: UInt64
    public var strategy: Int32
    public var account: Int32
    public var instrument: UInt32
    public var side: Side
    public var liquidity: Liquidity
    public var price: Price
    public var quantity: Quantity
    /// price × quantity × multiplier.
    public var value: Money
    /// In the instrument's quote currency; negative = rebate.
    public var commission: Money
    public var time: Timestamp

    public init(
        id: UInt64, orderID: UInt64, strategy: Int32, account: Int32, instrument: UInt32, side: Side,
        liquidity: Liquidity, price: Price, quantity: Quantity, value: Money, commission: Money, time: Timestamp
    ) {
        self.id = id
        self.orderID = orderID
        self.strategy = strategy
        self.account = account
        self.instrument = instrument
        self.side = side
        self.liquidity = liquidity
        self.price = price
        self.quantity = quantity
        self.value = value
        self.commission = commission
        self.time = time
    }
}
