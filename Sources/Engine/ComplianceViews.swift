import Controls
import Execution
import Portfolio
import Trading

// The view of the book that the rules of an account's compliance program judge an order by.

extension Engine {
    /// nil = the account's program has no rules of its own.
    func program(_ context: borrowing OrderContext, _ account: Int, _ instrument: Int) -> OrderContext.Program? {
        let terms = compliance.terms[account]
        guard terms.hasRules else { return nil }
        var program = OrderContext.Program()
        addOwner(to: &program, context, account, instrument)
        addMemory(to: &program, context, account, instrument)
        let strategy = Int(context.intent.strategy)
        let position = ledger.position(strategy: strategy, instrument: instrument)
        if position.quantity != .zero { program.heldSince = position.openedAt }
        program.stopDistance = stopDistance(context, strategy, instrument)
        program.isLocated = terms.shortSale == .located && compliance.tables[account].located.contains(instrument)
        if terms.hasNewsWindows {
            program.isInNewsWindow = compliance.tables[account].newsWindows[instrument]?.session(at: now) != nil
        }
        program.isPastFlatTime = isPastFlatTime(terms, account, instrument)
        if terms.hasClassLeverage { addClass(to: &program, account, instrument) }
        if terms.hasLossLimits {
            program.lock = programLock(account)
            program.day = dayResult(.account, account)
            program.drawdownStart = compliance.drawdownStart(account)
        }
        return program
    }

    /// Of the strategy's stop-loss or the order's own bracket, whichever is nearer.
    private func stopDistance(_ context: borrowing OrderContext, _ strategy: Int, _ instrument: Int) -> Rate? {
        let standing = protections[strategy * instruments.count + instrument].terms.stopLoss
        let (entry, stop) = (context.valuationPrice.raw, context.intent.conditions.stopLoss.raw)
        guard stop > 0, entry > 0 else { return standing }
        // Away from the entry, so that no loss is taken for smaller than it is.
        let distance = (Int128(entry) - Int128(stop)).magnitude
        let fraction = (distance * UInt128(Rate.one.raw) + UInt128(entry) - 1) / UInt128(entry)
        let own = Rate(raw: Int64(clamping: fraction))
        return min(standing ?? own, own)
    }

    private func isPastFlatTime(_ terms: ComplianceTerms, _ account: Int, _ instrument: Int) -> Bool {
        if let span = terms.flatBeforeCloseNanoseconds, let session = calendars[instrument].session(at: now),
            Int128(session.close.nanoseconds) - Int128(now.nanoseconds) <= Int128(span)
        {
            return true
        }
        guard terms.hasFlatWindows else { return false }
        for window in compliance.tables[account].flatWindows where window.isOpen(at: now) { return true }
        return false
    }

    private func addMemory(
        to program: inout OrderContext.Program, _ context: borrowing OrderContext, _ account: Int, _ instrument: Int
    ) {
        guard compliance.remembers else { return }
        let terms = compliance.terms[account]
        var memory = compliance.memories[account]
        memory.pass(to: now.day(offset: accounts[account].dayOffset))
        program.messages = memory.messages
        program.fills = memory.fills
        program.profit = memory.profit
        program.bestDay = memory.bestDay
        program.dayTrades = memory.dayTrades(ofDays: terms.dayTradeDays)
        if let spoofing = terms.spoofing {
            program.quickCancels = memory.quickCancels(within: spoofing.windowNanoseconds, before: now)
        }
        guard terms.washNanoseconds != nil else { return }
        var last = ComplianceBook.never
        for other in 0..<accounts.count where owners[other] == owners[account] {
            let side = context.intent.side.opposite
            last = max(last, compliance.lastTake(account: other, instrument: instrument, side))
        }
        guard last != ComplianceBook.never else { return }
        let since = Int128(now.nanoseconds) - Int128(last.nanoseconds)
        program.sinceOppositeTakeNanoseconds = Int64(clamping: since)
    }

    /// The owner's accounts together; the order's own account as the gate sees it.
    private func addOwner(
        to program: inout OrderContext.Program, _ context: borrowing OrderContext, _ account: Int, _ instrument: Int
    ) {
        let terms = compliance.terms[account]
        guard terms.hasPositionLimits || terms.forbidsHedging else { return }
        let side = context.intent.side.opposite
        var owner = context.net
        for other in 0..<accounts.count where other != account && owners[other] == owners[account] {
            let book = netBook(other, instrument)
            owner.position = Quantity(raw: owner.position.raw &+ book.position.raw)
            owner.buys = Quantity(raw: owner.buys.raw &+ book.buys.raw)
            owner.sells = Quantity(raw: owner.sells.raw &+ book.sells.raw)
            if book.worstCase(side, adding: .zero).raw > 0 { program.isOppositeHeld = true }
        }
        program.owner = owner
        guard terms.hasPositionLimits else { return }
        for limit in compliance.tables[account].positionLimits where limit.instruments.contains(instrument) {
            guard program.positionLimitCount < OrderContext.Program.positionLimitsMax else { return }
            var view = OrderContext.Program.PositionLimit(quantity: limit.quantity, notional: limit.notional)
            if limit.notional != nil { view.others = ownerValue(of: limit.instruments, except: instrument, account) }
            program.positionLimits[program.positionLimitCount] = view
            program.positionLimitCount += 1
        }
    }

    /// Worst-case value of instruments in all accounts of the owner, in the currency of `account`.
    private func ownerValue(of group: [Int], except instrument: Int, _ account: Int) -> Money? {
        var sum = Money.zero
        for other in group where other != instrument {
            var owner = OrderContext.Book()
            for holder in 0..<accounts.count where owners[holder] == owners[account] {
                let book = netBook(holder, other)
                owner.position = Quantity(raw: owner.position.raw &+ book.position.raw)
                owner.buys = Quantity(raw: owner.buys.raw &+ book.buys.raw)
                owner.sells = Quantity(raw: owner.sells.raw &+ book.sells.raw)
            }
            guard let value = worstValue(of: owner, other, account) else { return nil }
            sum += value
        }
        return sum
    }

    private func worstValue(of book: OrderContext.Book, _ instrument: Int, _ account: Int) -> Money? {
        let worst = max(book.worstCase(.buy, adding: .zero), book.worstCase(.sell, adding: .zero))
        return worst == .zero ? .zero : value(of: worst, instrument, account)
    }

    private func addClass(to program: inout OrderContext.Program, _ account: Int, _ instrument: Int) {
        for group in compliance.tables[account].classLeverage where group.instruments.contains(instrument) {
            program.classLeverage = group.leverage
            program.classOthers = .zero
            for other in group.instruments where other != instrument {
                guard let sum = program.classOthers, let value = worstValue(of: netBook(account, other), other, account)
                else {
                    program.classOthers = nil
                    return
                }
                program.classOthers = sum + value
            }
            return
        }
    }
}
