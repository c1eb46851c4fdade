public import Trading

/// A strategy's result over all its instruments, in one currency.
@frozen public struct StrategyTotals: Sendable, BitwiseCopyable, Equatable {
    /// Of all closes, before commission.
    public var realized: Money
    public var unrealized: Money
    /// Of all fills.
    public var commission: Money
    /// realized + unrealized − commission.
    @inlinable public var net: Money { realized + unrealized - commission }

    @inlinable
    public init(realized: Money = .zero, unrealized: Money = .zero, commission: Money = .zero) {
        self.realized = realized
        self.unrealized = unrealized
        self.commission = commission
    }
}

/// The part of a strategy's totals in one currency that changes only with fills.
@usableFromInline
struct Tally: BitwiseCopyable {
    var realized = Money.zero
    var commission = Money.zero
    /// Σ cost of the open positions.
    var cost = Money.zero
}
