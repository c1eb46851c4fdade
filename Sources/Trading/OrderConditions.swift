/// What only some orders ask for besides side, kind, quantity and prices.
public struct OrderConditions: Sendable, BitwiseCopyable, Equatable {
    // The small ones last, so that they share a word.

    /// An entry's bracket: where the stop and the target of what it fills stand; zero = none.
    public var stopLoss = Price.zero
    public var takeProfit = Price.zero
    /// A bracket's leg: the id of its entry; 0 for every other order.
    public var entry: UInt64 = 0
    /// When a GTD order ends; zero for all others.
    public var expireTime = Timestamp(nanoseconds: 0)
    /// How far a TRAILING_STOP stays behind the best price; `none` for every other kind.
    public var trail = TrailingDistance.none
    /// A LIMIT that may only rest: what would trade on arrival ends instead.
    public var postOnly = false
    /// A target whose stop works too. Only one of them can trade, and the stop is the one that counts.
    public var isSecondLeg = false

    public static var none: OrderConditions { OrderConditions() }

    public init(
        trail: TrailingDistance = .none, expireTime: Timestamp? = nil, postOnly: Bool = false,
        stopLoss: Price = .zero, takeProfit: Price = .zero
    ) {
        self.trail = trail
        self.expireTime = expireTime ?? Timestamp(nanoseconds: 0)
        self.postOnly = postOnly
        self.stopLoss = stopLoss
        self.takeProfit = takeProfit
    }

    /// What it fills gets a stop, a target or both.
    @inlinable public var hasBracket: Bool { stopLoss != .zero || takeProfit != .zero }

    /// Asked of every order.
    @inlinable public var isNone: Bool {
        stopLoss.raw | takeProfit.raw | expireTime.nanoseconds | trail.raw | Int64(bitPattern: entry) == 0
            && !trail.isFraction && !postOnly && !isSecondLeg
    }
}

/// How far a trailing stop stays behind the best price since it was accepted: so much, or a fraction of that price.
public struct TrailingDistance: Sendable, BitwiseCopyable, Equatable {
    /// Price of 1e-9, or fraction of 1e-9.
    public var raw: Int64
    public var isFraction: Bool

    public static var none: TrailingDistance { TrailingDistance(raw: 0, isFraction: false) }

    public init(raw: Int64, isFraction: Bool) {
        self.raw = raw
        self.isFraction = isFraction
    }

    public static func offset(_ offset: Price) -> TrailingDistance {
        TrailingDistance(raw: offset.raw, isFraction: false)
    }
    public static func fraction(_ rate: Rate) -> TrailingDistance { TrailingDistance(raw: rate.raw, isFraction: true) }

    /// Above zero; a fraction below one, so that a sell's trigger is a price.
    public var isValid: Bool { raw > 0 && (!isFraction || raw < Rate.one.raw) }

    /// The trigger behind `best`, on the tick away from it, so that it never comes nearer than asked for; at least one tick.
    /// A price that does not fit, which no market reaches, is held at the last tick that does.
    public func trigger(behind best: Price, _ side: Side, tick: Price) -> Price {
        let offset =
            isFraction ? Int128(best.raw) * Int128(raw) : Int128(raw) * Int128(Rate.one.raw)
        let unit = Int128(Rate.one.raw) * Int128(tick.raw)
        let exact = Int128(best.raw) * Int128(Rate.one.raw) - Int128(side.opposite.sign) * offset
        let ticks = side == .buy ? (exact + unit - 1) / unit : exact / unit
        return Price(raw: Int64(min(max(ticks, 1), Int128(Int64.max / tick.raw))) * tick.raw)
    }
}
