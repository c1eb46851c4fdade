public import Trading

/// Remaining quantities of the working orders in one instrument, of one strategy or one account. Of a bracket's stop and
/// target the stop alone counts: only one of them can trade.
///
/// A strategy's `buys` and `sells` are without its protective pair, which stands beside them: a fill of the pair takes
/// from the others what would grow the position, so of pair and others only the larger can trade. An account's
/// `buys` and `sells` are the sums of its strategies' larger ones (`worst`).
public struct WorkingTotals: Sendable, BitwiseCopyable, Equatable {
    public var buys: Quantity = .zero
    public var sells: Quantity = .zero
    public var reduceOnlyBuys: Quantity = .zero
    public var reduceOnlySells: Quantity = .zero
    public var stopBuys: Quantity = .zero
    public var stopSells: Quantity = .zero
    public var targetBuys: Quantity = .zero
    public var targetSells: Quantity = .zero

    public init() {}

    @inlinable public func working(_ side: Side) -> Quantity { side == .buy ? buys : sells }
    @inlinable public func reduceOnly(_ side: Side) -> Quantity { side == .buy ? reduceOnlyBuys : reduceOnlySells }

    /// Of the protective leg of `kind`, and of the pair, whose legs cancel each other.
    public func protective(_ side: Side, _ kind: OrderKind) -> Quantity {
        switch side {
        case .buy: kind.hasStopPrice ? stopBuys : targetBuys
        case .sell: kind.hasStopPrice ? stopSells : targetSells
        }
    }
    @inlinable public func protective(_ side: Side) -> Quantity {
        side == .buy ? max(stopBuys, targetBuys) : max(stopSells, targetSells)
    }

    /// The most that can trade on a side.
    @inlinable public func worst(_ side: Side) -> Quantity { max(working(side), protective(side)) }

    mutating func add(_ quantity: Quantity, _ intent: OrderIntent) {
        guard !intent.conditions.isSecondLeg else { return }
        guard !intent.isProtective else { return addProtective(quantity, intent) }
        add(quantity, intent.side, reduceOnly: intent.reduceOnly ? quantity : .zero)
    }

    mutating func add(_ quantity: Quantity, _ side: Side, reduceOnly: Quantity) {
        switch side {
        case .buy:
            buys = buys + quantity
            reduceOnlyBuys = reduceOnlyBuys + reduceOnly
        case .sell:
            sells = sells + quantity
            reduceOnlySells = reduceOnlySells + reduceOnly
        }
    }

    private mutating func addProtective(_ quantity: Quantity, _ intent: OrderIntent) {
        switch (intent.side, intent.kind.hasStopPrice) {
        case (.buy, true): stopBuys = stopBuys + quantity
        case (.buy, false): targetBuys = targetBuys + quantity
        case (.sell, true): stopSells = stopSells + quantity
        case (.sell, false): targetSells = targetSells + quantity
        }
    }
}
