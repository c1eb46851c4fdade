public import Trading

/// Remaining quantities of the working orders in one instrument, of one strategy or one account.
public struct WorkingTotals: Sendable, BitwiseCopyable, Equatable {
    public var buys: Quantity = .zero
    public var sells: Quantity = .zero
    public var reduceOnlyBuys: Quantity = .zero
    public var reduceOnlySells: Quantity = .zero

    public init() {}

    public func reduceOnly(_ side: Side) -> Quantity { side == .buy ? reduceOnlyBuys : reduceOnlySells }

    mutating func add(_ quantity: Quantity, _ side: Side, isReduceOnly: Bool) {
        switch side {
        case .buy:
            buys = buys + quantity
            if isReduceOnly { reduceOnlyBuys = reduceOnlyBuys + quantity }
        case .sell:
            sells = sells + quantity
            if isReduceOnly { reduceOnlySells = reduceOnlySells + quantity }
        }
    }
}
