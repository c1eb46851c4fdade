import API
import Engine
import Journal
import Trading

// What clients read of orders, trades, denials and positions.

extension HostCore {
    func orders(_ filter: HistoryFilter) throws(HostRefusal) -> Recent<OrderView> {
        let wanted = try resolve(filter)
        let found = orders.newestFirst.lazy.filter { order in
            wanted.covers(Int(order.intent.strategy), Int(order.intent.instrument), order.submittedAt)
                && wanted.covers(account: order.account)
                && (filter.state == nil || order.state.shown == filter.state)
        }
        return page(found, wanted, dropped: orders.dropped) { view($0) }
    }

    func trades(_ filter: HistoryFilter) throws(HostRefusal) -> Recent<TradeView> {
        let wanted = try resolve(filter)
        let found = fills.newestFirst.lazy.filter {
            wanted.covers(Int($0.strategy), Int($0.instrument), $0.time) && wanted.covers(account: $0.account)
        }
        return page(found, wanted, dropped: fills.dropped) { hostNames.view(of: $0) }
    }

    func denials(_ filter: HistoryFilter) throws(HostRefusal) -> Recent<DenialView> {
        let wanted = try resolve(filter)
        if filter.rule != nil, wanted.rule == nil { return Recent(items: []) }
        let instrument = wanted.instrument.map { universe.instruments[$0].id }
        let found = denials.newestFirst.lazy.filter { denial in
            (filter.strategy == nil || denial.strategy == filter.strategy)
                && (instrument == nil || denial.instrument == instrument)
                && (wanted.rule == nil || denial.findings.contains { $0.rule == wanted.rule })
                && (filter.accounts?.contains(denial.account) ?? true) && filter.covers(denial.time)
        }
        return page(found, wanted, dropped: denials.dropped) { $0 }
    }

    private func page<Item, View: Sendable>(
        _ found: some Sequence<Item>, _ wanted: ResolvedFilter, dropped: UInt64, _ view: (Item) -> View
    ) -> Recent<View> {
        let page = Array(found.lazy.dropFirst(wanted.filter.offset).prefix(wanted.filter.limit).map(view))
        let isComplete = page.count == wanted.filter.limit || dropped == 0
        return Recent(items: page, older: isComplete ? nil : wanted)
    }

    func positions(strategy: String?) throws(HostRefusal) -> [PositionView] {
        var slots = Array(strategies.indices)
        if let strategy { slots = [try slot(strategy)] }
        return slots.flatMap { slot in
            (0..<engine.instrumentCount).compactMap { positionView(slot, $0) }
        }
    }
}
