public import Trading

/// One instrument of an account, as a rebalancing sees it.
public struct RebalanceHolding: Sendable {
    /// Net over the account's strategies, below zero = short.
    public var quantity: Quantity
    /// What it is valued at.
    public var price: Price
    /// Account currency per unit of the instrument's.
    public var rate: Rate
    public var terms: InstrumentTerms
    /// Share of equity that it is to have; nil = it is left as it is.
    public var target: Rate?
    /// Of the traded value: commission, slippage and half the spread.
    public var costRate: Rate

    public init(
        quantity: Quantity, price: Price, rate: Rate = .one, terms: InstrumentTerms, target: Rate?,
        costRate: Rate = .zero
    ) {
        self.quantity = quantity
        self.price = price
        self.rate = rate
        self.terms = terms
        self.target = target
        self.costRate = costRate
    }

    /// In the account's currency, signed; nil = beyond what can be counted.
    func value(_ quantity: Quantity) -> Money? {
        Money.value(price, quantity, multiplier: terms.multiplier)?.converted(at: rate)
    }

    /// After trading so many lots.
    func value(after lots: Int64, _ side: Side) -> Money? {
        let (traded, isBeyond) = lots.multipliedReportingOverflow(by: side.sign * terms.lot.raw)
        let (raw, overflows) = quantity.raw.addingReportingOverflow(traded)
        return isBeyond || overflows ? nil : value(Quantity(raw: raw))
    }

    /// The least lots on a side after which the value has come to `bound`.
    func lots(_ side: Side, to bound: Money) -> Int64 {
        leastLots { value(after: $0, side).map { side == .buy ? $0 >= bound : $0 <= bound } ?? true }
    }

    /// The least lots that an order may have.
    var leastLots: Int64 {
        leastLots { lots in
            let (raw, isBeyond) = lots.multipliedReportingOverflow(by: terms.lot.raw)
            guard !isBeyond, let notional = Money.value(price, Quantity(raw: raw), multiplier: terms.multiplier)
            else { return true }
            return raw >= terms.minQuantity.raw && notional >= terms.minNotional && raw > 0
        }
    }

    private func leastLots(_ isEnough: (Int64) -> Bool) -> Int64 {
        var (low, high): (Int64, Int64) = (0, .max / terms.lot.raw)
        while low < high {
            let middle = low + (high - low) / 2
            if isEnough(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
