/// A holding of one strategy, or of one account, in one instrument.
public struct Position: Sendable, BitwiseCopyable, Equatable {
    /// 0 when flat; a flip opens a position with a new id.
    public var id: UInt64
    /// Signed: below zero is short.
    public var quantity: Quantity
    /// Exact Σ value of what is held, signed like `quantity`.
    public var cost: Money
    /// Of all closes in this instrument, before commission, in the quote currency.
    public var realized: Money
    /// Of all fills in this instrument, in the quote currency.
    public var commission: Money
    public var openedAt: Timestamp

    public init() {
        id = 0
        quantity = .zero
        cost = .zero
        realized = .zero
        commission = .zero
        openedAt = Timestamp(nanoseconds: 0)
    }

    /// cost / quantity / multiplier, rounded half-even to 1e-9; zero when flat, and in the one case that
    /// does not fit (a few 1e-8 of a unit at a price near the end of the range). For display and for plugins: money uses
    /// `cost`.
    public func averagePrice(multiplier: Int64) -> Price {
        guard quantity != .zero,
            let raw = Rounding.halfEven(
                quantity < .zero ? -cost.raw : cost.raw, times: 1_000_000_000,
                over: Int128(quantity.magnitude.raw) * Int128(multiplier)),
            let price = Int64(exactly: raw)
        else { return .zero }
        return Price(raw: price)
    }
}

/// A position from flat to flat, as the trade list shows it.
public struct RoundTrip: Sendable, BitwiseCopyable, Equatable {
    public var id: UInt64
    public var strategy: Int32
    public var instrument: UInt32
    /// Of the entry.
    public var side: Side
    /// Largest quantity held.
    public var quantity: Quantity
    public var entryTime: Timestamp
    /// Volume-weighted over all entries, rounded to 1e-9.
    public var entryPrice: Price
    public var exitTime: Timestamp
    public var exitPrice: Price
    public var commission: Money
    /// Net of commission, quote currency.
    public var pnl: Money

    public init(
        id: UInt64, strategy: Int32, instrument: UInt32, side: Side, quantity: Quantity, entryTime: Timestamp,
        entryPrice: Price, exitTime: Timestamp, exitPrice: Price, commission: Money, pnl: Money
    ) {
        self.id = id
        self.strategy = strategy
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.entryTime = entryTime
        self.entryPrice = entryPrice
        self.exitTime = exitTime
        self.exitPrice = exitPrice
        self.commission = commission
        self.pnl = pnl
    }
}
