import Trading

/// How much a signal is traded for, in the account's currency:
///
///     value at most   equity × position share × confidence, and no more than the position share still leaves
///     loss at most    equity × risk share − what the bridge's open trades may lose
///
/// The quantity is what both allow at the price and at the distance to the stop, in whole lots: sizing by a fixed fraction of
/// equity at risk (R. Vince, Portfolio Management Formulas, 1990), with a cap on the position.
struct BridgedSize {
    let equity: Money
    /// Fraction of equity in one instrument.
    let positionShare: Rate
    /// Fraction of equity that open trades may lose together.
    let riskShare: Rate
    /// Value of the position that is held on the signal's side already.
    let held: Money
    /// What the open trades lose at their stops.
    let atRisk: Money
    /// Of a quantity of 1: its value, and its loss at the stop; above zero.
    let unitValue: Money
    let unitLoss: Money

    /// Zero where there is no room for a lot.
    func quantity(confidence: Rate, lot: Quantity) -> Quantity {
        let share = equity.times(positionShare)
        let value = min(share.times(confidence), share - held)
        let loss = equity.times(riskShare) - atRisk
        let most = min(quantity(value, unitValue), quantity(loss, unitLoss))
        return Quantity(raw: most / lot.raw * lot.raw)
    }

    private func quantity(_ amount: Money, _ unit: Money) -> Int64 {
        guard amount > .zero, unit > .zero else { return 0 }
        let (scaled, overflow) = amount.raw.multipliedReportingOverflow(by: Int128(Quantity.one.raw))
        return overflow ? .max : Int64(clamping: scaled / unit.raw)
    }
}
