import API
import Engine
import Journal
import Trading

/// Ids for indices, for whoever shows orders, fills and denials.
struct HostNames: Sendable {
    var strategies: [String]
    var instruments: [String]
    var accounts: [String]
    var multipliers: [Int64]
    /// Of instruments: the short name where there is one.
    var symbols: [String] = []

    /// "ord-17" → 17.
    static func number(_ id: String, _ kind: String) -> UInt64? {
        guard id.hasPrefix(kind + "-") else { return nil }
        let digits = id.dropFirst(kind.utf8.count + 1)
        // One id, one spelling: no zeros in front, and nothing has the number 0.
        guard digits.first != "0", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(digits)
    }

    private func name(_ names: [String], _ index: Int) -> String {
        names.indices.contains(index) ? names[index] : "unknown"
    }

    func view(of order: Order) -> OrderView {
        let instrument = Int(order.intent.instrument)
        return OrderView(
            order: order, id: "ord-\(order.id)", strategy: name(strategies, Int(order.intent.strategy)),
            instrument: name(instruments, instrument), account: name(accounts, Int(order.account)),
            multiplier: multipliers.indices.contains(instrument) ? multipliers[instrument] : 1)
    }

    func view(of fill: Fill) -> TradeView {
        TradeView(
            fill: fill, id: "trd-\(fill.id)", orderID: "ord-\(fill.orderID)",
            strategy: name(strategies, Int(fill.strategy)), instrument: name(instruments, Int(fill.instrument)))
    }

    func view(of row: DecisionRow) -> DenialView {
        DenialView(
            time: row.time, strategy: name(strategies, Int(row.intent.strategy)),
            account: name(accounts, Int(row.account)), instrument: name(instruments, Int(row.intent.instrument)),
            orderID: row.orderID == 0 ? nil : "ord-\(row.orderID)", findings: row.findings)
    }

    func view(of denial: Denial, _ findings: [Finding]) -> DenialView {
        DenialView(
            time: denial.time, strategy: name(strategies, Int(denial.intent.strategy)),
            account: name(accounts, Int(denial.account)), instrument: name(instruments, Int(denial.intent.instrument)),
            orderID: denial.orderID == 0 ? nil : "ord-\(denial.orderID)", findings: findings)
    }
}

extension HistoryFilter {
    func covers(_ time: Timestamp) -> Bool {
        (from.map { time >= $0 } ?? true) && (to.map { time <= $0 } ?? true)
    }
}

extension OrderState {
    /// The six statuses that clients know: an order that has expired counts as cancelled.
    var shown: OrderState { self == .expired ? .cancelled : self }
}

/// A filter with indices instead of ids, as memory and the journal are asked by it.
struct ResolvedFilter: Sendable {
    var strategy: Int?
    var instrument: Int?
    /// Denials only.
    var rule: RuleID?
    /// nil = any.
    var accounts: [Int]?
    var filter: HistoryFilter

    func covers(_ strategy: Int, _ instrument: Int, _ time: Timestamp) -> Bool {
        (self.strategy == nil || self.strategy == strategy)
            && (self.instrument == nil || self.instrument == instrument) && filter.covers(time)
    }

    func covers(account: Int32) -> Bool { accounts?.contains(Int(account)) ?? true }

    var orders: OrderFilter {
        var wanted = OrderFilter(strategy: strategy, instrument: instrument, state: filter.state, page: page)
        wanted.accounts = accounts
        return wanted
    }
    var fills: FillFilter {
        var wanted = FillFilter(strategy: strategy, instrument: instrument, page: page)
        wanted.accounts = accounts
        return wanted
    }
    var denials: DenialFilter {
        var wanted = DenialFilter(strategy: strategy, instrument: instrument, rule: rule, page: page)
        wanted.accounts = accounts
        return wanted
    }

    private var page: HistoryPage {
        HistoryPage(from: filter.from, to: filter.to, limit: filter.limit, offset: filter.offset)
    }
}

extension HostCore {
    func view(_ order: Order) -> OrderView { hostNames.view(of: order) }

    func resolve(_ filter: HistoryFilter) throws(HostRefusal) -> ResolvedFilter {
        var resolved = ResolvedFilter(filter: filter)
        if let id = filter.strategy { resolved.strategy = try slot(id) }
        if let id = filter.instrument {
            guard let index = instrument(id) else { throw .invalid("instrument", "unknown instrument '\(id)'") }
            resolved.instrument = index
        }
        resolved.accounts = filter.accounts.map { ids in accounts.indices.filter { ids.contains(accounts[$0].id) } }
        resolved.rule = filter.rule.flatMap { name in RuleID.allCases.first { $0.name == name } }
        return resolved
    }

    /// By id or alias ("BTC" = BTC_USDT).
    func instrument(_ id: String) -> Int? {
        universe.index(of: id) ?? universe.instruments.firstIndex { $0.aliases.contains(id) }
    }

    func positionView(_ slot: Int, _ instrument: Int) -> PositionView? {
        let position = engine.position(strategy: slot, instrument: instrument)
        guard position.quantity != .zero else { return nil }
        let terms = universe.instruments[instrument]
        let mark = engine.mark(instrument)
        let value = marketValue(slot, instrument)
        var view = PositionView(
            id: "pos-\(position.id)", strategy: strategies[slot].id, instrument: terms.id,
            account: accounts[strategies[slot].account].id, position: position,
            averagePrice: position.averagePrice(multiplier: terms.terms.multiplier), mark: mark, marketValue: value,
            unrealized: value - position.cost)
        view.volatility = volatility(instrument)
        view.exposure =
            engine.converted(value.magnitude, instrument: instrument, account: strategies[slot].account) ?? .zero
        let protection = engine.protection(strategy: slot, instrument: instrument)
        view.stopPrice = protection.stop
        view.targetPrice = protection.target
        return view
    }
}

extension Instrument {
    /// The short names that clients may use: the base of a pair against USDT.
    var aliases: [String] { id.hasSuffix("_USDT") ? [String(id.dropLast(5))] : [] }
}
