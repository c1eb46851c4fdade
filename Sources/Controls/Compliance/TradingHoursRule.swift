import Trading

/// compliance.trading-hours: nothing is sent to a closed market, reducing or not.
enum TradingHoursRule {
    static func check(_ order: OrderView, _ findings: inout Findings) {
        guard order.isTradingHoursChecked else { return }
        findings.apply(.tradingHours)
        guard !order.isOpen else { return }
        findings.add(Finding(.tradingHours, .marketClosed))
    }
}
