import Controls
import Execution
import Portfolio
import Trading

// The view of the book that the gate judges an order by.

extension Engine {
    /// `order` is the working order that a modify or a trigger is about: it counts with its new shape only. The view stays
    /// where it is until the next one is made in its place: it is more than a kilobyte, and never handed round by value.
    mutating func view(
        _ intent: OrderIntent, purpose: OrderContext.Purpose, order: Order? = nil
    ) -> UnsafeMutablePointer<OrderContext> {
        let view = view
        view.update(from: view + 1, count: 1)
        let instrument = Int(intent.instrument)
        view.pointee.intent = intent
        view.pointee.purpose = purpose
        view.pointee.account = slots[Int(intent.strategy)].account
        view.pointee.time = now
        // Of an unknown instrument there is enough for its rule to refuse it.
        if instrument < instruments.count {
            view.pointee.terms = instruments[instrument]
            prepare(&view.pointee, order)
        } else {
            view.pointee.isKnown = false
        }
        return view
    }

    /// Room for a view, and behind it a blank one that each begins as.
    static func makeView() -> UnsafeMutablePointer<OrderContext> {
        let intent = OrderIntent(strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .zero)
        let terms = InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)
        let blank = OrderContext(
            intent: intent, purpose: .submit, account: 0, terms: terms, time: Timestamp(nanoseconds: 0))
        let view = UnsafeMutablePointer<OrderContext>.allocate(capacity: 2)
        view.initialize(repeating: blank, count: 2)
        return view
    }

    /// Filled in where it is: handing it round by value would copy more than a kilobyte each time.
    @inline(never)
    private mutating func prepare(_ context: inout OrderContext, _ order: Order?) {
        ledger.settle()
        let account = Int(context.account)
        let strategy = Int(context.intent.strategy)
        let instrument = Int(context.intent.instrument)
        var remaining: Quantity?
        if let order {
            context.take(order)
            remaining = order.remaining
        }
        context.isOpen = isAlwaysOpen[instrument] || calendars[instrument].isOpen(at: now)
        context.market = markets[instrument].view
        if context.intent.kind == .trailingStop, context.purpose == .submit { context.setFirstTrigger() }
        let intent = context.intent
        context.own = ownBook(intent, remaining)
        context.net = netBook(account, intent, remaining)
        context.reduceOnlyWorking = reduceOnlyWorking(intent, remaining)
        fill(&context.funds, account, instruments[instrument].currency, context.orderID)
        let netOthers = netOthers(account, except: instrument)
        context.funds.otherExposure = netOthers?.gross
        if gate.wants.contains(.netOthers) { context.netOthers = netOthers }
        context.restricted = restrictions[account * instruments.count + instrument]
        context.allowedKinds = slots[strategy].orderKinds
        if let schedule = slots[strategy].schedule { context.isScheduled = schedule.isOpen(at: now) }
        if !gate.wants.isEmpty { addWanted(to: &context, account, instrument) }
        if gate.wants.contains(.program), compliance.hasRules[account] {
            context.hasProgram = true
            addProgram(
                to: &context.programView, context.intent, context.net, at: context.valuationPrice, context.accountDay,
                account,
                isValued: netOthers != nil)
        }
        context.isTradingHoursChecked = accounts[account].checksTradingHours
        context.isSelfTradeChecked = accounts[account].checksSelfTrade
        if orders.hasWorking(instrument) { addResting(to: &context, intent, account) }
    }

    private func addResting(to context: inout OrderContext, _ intent: OrderIntent, _ account: Int) {
        let resting = orders.resting(
            intent.side.opposite, against: intent, asksTag: context.purpose == .submit && intent.origin == .strategy,
            owner: owners[account], owners: owners, excluded: context.orderID)
        context.protectiveOpposite = resting.protective
        context.ownOpposite = resting.other
        context.isTagInUse = resting.isTagTaken
        if resting.other != .zero { addWalk(to: &context) }
    }

    /// The strategy's pair is left out: whatever it trades, the others make room for. For the same reason nothing stands
    /// before the pair on its own side.
    private func ownBook(_ intent: OrderIntent, _ remaining: Quantity?) -> OrderContext.Book {
        let instrument = Int(intent.instrument)
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: instrument)
        var book = OrderContext.Book()
        book.position = ledger.held(strategy: Int(intent.strategy), instrument: instrument)
        book.buys = totals.buys
        book.sells = totals.sells
        let others =
            intent.isProtective ? Quantity.zero : totals.working(intent.side) - ownShare(intent, remaining)
        book.setWorking(intent.side, others)
        return book
    }

    /// What the totals hold of the order itself, which has this `remaining` where it works already: of a bracket's target,
    /// which does not count, it is its stop's; of an order that
    /// closes now all that makes room for it.
    private func ownShare(_ intent: OrderIntent, _ remaining: Quantity?) -> Quantity {
        if intent.closesNow, remaining == nil {
            return orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument)).reduceOnly(
                intent.side)
        }
        guard intent.conditions.isSecondLeg else { return remaining ?? .zero }
        let stop = orders.leg(of: intent.conditions.entry, instrument: Int(intent.instrument), isStop: true)
        return stop == OrderManager.none ? .zero : orders.order(stop).remaining
    }

    /// With the larger of its protective pair and its other orders on each side.
    @inline(__always)
    func ownBook(_ strategy: Int, _ instrument: Int) -> OrderContext.Book {
        let totals = orders.totalsPlace(strategy: strategy, instrument: instrument)
        var book = OrderContext.Book()
        book.position = ledger.held(strategy: strategy, instrument: instrument)
        book.buys = max(totals.pointee.buys, totals.pointee.stopBuys, totals.pointee.targetBuys)
        book.sells = max(totals.pointee.sells, totals.pointee.stopSells, totals.pointee.targetSells)
        return book
    }

    @inline(__always)
    func netBook(_ account: Int, _ instrument: Int) -> OrderContext.Book {
        let totals = orders.totalsPlace(account: account, instrument: instrument)
        var book = OrderContext.Book()
        book.position = ledger.netQuantity(account: account, instrument: instrument)
        book.buys = totals.pointee.buys
        book.sells = totals.pointee.sells
        return book
    }

    /// What is on the order's side is chosen so that with the order it comes to what can trade then: of a strategy's pair
    /// and its other orders the larger.
    private func netBook(_ account: Int, _ intent: OrderIntent, _ remaining: Quantity?) -> OrderContext.Book {
        let side = intent.side
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument))
        var book = netBook(account, Int(intent.instrument))
        guard intent.isProtective || totals.protective(side) != .zero else {
            book.setWorking(side, book.working(side) - ownShare(intent, remaining))
            return book
        }
        let quantity = Int128(intent.quantity.raw)
        let others = Int128(totals.working(side).raw)
        let worst =
            intent.isProtective
            ? max(others, Int128(totals.protective(side, intent.kind.otherLeg).raw), quantity)
            : max(others - Int128(ownShare(intent, remaining).raw) + quantity, Int128(totals.protective(side).raw))
        let rest = Int128(book.working(side).raw) - Int128(totals.worst(side).raw)
        book.setWorking(side, Quantity(raw: Int64(clamping: rest + worst - quantity)))
        return book
    }

    private func reduceOnlyWorking(_ intent: OrderIntent, _ remaining: Quantity?) -> Quantity {
        guard !intent.isProtective else { return .zero }
        let totals = orders.totals(strategy: Int(intent.strategy), instrument: Int(intent.instrument))
        let all = totals.reduceOnly(intent.side)
        return intent.reduceOnly ? all - ownShare(intent, remaining) : all
    }

    private func fill(
        _ funds: inout OrderContext.Funds, _ account: Int, _ currency: UInt8, _ orderID: UInt64
    ) {
        let rules = accounts[account]
        funds.isMargin = rules.isMargin
        funds.maxLeverage = rules.maxLeverage
        funds.takerRate = venue.terms.takerRate
        funds.rate = ledger.rate(of: Int(currency), account: account)
        if let market = rateMarket(of: currency, account: account) { funds.rateMarket = markets[market].view }
        funds.equity = ledger.equity(account: account)
        funds.cash = rules.isMargin ? .zero : ledger.totalCash(account: account)
        funds.reservedCash = rules.isMargin ? .zero : reservedCash(account, excluded: orderID)
    }

    /// What takes work to know, where some limit asks for it.
    private mutating func addWanted(to context: inout OrderContext, _ account: Int, _ instrument: Int) {
        let wants = gate.wants
        let strategy = Int(context.intent.strategy)
        if wants.contains(.ownOthers) { context.ownOthers = ownOthers(strategy, account, except: instrument) }
        if wants.contains(.accountDay) {
            context.accountDay = dayResult(.account, account, equity: context.funds.equity)
        }
        let needsResult = !wants.isDisjoint(with: [.ownDay, .ownHigh])
        let result = needsResult ? ledger.totals(strategy: strategy)?.net : nil
        if wants.contains(.ownDay) { context.ownDay = dayResult(.strategy, strategy, equity: result) }
        if !wants.isDisjoint(with: .past) { addPast(to: &context, account, instrument, result: result) }
    }

    /// What is behind an account and a strategy, and what an order meets.
    @inline(never)
    private func addPast(to context: inout OrderContext, _ account: Int, _ instrument: Int, result: Money?) {
        let wants = gate.wants
        let strategy = Int(context.intent.strategy)
        if wants.contains(.accountHigh) {
            context.accountHigh = equityHigh(.account, account, equity: context.funds.equity)
        }
        if wants.contains(.ownHigh) {
            let equity = result.map { running.strategies[strategy].opening + $0 }
            context.ownHigh = equityHigh(.strategy, strategy, equity: equity)
        }
        if wants.contains(.losses) {
            let streaks = lossStreaks(account, strategy)
            context.accountLosses = streaks.account
            context.ownLosses = streaks.own
        }
        if wants.contains(.runaway) { context.runaway = running.runaways[strategy].latch }
        if wants.contains(.openOrders) {
            context.openOrders = OrderContext.OpenOrders(
                account: orders.openCount(account: account), strategy: orders.openCount(strategy: strategy),
                instrument: orders.openCount(account: account, instrument: instrument))
        }
        if wants.contains(.walk) { addWalk(to: &context) }
    }

    /// What a market order would meet, where the feed has depth.
    private func addWalk(to context: inout OrderContext) {
        let instrument = Int(context.intent.instrument)
        guard !context.intent.kind.hasLimitPrice, markets[instrument].feed.contains(.depth) else { return }
        context.walk = books[instrument].walk(context.intent.side, context.intent.quantity)
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

extension OrderContext {
    /// The working order that a modify or a trigger is about.
    fileprivate mutating func take(_ order: Order) {
        orderID = order.id
        isTriggered = order.isTriggered
        if purpose == .modify { replaced = Replaced(order) }
    }
}
