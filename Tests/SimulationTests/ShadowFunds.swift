import Controls
import Engine
import Execution
import Portfolio
import Trading

// Whether an account can pay for what an order may make it owe.

extension ShadowGate {
    func isAffordable(_ q: Question, _ around: Surroundings, _ books: ShadowBooks, _ orders: ShadowOrders) -> Bool {
        let quantity = Int128(q.intent.quantity.raw)
        func exposure(_ extra: Int128) -> Int128? {
            guard let same = worst(q, around, around.net, q.intent.side, extra, books),
                let other = worst(q, around, around.net, q.intent.side.opposite, 0, books)
            else { return nil }
            return max(same, other)
        }
        guard let equity = books.equity(account: q.account), let before = exposure(0), let after = exposure(quantity),
            let value = notional(q, around, quantity, at: q.price, books), let other = otherExposure(q, books, orders)
        else { return false }
        let fee = ShadowBooks.rounded(value * Int128(setup.venue.takerRate.raw), 1_000_000_000)
        let terms = setup.accounts[q.account].terms
        if terms.isMargin {
            let power = ShadowBooks.rounded(max(equity, 0) * Int128(terms.maxLeverage.raw), 1_000_000_000)
            return after <= before || other + after + fee <= power
        }
        guard let cash = books.totalCash(account: q.account), let reserved = reserved(q, books, orders) else {
            return false
        }
        return q.intent.side == .sell ? around.net.reach(.sell, quantity) == 0 : reserved + value + fee <= cash
    }

    /// Worst case of the account's other instruments at their marks.
    func otherExposure(_ q: Question, _ books: ShadowBooks, _ orders: ShadowOrders) -> Int128? {
        var sum: Int128 = 0
        for instrument in setup.instruments.indices where instrument != Int(q.intent.instrument) {
            let book = netBook(q.account, instrument, books, orders)
            let worst = max(book.reach(.buy), book.reach(.sell))
            guard worst > 0 else { continue }
            guard
                let value = converted(
                    books.value(books.marks[instrument], worst, instrument), instrument, q.account, books)
            else { return nil }
            sum += value
        }
        return sum
    }

    /// What the account's working buys will cost.
    private func reserved(_ q: Question, _ books: ShadowBooks, _ orders: ShadowOrders) -> Int128? {
        var sum: Int128 = 0
        for instrument in setup.instruments.indices {
            var value: Int128 = 0
            for order in orders.working(instrument)
            where Int(order.account) == q.account && order.intent.side == .buy && order.id != q.order?.id
                && !order.intent.isProtective && order.intent.origin != .bracket
            {
                let price =
                    order.intent.kind.hasLimitPrice
                    ? Int128(order.intent.price.raw)
                    : order.isDormant ? Int128(order.intent.stopPrice.raw) : books.marks[instrument]
                value += books.value(price, Int128(order.remaining.raw), instrument)
            }
            guard value != 0 else { continue }
            guard let converted = converted(value, instrument, q.account, books) else { return nil }
            sum += converted
        }
        return sum
    }

    func converted(_ value: Int128, _ instrument: Int, _ account: Int, _ books: ShadowBooks) -> Int128? {
        let currency = Int(setup.instruments[instrument].terms.currency)
        guard let rate = books.rate(account: account, currency: currency) else { return nil }
        return rate == 1_000_000_000 ? value : ShadowBooks.rounded(value * rate, 1_000_000_000)
    }
}
