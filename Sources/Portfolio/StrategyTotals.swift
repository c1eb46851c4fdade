public import Trading

/// A strategy's result over all its instruments, in one currency.
@frozen public struct StrategyTotals: Sendable, BitwiseCopyable, Equatable {
    /// Of all closes, before commission.
    public var realized: Money
    public var unrealized: Money
    /// Of all fills.
    public var commission: Money
    public var financing: FinancingTotals
    /// realized − commission − financing: what has reached the account's cash of it.
    @inlinable public var settled: Money { realized - commission - financing.paid }
    /// settled + unrealized.
    @inlinable public var net: Money { settled + unrealized }

    @inlinable
    public init(
        realized: Money = .zero, unrealized: Money = .zero, commission: Money = .zero,
        financing: FinancingTotals = FinancingTotals()
    ) {
        self.realized = realized
        self.unrealized = unrealized
        self.commission = commission
        self.financing = financing
    }
}

/// The part of a strategy's totals in one currency that changes only with fills and with what holding costs.
@usableFromInline
struct Tally: BitwiseCopyable {
    var realized = Money.zero
    var commission = Money.zero
    /// Σ cost of the open positions.
    var cost = Money.zero
    var financing = FinancingTotals()
}
