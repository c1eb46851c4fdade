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
        if purpose == .modify { context.replaced = order.map(OrderContext.Replaced.init) }
        context.isOpen = isAlwaysOpen[instrument] || calendars[instrument].isOpen(at: now)
        context.market = markets[instrument].view
        if intent.kind == .trailingStop, purpose == .submit { context.setFirstTrigger() }
        context.own = ownBook(intent, order)
        context.net = netBook(account, intent, order)
        context.reduceOnlyWorking = reduceOnlyWorking(intent, order)
        context.funds = funds(account, instrument, terms, order)
        context.restricted = restrictions[account * instruments.count + instrument]
        context.allowedKinds = slots[Int(intent.strategy)].orderKinds
        if let schedule = slots[Int(intent.strategy)].schedule { context.isScheduled = schedule.isOpen(at: now) }
        addWanted(to: &context, account, instrument)
        context.isTradingHoursChecked = accounts[account].checksTradingHours
        context.isSelfTradeChecked = accounts[account].checksSelfTrade
        guard orders.hasWorking(instrument) else { return context }
        (context.protectiveOpposite, context.ownOpposite) = orders.bestResting(
            intent.side.opposite, instrument: instrument, owner: owners[account], owners: owners,
            excluded: context.orderID)
        context.isTagInUse =
            purpose == .submit && intent.origin == .strategy
            && orders.isTagTaken(
                strategy: intent.strategy, instrument: instrument, tag: intent.tag, count: intent.tagCount)
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

    /// The strategy's pair is left out: whatever it trades, the others make room for. For the same reason nothing stands
    /// before the pair on its own side.
    private func ownBook(_ intent: OrderIntent, _ order: Order?) -> OrderContext.Book {
        let instrument = Int(intent.instrument)
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: instrument)
        var book = OrderContext.Book()
        book.position = ledger.position(strategy: Int(intent.strategy), instrument: instrument).quantity
        book.buys = totals.buys
        book.sells = totals.sells
        let others =
            intent.isProtective ? Quantity.zero : totals.working(intent.side) - ownShare(intent, order)
        book.setWorking(intent.side, others)
        return book
    }

    /// What the totals hold of the order itself: of a bracket's target, which does not count, it is its stop's; of an order that
    /// closes now all that makes room for it.
    private func ownShare(_ intent: OrderIntent, _ order: Order?) -> Quantity {
        if intent.closesNow, order == nil {
            return orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument)).reduceOnly(
                intent.side)
        }
        guard intent.conditions.isSecondLeg else { return order?.remaining ?? .zero }
        let stop = orders.leg(of: intent.conditions.entry, instrument: Int(intent.instrument), isStop: true)
        return stop == OrderManager.none ? .zero : orders.order(stop).remaining
    }

    /// With the larger of its protective pair and its other orders on each side.
    private func ownBook(_ strategy: Int, _ instrument: Int) -> OrderContext.Book {
        let totals = orders.totals(strategy: strategy, instrument: instrument)
        var book = OrderContext.Book()
        book.position = ledger.position(strategy: strategy, instrument: instrument).quantity
        book.buys = totals.worst(.buy)
        book.sells = totals.worst(.sell)
        return book
    }

    func netBook(_ account: Int, _ instrument: Int) -> OrderContext.Book {
        let totals = orders.totals(account: account, instrument: instrument)
        var book = OrderContext.Book()
        book.position = ledger.netQuantity(account: account, instrument: instrument)
        book.buys = totals.buys
        book.sells = totals.sells
        return book
    }

    /// What is on the order's side is chosen so that with the order it comes to what can trade then: of a strategy's pair
    /// and its other orders the larger.
    private func netBook(_ account: Int, _ intent: OrderIntent, _ order: Order?) -> OrderContext.Book {
        let side = intent.side
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument))
        var book = netBook(account, Int(intent.instrument))
        guard intent.isProtective || totals.protective(side) != .zero else {
            book.setWorking(side, book.working(side) - ownShare(intent, order))
            return book
        }
        let quantity = Int128(intent.quantity.raw)
        let others = Int128(totals.working(side).raw)
        let worst =
            intent.isProtective
            ? max(others, Int128(totals.protective(side, intent.kind.otherLeg).raw), quantity)
            : max(others - Int128(ownShare(intent, order).raw) + quantity, Int128(totals.protective(side).raw))
        let rest = Int128(book.working(side).raw) - Int128(totals.worst(side).raw)
        book.setWorking(side, Quantity(raw: Int64(clamping: rest + worst - quantity)))
        return book
    }

    private func reduceOnlyWorking(_ intent: OrderIntent, _ order: Order?) -> Quantity {
        guard !intent.isProtective else { return .zero }
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument))
        let all = totals.reduceOnly(intent.side)
        return intent.reduceOnly ? all - ownShare(intent, order) : all
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
        funds.rateMarket = rateMarket(of: terms.currency, account: account).map { markets[$0].view }
        funds.equity = ledger.equity(account: account)
        funds.cash = rules.isMargin ? .zero : ledger.totalCash(account: account)
        funds.reservedCash = rules.isMargin ? .zero : reservedCash(account, excluded: order?.id ?? 0)
        funds.otherExposure = otherExposure(account, except: instrument)
        return funds
    }

    /// What takes work to know, where some limit asks for it.
    private func addWanted(to context: inout OrderContext, _ account: Int, _ instrument: Int) {
        let wants = gate.wants
        guard !wants.isEmpty else { return }
        let strategy = Int(context.intent.strategy)
        if wants.contains(.netOthers) {
            context.netOthers = others(account, except: instrument) { engine, other in
                engine.netBook(account, other)
            }
        }
        if wants.contains(.ownOthers) {
            context.ownOthers = others(account, except: instrument) { engine, other in
                engine.ownBook(strategy, other)
            }
        }
        if wants.contains(.accountDay) { context.accountDay = dayResult(.account, account) }
        if wants.contains(.ownDay) { context.ownDay = dayResult(.strategy, strategy) }
        if !wants.isDisjoint(with: .past) { addPast(to: &context, account, instrument) }
        if wants.contains(.program) { context.program = program(context, account, instrument) }
    }

    /// What is behind an account and a strategy, and what an order meets.
    @inline(never)
    private func addPast(to context: inout OrderContext, _ account: Int, _ instrument: Int) {
        let wants = gate.wants
        let strategy = Int(context.intent.strategy)
        if wants.contains(.accountHigh) { context.accountHigh = equityHigh(.account, account) }
        if wants.contains(.ownHigh) { context.ownHigh = equityHigh(.strategy, strategy) }
        if wants.contains(.losses) {
            context.accountLosses = lossStreak(.account, account, account: account)
            context.ownLosses = lossStreak(.strategy, strategy, account: account)
        }
        if wants.contains(.runaway) { context.runaway = running.runaways[strategy].latch }
        if wants.contains(.openOrders) {
            context.openOrders = OrderContext.OpenOrders(
                account: orders.openCount(account: account), strategy: orders.openCount(strategy: strategy),
                instrument: orders.openCount(account: account, instrument: instrument))
        }
        if wants.contains(.walk), !context.intent.kind.hasLimitPrice, markets[instrument].feed.contains(.depth) {
            context.walk = books[instrument].walk(context.intent.side, context.intent.quantity)
        }
    }

    /// Worst-case values of the other instruments at their marks.
    private func others(
        _ account: Int, except instrument: Int, _ book: (borrowing Engine, Int) -> OrderContext.Book
    ) -> OrderContext.Others? {
        var sum = OrderContext.Others()
        for other in 0..<instruments.count where other != instrument {
            let book = book(self, other)
            guard book.position != .zero || book.buys != .zero || book.sells != .zero else { continue }
            let worst = max(book.worstCase(.buy, adding: .zero), book.worstCase(.sell, adding: .zero))
            guard let gross = value(of: worst, other, account),
                let buys = value(of: book.position + book.buys, other, account),
                let sells = value(of: book.position - book.sells, other, account)
            else { return nil }
            sum.gross += gross
            sum.withBuys += buys
            sum.withSells += sells
        }
        return sum
    }

    /// At the mark, in the account's currency.
    func value(of quantity: Quantity, _ instrument: Int, _ account: Int) -> Money? {
        let terms = instruments[instrument]
        guard let rate = rate(of: terms, account: account) else { return nil }
        return Money.value(ledger.mark(instrument), quantity, multiplier: terms.multiplier)?.converted(at: rate)
    }

    func rate(of terms: InstrumentTerms, account: Int) -> Rate? {
        ledger.rate(of: Int(terms.currency), account: account)
    }

    /// Worst-case notional of every other instrument that the account holds or works in, at its mark.
    private func otherExposure(_ account: Int, except instrument: Int) -> Money? {
        var sum = Money.zero
        for other in 0..<instruments.count where other != instrument {
            let book = netBook(account, other)
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
