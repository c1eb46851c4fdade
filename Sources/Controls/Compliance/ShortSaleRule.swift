import Trading

/// compliance.short-sale: the account's position stays at or above zero, or goes below it only where the instrument was located.
enum ShortSaleRule {
    static func check(
        _ order: OrderContext, _ program: OrderContext.Program, _ terms: ComplianceTerms, _ findings: inout Findings
    ) {
        guard terms.shortSale != .allowed else { return }
        findings.apply(.shortSale)
        guard order.intent.side == .sell, order.intent.quantity.raw > 0, !order.isReducing(.account) else { return }
        let short = order.net.worstCase(.sell, adding: order.intent.quantity)
        guard short.raw > 0, terms.shortSale == .forbidden || !program.isLocated else { return }
        findings.add(
            Finding(
                .shortSale, terms.shortSale == .forbidden ? .shortForbidden : .notLocated, scope: .account,
                observed: Int128(short.raw), limit: 0,
                used: Int128(short.raw) - Int128(order.intent.quantity.raw)))
    }
}
