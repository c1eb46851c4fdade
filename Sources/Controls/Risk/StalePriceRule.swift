import Trading

/// risk.stale-price: no order on a market, or at a conversion rate, older than the limit. A reducing order passes with a
/// warning.
enum StalePriceRule {
    static func check(_ order: OrderView, _ scopes: Scopes, _ findings: inout Findings) {
        guard order.isKnown, let limit = scopes.strictest({ $0.marketDataMaxAgeNanoseconds }) else { return }
        func refuse(_ finding: Finding) {
            if order.isExemptOwn { findings.warn(finding) } else { findings.add(finding) }
        }
        func judge(_ market: OrderContext.Market, _ reason: FindingReason) {
            guard !market.isFresh(at: order.time, maxAge: limit.value) else { return }
            // In seconds of 1e-8; a bar's own length is the limit where that is longer.
            let most = Int128(max(limit.value, market.barInterval)) / 10
            guard let age = market.age(at: order.time) else {
                return refuse(Finding(.stalePrice, .noReference, scope: limit.scope, limit: most))
            }
            // Rounded up: what is too old never looks as old as it may be.
            refuse(Finding(.stalePrice, reason, scope: limit.scope, observed: (age + 9) / 10, limit: most))
        }
        // What triggers a stop is a new price, which the view of the market does not hold yet.
        if order.purpose != .trigger { judge(order.market, .stalePrice) }
        if let market = order.funds.rateMarket { judge(market, .staleConversion) }
    }
}
