import Controls
import Engine
import Trading

// The rules that look at everything an account or a strategy has, at its day, and at the clock.

extension ShadowGate {
    func isStale(_ q: Question, _ around: Surroundings) -> Bool {
        guard let most = around.scopes.compactMap({ limits[$0.index].marketDataMaxAgeNanoseconds }).min() else {
            return false
        }
        if q.purpose != .trigger, q.view.isStale(at: q.time, most) { return true }
        return q.rateView?.isStale(at: q.time, most) ?? false
    }

    func isOutOfSchedule(_ q: Question) -> Bool {
        guard q.intent.origin == .strategy, let schedule = setup.strategies[Int(q.intent.strategy)].schedule else {
            return false
        }
        return !schedule.isOpen(at: Timestamp(nanoseconds: q.time))
    }

    func hasLost(_ q: Question, _ around: Surroundings, _ books: ShadowBooks) -> Bool {
        around.scopes.contains { scope, index in
            guard scope != .instrument, let limit = limits[index].maxDailyLoss, !isExempt(around.book(scope), q) else {
                return false
            }
            let isOwn = scope == .strategy
            let start = days.start(
                isOwn ? .strategy : .account, isOwn ? Int(q.intent.strategy) : q.account, limits[index].dailyLossBase)
            let equity =
                isOwn ? books.result(strategy: Int(q.intent.strategy))?.equity : books.equity(account: q.account)
            return equity.map { start - $0 > limit.raw } ?? true
        }
    }

    func isExposed(_ q: Question, _ around: Surroundings, _ books: ShadowBooks, _ orders: ShadowOrders) -> Bool {
        guard q.intent.quantity.raw > 0 else { return false }
        return around.scopes.contains { scope, index in
            guard scope != .instrument, !isExempt(around.book(scope), q) else { return false }
            let limit = limits[index]
            let isOwn = scope == .strategy
            let equity = books.equity(account: q.account)
            func share(_ fraction: Rate) -> Int128? {
                equity.map { ShadowBooks.rounded(max($0, 0) * Int128(fraction.raw), 1_000_000_000) }
            }
            var gross: [Int128?] = []
            if let most = limit.maxGrossExposure { gross.append(most.raw) }
            if let most = limit.maxLeverage, !isOwn { gross.append(share(most)) }
            if !gross.isEmpty {
                let others = others(q, books, orders, isOwn: isOwn) { max($0.reach(.buy), $0.reach(.sell)) }
                if gross.contains(where: { grows(q, around, around.book(scope), books, others, beyond: $0) }) {
                    return true
                }
            }
            if let most = limit.maxConcentration, !isOwn, grows(q, around, around.net, books, 0, beyond: share(most)) {
                return true
            }
            guard let most = limit.maxNetExposure else { return false }
            return net(q, around, around.book(scope), books, orders, isOwn: isOwn).map { $0 > most.raw } ?? true
        }
    }

    /// The larger side's worst case, with the others, is raised beyond a limit.
    func grows(
        _ q: Question, _ around: Surroundings, _ book: Book, _ books: ShadowBooks, _ others: Int128?,
        beyond limit: Int128?
    ) -> Bool {
        guard let limit, let others, let opposite = worst(q, around, book, q.intent.side.opposite, 0, books),
            let before = worst(q, around, book, q.intent.side, 0, books),
            let after = worst(q, around, book, q.intent.side, Int128(q.intent.quantity.raw), books)
        else { return true }
        return max(after, opposite) > max(before, opposite) && others + max(after, opposite) > limit
    }

    /// How far everything can come to the order's side.
    private func net(
        _ q: Question, _ around: Surroundings, _ book: Book, _ books: ShadowBooks, _ orders: ShadowOrders, isOwn: Bool
    ) -> Int128? {
        let isBuy = q.intent.side == .buy
        func filled(_ book: Book) -> Int128 { isBuy ? book.position + book.buys : book.position - book.sells }
        let market = q.view.price(q.intent.side) > 0 ? q.view.price(q.intent.side) : q.price
        guard let others = others(q, books, orders, isOwn: isOwn, filled),
            let held = notional(q, around, filled(book), at: market, books),
            let new = notional(q, around, q.sign * Int128(q.intent.quantity.raw), at: q.price, books)
        else { return nil }
        return q.sign * (others + held + new)
    }

    /// Σ value at the marks of what `quantity` makes of the other instruments' books.
    func others(
        _ q: Question, _ books: ShadowBooks, _ orders: ShadowOrders, isOwn: Bool, _ quantity: (Book) -> Int128
    ) -> Int128? {
        var sum: Int128 = 0
        for instrument in setup.instruments.indices where instrument != Int(q.intent.instrument) {
            let book =
                isOwn
                ? ownBook(Int(q.intent.strategy), instrument, books, orders)
                : netBook(q.account, instrument, books, orders)
            guard book.position != 0 || book.buys != 0 || book.sells != 0 else { continue }
            let value = books.value(books.marks[instrument], quantity(book), instrument)
            guard let converted = converted(value, instrument, q.account, books) else { return nil }
            sum += converted
        }
        return sum
    }
}

extension ShadowMarket.View {
    /// The newest of quote, trade and bar is too old, or there is none.
    func isStale(at time: Int64, _ most: Int64) -> Bool {
        let quote = bid > 0 || ask > 0 ? quoteTime : nil
        let trade = last > 0 ? lastTime : nil
        guard let newest = [quote, trade].compactMap({ $0 }).max() else { return true }
        return time - newest > max(most, barLength)
    }
}

extension EngineSetup {
    /// Whose price converts an order's currency; nil = a fixed rate does.
    func rateInstrument(_ intent: OrderIntent, _ account: Int) -> Int? {
        let currency = Int32(instruments[Int(intent.instrument)].terms.currency)
        return quotedRates.first { $0.account == Int32(account) && $0.currency == currency }.map { Int($0.instrument) }
    }
}
