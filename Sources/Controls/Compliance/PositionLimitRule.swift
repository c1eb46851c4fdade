import Trading

/// compliance.position-limit: what all accounts of the owner together can come to hold in an instrument, or in a group of them.
enum PositionLimitRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard program.positionLimitCount > 0, order.isKnown, order.intent.quantity.raw > 0 else { return }
        findings.apply(.positionLimit)
        guard !order.isReducing(.account) else { return }
        let reach = program.owner.worstCase(order.intent.side, adding: order.intent.quantity)
        guard reach.raw > 0 else { return }
        for index in 0..<program.positionLimitCount {
            let limit = program.positionLimits[index]
            if let quantity = limit.quantity {
                findings.judge(
                    isBeyond: reach > quantity,
                    Finding(
                        .positionLimit, .ownerQuantity, scope: .account, observed: Int128(reach.raw),
                        limit: Int128(quantity.raw), used: Int128(reach.raw) - Int128(order.intent.quantity.raw)))
            }
            guard let notional = limit.notional else { continue }
            let isAlone = program.owner == order.net
            let sides = isAlone ? worths.net(order) : Worths.sides(order, program.owner)
            check(order, sides, limit.others, notional, &findings)
        }
    }

    private static func check(
        _ order: OrderContext, _ sides: Worths.Sides, _ others: Money?, _ limit: Money,
        _ findings: inout Findings
    ) {
        guard let others, let (before, after) = sides.larger else {
            let reason = others == nil ? .noConversionRate : order.missingNotional
            return findings.add(Finding(.positionLimit, reason, scope: .account, limit: limit.raw))
        }
        let (old, new) = (others + before, others + after)
        guard new > old else { return }
        findings.judge(
            isBeyond: new > limit,
            Finding(
                .positionLimit, .ownerNotional, scope: .account, observed: new.raw, limit: limit.raw, used: old.raw))
    }
}
