import API
import Engine
import Journal
import MarketData
import Portfolio
import Trading

// What accounts hold, risk and make, as commands of the engine thread.

extension RunningHost {
    func portfolio(ofAccount id: String?) async throws(HostRefusal) -> PortfolioView {
        try await ask { core throws(HostRefusal) in try core.portfolioView(try core.accountIndex(id)) }
    }

    func executedOrders(ofAccount id: String?, limit: Int) async throws(HostRefusal) -> [OrderView] {
        try await ask { core throws(HostRefusal) in
            let account = try core.accountIndex(id)
            return core.orders.newestFirst.lazy.filter { Int($0.account) == account && $0.filled > .zero }.prefix(limit)
                .map(core.view)
        }
    }

    func trade(_ request: SignalTrade, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> SignalTradeView
    {
        let (order, price) = try await ask { core throws(HostRefusal) in try core.orderRequest(for: request) }
        return SignalTradeView(order: try await place(order, key: key, by: requester), estimatedPrice: price)
    }

    /// Also while the journal cannot write, and while an amount has no conversion rate.
    func liquidate(reason: String, by requester: Requester) async throws(HostRefusal) -> LiquidationView {
        try await ask(
            unsaved: { .stop($0.stop) },
            { core throws(HostRefusal) in try core.liquidate(reason: reason, by: requester) })
    }

    func risk(ofAccount id: String) async throws(HostRefusal) -> AccountRiskView {
        let (basis, view) = try await ask { core throws(HostRefusal) in
            let account = try core.accountIndex(id)
            return (try core.performanceBasis(account), try core.accountRisk(account))
        }
        let history = try await history(basis, span: .min ... .max)
        var risk = view
        risk.performance = history.performance
        risk.days = history.returns.values.count
        risk.parametricValueAtRisk95 = Performance.parametricValueAtRisk95(history.returns)
        return risk
    }

    func performance(
        ofAccount id: String, from: Timestamp?, to: Timestamp?, _ length: PerformanceHistory.Length
    ) async throws(HostRefusal) -> AccountPerformanceView {
        let basis = try await ask { core throws(HostRefusal) in
            try core.performanceBasis(try core.accountIndex(id))
        }
        let first = from.map { $0.day(offset: basis.dayOffset) } ?? .min
        let last = to.map { $0.day(offset: basis.dayOffset) } ?? .max
        guard first <= last else { throw .invalid("date_to", "must not lie before date_from") }
        let history = try await history(basis, span: first...last)
        return AccountPerformanceView(performance: history.performance, periods: history.periods(length))
    }

    /// The account's days as the journal has them, and the present one.
    func history(
        _ basis: PerformanceBasis, span: ClosedRange<Int64>
    ) async throws(HostRefusal) -> PerformanceHistory {
        do {
            return try await BlockingWork.run { [journal] in
                let starts = try journal.dayStarts(.account, basis.account)
                var history = PerformanceHistory(
                    openings: starts.map { ($0.day, $0.equity) }, equity: basis.equity, span: span)
                for strategy in basis.strategies {
                    let page = HistoryPage(from: starts.first?.time, limit: PerformanceBasis.tripsMax)
                    for trip in try journal.roundTrips(RoundTripFilter(strategy: strategy, page: page)) {
                        guard let rate = basis.rates[Int(trip.instrument)] else { throw MissingRate() }
                        history.add(trip, day: trip.exitTime.day(offset: basis.dayOffset), rate: rate)
                    }
                }
                return history
            }
        } catch {
            throw .unavailable("the account's days cannot be told: \(error)")
        }
    }
}

/// What of a running account its history needs.
struct PerformanceBasis: Sendable {
    var account: Int
    var equity: Money
    var dayOffset: Int64
    /// Those of the account.
    var strategies: [Int]
    /// By instrument, into the account's currency; as they are now. nil = there is none.
    var rates: [Rate?]
    /// Of one strategy, the newest.
    static let tripsMax = 200_000
}

private struct MissingRate: Error, CustomStringConvertible {
    let description = "a round trip is in a currency without a conversion rate"
}

extension HostCore {
    func liquidate(reason: String, by requester: Requester) throws(HostRefusal) -> LiquidationView {
        let positions = accounts.indices.flatMap { account in
            universe.instruments.indices.compactMap { netPosition(account, $0) }.filter { $0.quantity != .zero }
        }
        let before = engine.factLog.events.count
        let request = StopRequest(scope: .system, mode: .flatten, reason: reason, triggeredBy: requester.user)
        let stop = try throwStop(request, by: requester)
        let cancelled = engine.factLog.events[before...].count {
            if case .orderChanged(let order, _) = $0 { order.state == .cancelled } else { false }
        }
        return LiquidationView(stop: stop, positions: positions, cancelledOrders: cancelled)
    }

    /// nil = the first one.
    func accountIndex(_ id: String?) throws(HostRefusal) -> Int {
        guard let id else { return 0 }
        guard let account = accounts.firstIndex(where: { $0.id == id }) else { throw .unknown(kind: "account", id: id) }
        return account
    }

    func requiredEquity(_ account: Int) throws(HostRefusal) -> Money {
        guard let equity = engine.equity(account: account) else {
            throw .unavailable("an amount of account \(accounts[account].id) has no conversion rate")
        }
        return equity
    }

    func performanceBasis(_ account: Int) throws(HostRefusal) -> PerformanceBasis {
        let unit = Money(raw: 100_000_000)
        return PerformanceBasis(
            account: account, equity: try requiredEquity(account), dayOffset: accounts[account].terms.dayOffset,
            strategies: strategies.indices.filter { strategies[$0].account == account },
            rates: universe.instruments.indices.map { instrument in
                engine.converted(unit, instrument: instrument, account: account)
                    .map { Rate(raw: Int64(clamping: $0.raw * 10)) }
            })
    }

    func portfolioView(_ account: Int) throws(HostRefusal) -> PortfolioView {
        PortfolioView(
            account: accounts[account].id, currency: universe.currencies[Int(accounts[account].terms.currency)],
            equity: try requiredEquity(account), openingBalance: engine.openingBalance(account: account),
            positions: universe.instruments.indices.compactMap { netPosition(account, $0) })
    }

    /// Over the account's strategies; nil = it holds nothing in the instrument.
    private func netPosition(_ account: Int, _ instrument: Int) -> NetPositionView? {
        let listed = universe.instruments[instrument]
        var (quantity, cost) = (Quantity.zero, Money.zero)
        for slot in strategies.indices where strategies[slot].account == account {
            let position = engine.position(strategy: slot, instrument: instrument)
            quantity = quantity + position.quantity
            cost += position.cost
        }
        guard quantity != .zero || cost != .zero else { return nil }
        let mark = engine.mark(instrument)
        let value = Money.value(mark, quantity, multiplier: listed.terms.multiplier) ?? .zero
        func own(_ amount: Money) -> Money {
            engine.converted(amount, instrument: instrument, account: account) ?? .zero
        }
        var net = Position()
        net.quantity = quantity
        net.cost = cost
        var view = NetPositionView(
            instrument: listed.id, symbol: listed.aliases.first ?? listed.id, quantity: quantity,
            averagePrice: net.averagePrice(multiplier: listed.terms.multiplier), mark: mark, marketValue: own(value),
            worth: own(listed.terms.settlement == .cash ? value : value - cost), cost: own(cost),
            unrealized: own(value - cost))
        view.volatility = volatility(instrument)
        return view
    }

    // MARK: Risk

    func accountRisk(_ account: Int) throws(HostRefusal) -> AccountRiskView {
        let portfolio = try portfolioView(account)
        let positions = portfolio.positions.filter { $0.quantity != .zero }
        let exposure = positions.reduce(Money.zero) { $0 + $1.marketValue.magnitude }
        let returns = recordedReturns(positions.map(\.instrument))
        var view = AccountRiskView(
            account: portfolio.account, equity: portfolio.equity, exposure: exposure, marginUse: 0,
            performance: Performance(), positions: positions, correlations: HostCore.correlations(returns))
        let allowed = portfolio.equity.approximate * accounts[account].terms.maxLeverage.approximate
        view.marginUse = allowed > 0 ? exposure.approximate / allowed : 0
        guard portfolio.equity > .zero else { return view }
        let weights = positions.map { $0.marketValue.approximate / portfolio.equity.approximate }
        view.positionsValueAtRisk95 = Performance.heldValueAtRisk95(
            weights: weights, returns: returns.map(\.values), periods: 1440)
        return view
    }

    /// One-minute returns of the last hour, of the minutes that all of the instruments have.
    func recordedReturns(_ ids: [String]) -> [(instrument: String, values: [Double])] {
        guard let minute = CandleLength(name: "1m") else { return [] }
        let hour = marketTime + -3600 * Timestamp.nanosecondsPerSecond
        let closes = ids.map { id -> [Int64: Double] in
            let candles = market.candles(instrument(id) ?? 0, minute, from: hour, to: marketTime, limit: 61)
            return Dictionary(
                candles.map { ($0.time.nanoseconds, $0.close.approximate) }, uniquingKeysWith: { first, _ in first })
        }
        let shared = closes.dropFirst().reduce(Set(closes.first?.keys.map { $0 } ?? [])) { $0.intersection($1.keys) }
        let times = shared.sorted()
        return zip(ids, closes).map { id, closes in
            let prices = times.compactMap { closes[$0] }
            return (id, zip(prices.dropFirst(), prices).map { $0 / $1 - 1 })
        }
    }

    /// An instrument correlates with itself; what cannot be told is 0.
    private static func correlations(
        _ returns: [(instrument: String, values: [Double])]
    ) -> [AccountRiskView.Correlations] {
        returns.map { row in
            AccountRiskView.Correlations(
                instrument: row.instrument,
                with: returns.map { other in
                    let value =
                        row.instrument == other.instrument ? 1 : Performance.correlation(row.values, other.values) ?? 0
                    return (other.instrument, value)
                })
        }
    }
}
