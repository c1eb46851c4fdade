import Trading

/// compliance.position-limit: what all accounts of the owner together can come to hold in an instrument, or in a group of them.
enum PositionLimitRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ worths: inout Worths,
        _ findings: inout Findings
    ) {
        guard program.pointee.positionLimitCount > 0, order.isKnown, order.intent.quantity.raw > 0 else { return }
        findings.apply(.positionLimit)
        guard !order.isReducing(.account) else { return }
        let reach = program.pointee.owner.worstCase(order.intent.side, adding: order.intent.quantity)
        guard reach.raw > 0 else { return }
        for index in 0..<program.pointee.positionLimitCount {
            let limit = program.pointee.positionLimits[index]
            if let quantity = limit.quantity {
                findings.judge(
                    isBeyond: reach > quantity,
                    Finding(
                        .positionLimit, .ownerQuantity, scope: .account, observed: Int128(reach.raw),
                        limit: Int128(quantity.raw), used: Int128(reach.raw) - Int128(order.intent.quantity.raw)))
            }
            guard let notional = limit.notional else { continue }
            let change =
                program.pointee.owner == order.net
                ? worths.changeNet(order, limit.others) : worths.change(order, program.pointee.owner, limit.others)
            findings.judgeRise(order, .positionLimit, .ownerNotional, change, limit: notional, .account)
        }
    }
}
