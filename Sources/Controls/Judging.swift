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
        let least = order.pointee.terms.minQuantity.raw
        var passing = max(1, least / lot + (least % lot == 0 ? 0 : 1))
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
