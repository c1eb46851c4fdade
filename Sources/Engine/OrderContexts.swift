import Controls
import Execution
import Portfolio
import Trading

// The view of the book that the gate judges an order by.

extension Engine {
    /// `order` is the working order that a modify or a trigger is about: it counts with its new shape only.
    func orderContext(_ intent: OrderIntent, purpose: OrderContext.Purpose, order: Order? = nil) -> OrderContext {
        let account = Int(slots[Int(intent.strategy)].account)
        let instrument = Int(intent.instrument)
        guard instrument < instruments.count else { return unknownInstrument(intent, purpose, account) }
        let terms = instruments[instrument]
        var context = OrderContext(
            intent: intent, purpose: purpose, account: Int32(account), terms: terms, time: now)
        context.orderID = order?.id ?? 0
        context.isTriggered = order?.isTriggered ?? false
        context.isOpen = isAlwaysOpen[instrument] || calendars[instrument].isOpen(at: now)
        context.market = markets[instrument].view
        context.own = ownBook(strategy: Int(intent.strategy), instrument, order)
        context.net = netBook(account, instrument, order)
        context.reduceOnlyWorking = reduceOnlyWorking(intent, order)
        context.funds = funds(account, instrument, terms, order)
        context.restricted = restrictions[account * instruments.count + instrument]
        context.allowedKinds = slots[Int(intent.strategy)].orderKinds
        context.isTradingHoursChecked = accounts[account].checksTradingHours
        context.isSelfTradeChecked = accounts[account].checksSelfTrade
        guard orders.hasWorking(instrument) else { return context }
        context.ownOpposite = orders.bestResting(
            intent.side.opposite, instrument: instrument, owner: owners[account], owners: owners,
            excluded: context.orderID)
        context.isTagInUse =
            purpose == .submit && intent.origin == .strategy
            && orders.slot(strategy: intent.strategy, instrument: instrument, tag: intent.tag) != OrderManager.none
        return context
    }

    /// Enough of a view for the instrument rule to refuse it.
    private func unknownInstrument(
        _ intent: OrderIntent, _ purpose: OrderContext.Purpose, _ account: Int
    ) -> OrderContext {
        let terms = InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)
        var context = OrderContext(
            intent: intent, purpose: purpose, account: Int32(account), terms: terms, time: now)
        context.isKnown = false
        return context
    }

    private func ownBook(strategy: Int, _ instrument: Int, _ order: Order?) -> OrderContext.Book {
        let totals = orders.totals(strategy: strategy, instrument: instrument)
        return book(ledger.position(strategy: strategy, instrument: instrument).quantity, totals, order)
    }

    private func netBook(_ account: Int, _ instrument: Int, _ order: Order?) -> OrderContext.Book {
        let totals = orders.totals(account: account, instrument: instrument)
        return book(ledger.netQuantity(account: account, instrument: instrument), totals, order)
    }

    private func book(_ position: Quantity, _ totals: WorkingTotals, _ order: Order?) -> OrderContext.Book {
        var book = OrderContext.Book()
        book.position = position
        book.buys = totals.buys
        book.sells = totals.sells
        if let order {
            switch order.intent.side {
            case .buy: book.buys = book.buys - order.remaining
            case .sell: book.sells = book.sells - order.remaining
            }
        }
        return book
    }

    private func reduceOnlyWorking(_ intent: OrderIntent, _ order: Order?) -> Quantity {
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument))
        let all = totals.reduceOnly(intent.side)
        guard let order, order.intent.reduceOnly else { return all }
        return all - order.remaining
    }

    private func funds(
        _ account: Int, _ instrument: Int, _ terms: InstrumentTerms, _ order: Order?
    ) -> OrderContext.Funds {
        let rules = accounts[account]
        var funds = OrderContext.Funds()
        funds.isMargin = rules.isMargin
        funds.maxLeverage = rules.maxLeverage
        funds.takerRate = venue.terms.takerRate
        funds.rate = rate(of: terms, account: account)
        funds.equity = ledger.equity(account: account)
        funds.cash = rules.isMargin ? .zero : ledger.totalCash(account: account)
        funds.reservedCash = rules.isMargin ? .zero : reservedCash(account, excluded: order?.id ?? 0)
        funds.otherExposure = otherExposure(account, except: instrument)
        return funds
    }

    func rate(of terms: InstrumentTerms, account: Int) -> Rate? {
        ledger.rate(of: Int(terms.currency), account: account)
    }

    /// Worst-case notional of every other instrument that the account holds or works in, at its mark.
    private func otherExposure(_ account: Int, except instrument: Int) -> Money? {
        var sum = Money.zero
        for other in 0..<instruments.count where other != instrument {
            let book = netBook(account, other, nil)
            let worst = max(book.worstCase(.buy, adding: .zero), book.worstCase(.sell, adding: .zero))
            guard worst != .zero else { continue }
            let terms = instruments[other]
            guard let rate = rate(of: terms, account: account),
                let value = Money.value(ledger.mark(other), worst, multiplier: terms.multiplier)?.converted(at: rate)
            else { return nil }
            sum += value
        }
        return sum
    }

    /// What the account's working buys will take from its cash.
    private func reservedCash(_ account: Int, excluded: UInt64) -> Money? {
        var sum = Money.zero
        for instrument in 0..<instruments.count where orders.hasWorking(instrument) {
            let terms = instruments[instrument]
            let value = orders.reservedValue(
                account: Int32(account), instrument: instrument, market: ledger.mark(instrument),
                multiplier: terms.multiplier, excluded: excluded)
            // What works there may be another account's.
            if value == .zero { continue }
            guard let rate = rate(of: terms, account: account), let reserved = value?.converted(at: rate) else {
                return nil
            }
            sum += reserved
        }
        return sum
    }
}
