public import Trading

/// What trading at a venue costs and how it behaves; all of it per venue, the same in paper and backtest.
public struct VenueTerms: Sendable, BitwiseCopyable, Equatable {
    /// Of the value; below zero is a rebate.
    public var makerRate: Rate = .zero
    public var takerRate: Rate = .zero
    /// For each unit of quantity, in the quote currency.
    public var commissionPerUnit: Money = .zero
    /// How much worse than the market a taker trades, as a fraction of the price.
    public var slippage: Rate = .zero
    /// From the host to the venue; holds for new orders and changed prices, cancels act at once.
    public var latencyNanoseconds: Int64 = 0
    /// A resting limit trades when its price is touched, not only when traded through.
    public var touchFills = false
    /// The part of a bar's volume that all orders together may take; nil = no limit.
    public var volumeShare: Rate?

    public init() {}

    /// value × rate, rounded half-even, plus the part per unit, rounded half-even.
    public func commission(value: Money, quantity: Quantity, liquidity: Fill.Liquidity) -> Money {
        let byValue = value.times(liquidity == .maker ? makerRate : takerRate)
        guard commissionPerUnit != .zero else { return byValue }
        return byValue + commissionPerUnit.portion(quantity, of: .one)
    }
}
