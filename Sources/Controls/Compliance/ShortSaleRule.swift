import Trading

/// compliance.short-sale: the account's position stays at or above zero, or goes below it only where the instrument was located.
enum ShortSaleRule {
    static func check(
        _ order: OrderView, _ program: UnsafePointer<OrderContext.Program>, _ terms: UnsafePointer<ComplianceTerms>,
        _ findings: inout Findings
    ) {
        guard terms.pointee.shortSale != .allowed else { return }
        findings.apply(.shortSale)
        guard order.intent.side == .sell, order.intent.quantity.raw > 0, !order.isReducing(.account) else { return }
        let short = order.net.worstCase(.sell, adding: order.intent.quantity)
        guard short.raw > 0, terms.pointee.shortSale == .forbidden || !program.pointee.isLocated else { return }
        findings.add(
            Finding(
                .shortSale, terms.pointee.shortSale == .forbidden ? .shortForbidden : .notLocated, scope: .account,
                observed: Int128(short.raw), limit: 0,
                used: Int128(short.raw) - Int128(order.intent.quantity.raw)))
    }
}
