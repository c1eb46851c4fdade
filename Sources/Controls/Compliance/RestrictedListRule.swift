import Trading

/// compliance.restricted-list: the account's program closes a side of this instrument.
enum RestrictedListRule {
    static func check(_ order: OrderView, _ findings: inout Findings) {
        findings.apply(.restrictedList)
        guard order.restricted.contains(order.intent.side == .buy ? .buy : .sell), !order.isExemptOwn else { return }
        findings.add(Finding(.restrictedList, .restricted, scope: .account))
    }
}
