public import Trading

// "What if": the verdict of the same rules with all that they know, without a trace.

extension Gate {
    public mutating func judgement(of order: UnsafeMutablePointer<OrderContext>) -> Judgement {
        _ = assess(order, keepsUtilisation: true)
        var judgement = Judgement(
            failures: (0..<findingCount).map { finding($0) }, warnings: (0..<warningCount).map { warning($0) },
            applicableRules: applicableRules, highestPassedUtilisation: highestUtilisation)
        if !judgement.isApproved { judgement.passingQuantity = passingQuantity(order) }
        return judgement
    }

    /// The most of this order that would pass, in whole lots; nil when not even the least does.
    private mutating func passingQuantity(_ order: UnsafeMutablePointer<OrderContext>) -> Quantity? {
        let lot = order.pointee.terms.lot.raw
        guard order.pointee.isKnown, lot > 0, order.pointee.intent.quantity.raw > lot else { return nil }
        // In lots: `passing` passes and `failing` does not.
        var passing = order.pointee.leastLots
        var failing = (order.pointee.intent.quantity.raw - 1) / lot + 1
        guard passing < failing, passes(order, lots: passing) else { return nil }
        while failing - passing > 1 {
            let middle = passing + (failing - passing) / 2
            if passes(order, lots: middle) { passing = middle } else { failing = middle }
        }
        return Quantity(raw: passing * lot)
    }

    private mutating func passes(_ order: UnsafeMutablePointer<OrderContext>, lots: Int64) -> Bool {
        var smaller = order.pointee
        smaller.intent.quantity = Quantity(raw: lots * order.pointee.terms.lot.raw)
        return assess(&smaller) == 0
    }
}

extension OrderContext {
    /// For the instrument's least quantity and least notional.
    fileprivate var leastLots: Int64 {
        func lots(_ amount: Int128, _ lot: Int128) -> Int64 { Int64(clamping: (amount + lot - 1) / lot) }
        let byQuantity = max(1, lots(Int128(terms.minQuantity.raw), Int128(terms.lot.raw)))
        let unit = Int128(valuationPrice.raw) * Int128(terms.lot.raw)
        let (worth, isBeyond) = unit.multipliedReportingOverflow(by: Int128(terms.multiplier))
        // In 1e-17, as price × quantity; one lot of so much worth is enough.
        let (least, overflows) = terms.minNotional.raw.multipliedReportingOverflow(by: 1_000_000_000)
        guard worth > 0, !isBeyond, !overflows else { return byQuantity }
        return max(byQuantity, lots(least, worth))
    }
}
