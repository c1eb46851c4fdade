import Controls
import Execution
import Portfolio
import Trading

// The view of the book that the rules of an account's compliance program judge an order by.

extension Engine {
    /// For an account whose program has rules of its own. What has been asked for already comes along: `day`, and whether all
    /// of the account's instruments but the order's are valued (`isValued`).
    mutating func addProgram(
        to program: inout OrderContext.Program, _ intent: OrderIntent, _ net: OrderContext.Book, at price: Price,
        _ accountDay: OrderContext.Day?, _ account: Int, isValued: Bool
    ) {
        let instrument = Int(intent.instrument)
        let terms = compliance.terms.address(of: account)
        let rules = compliance.rules.baseAddress! + (account * instruments.count + instrument)
        let (kind, opposite) = (intent.kind, intent.side.opposite)
        addOwner(to: &program, net, opposite, account, instrument, isValued: isValued)
        if compliance.remembers { addMemory(to: &program, kind, opposite, account, instrument) }
        let strategy = Int(intent.strategy)
        if let since = ledger.heldSince(strategy: strategy, instrument: instrument) { program.heldSince = since }
        program.stopDistance = stopDistance(
            from: price, to: intent.conditions.stopLoss, strategy, instrument)
        program.isLocated = terms.pointee.shortSale == .located && rules.pointee.isLocated
        if terms.pointee.hasNewsWindows {
            program.isInNewsWindow = rules.pointee.newsWindows?.session(at: now) != nil
        }
        program.isPastFlatTime = isPastFlatTime(terms, account, instrument)
        if terms.pointee.hasClassLeverage, let group = rules.pointee.leverageClass {
            program.classLeverage = group.leverage
            program.classOthers = value(of: group.group, except: instrument, account, isValued: isValued)
        }
        if terms.pointee.hasLossLimits {
            program.lock = programLock(account)
            program.day = accountDay ?? dayResult(.account, account)
            program.drawdownStart = compliance.drawdownStart(account)
        }
    }

    /// Of the strategy's stop-loss or the order's own bracket, whichever is nearer.
    private func stopDistance(from price: Price, to own: Price, _ strategy: Int, _ instrument: Int) -> Rate? {
        let standing = protections[strategy * instruments.count + instrument].terms.stopLoss
        let (entry, stop) = (price.raw, own.raw)
        guard stop > 0, entry > 0 else { return standing }
        // Away from the entry, so that no loss is taken for smaller than it is.
        let distance = entry > stop ? entry - stop : stop - entry
        let own = Rate(raw: Rounding.up(distance, times: Rate.one.raw, over: entry))
        return min(standing ?? own, own)
    }

    private func isPastFlatTime(
        _ terms: UnsafePointer<ComplianceTerms>, _ account: Int, _ instrument: Int
    ) -> Bool {
        if let span = terms.pointee.flatBeforeCloseNanoseconds, let session = calendars[instrument].session(at: now),
            Int128(session.close.nanoseconds) - Int128(now.nanoseconds) <= Int128(span)
        {
            return true
        }
        guard terms.pointee.hasFlatWindows else { return false }
        for window in compliance.flatWindows[account] where window.isOpen(at: now) { return true }
        return false
    }

    private func addMemory(
        to program: inout OrderContext.Program, _ kind: OrderKind, _ opposite: Side, _ account: Int,
        _ instrument: Int
    ) {
        let terms = compliance.terms.address(of: account)
        let today = now.day(offset: accounts[account].dayOffset)
        let memory = compliance.memories.address(of: account)
        if today > memory.pointee.day {
            addTurned(memory, today, to: &program, terms, kind, opposite, account, instrument)
        } else {
            add(memory, to: &program, terms, kind, opposite, account, instrument)
        }
    }

    /// Looking at it is no fact, so that the day turns in a copy.
    @inline(never)
    private func addTurned(
        _ memory: UnsafePointer<ComplianceMemory>, _ today: Int64, to program: inout OrderContext.Program,
        _ terms: UnsafePointer<ComplianceTerms>, _ kind: OrderKind, _ opposite: Side, _ account: Int,
        _ instrument: Int
    ) {
        var turned = memory.pointee
        turned.pass(to: today)
        withUnsafePointer(to: turned) { add($0, to: &program, terms, kind, opposite, account, instrument) }
    }

    private func add(
        _ memory: UnsafePointer<ComplianceMemory>, to program: inout OrderContext.Program,
        _ terms: UnsafePointer<ComplianceTerms>, _ kind: OrderKind, _ opposite: Side, _ account: Int,
        _ instrument: Int
    ) {
        program.messages = memory.pointee.messages
        program.fills = memory.pointee.fills
        program.profit = memory.pointee.profit
        program.bestDay = memory.pointee.bestDay
        if terms.pointee.dayTradesMax != nil {
            program.dayTrades = memory.pointee.dayTrades(ofDays: terms.pointee.dayTradeDays)
        }
        // Only an order that rests can be large.
        if let spoofing = terms.pointee.spoofing, kind.hasLimitPrice {
            program.quickCancels = memory.pointee.quickCancels(within: spoofing.windowNanoseconds, before: now)
        }
        guard terms.pointee.washNanoseconds != nil else { return }
        var last = ComplianceBook.never
        for other in 0..<accounts.count where owners[other] == owners[account] {
            last = max(last, compliance.lastTake(account: other, instrument: instrument, opposite))
        }
        guard last != ComplianceBook.never else { return }
        let since = Int128(now.nanoseconds) - Int128(last.nanoseconds)
        program.sinceOppositeTakeNanoseconds = Int64(clamping: since)
    }

    /// The owner's accounts together; the order's own account as the gate sees it.
    private mutating func addOwner(
        to program: inout OrderContext.Program, _ net: OrderContext.Book, _ opposite: Side, _ account: Int,
        _ instrument: Int, isValued: Bool
    ) {
        let terms = compliance.terms.address(of: account)
        guard terms.pointee.hasPositionLimits || terms.pointee.forbidsHedging else { return }
        program.owner = net
        if !compliance.isAlone[account] { addOthers(to: &program, opposite, account, instrument) }
        guard terms.pointee.hasPositionLimits else { return }
        let rules = compliance.rules.baseAddress! + (account * instruments.count + instrument)
        for index in 0..<min(rules.pointee.positionLimits.count, OrderContext.Program.positionLimitsMax) {
            var view = OrderContext.Program.PositionLimit(
                quantity: rules.pointee.positionLimits[index].quantity,
                notional: rules.pointee.positionLimits[index].notional)
            if view.notional != nil {
                let group = rules.pointee.positionLimits[index].group
                view.others =
                    compliance.isAlone[account]
                    ? value(of: group, except: instrument, account, isValued: isValued)
                    : ownerValue(of: group.instruments, except: instrument, account)
            }
            program.positionLimits[index] = view
            program.positionLimitCount = index + 1
        }
    }

    private func addOthers(
        to program: inout OrderContext.Program, _ opposite: Side, _ account: Int, _ instrument: Int
    ) {
        for other in 0..<accounts.count where other != account && owners[other] == owners[account] {
            let book = netBook(other, instrument)
            program.owner.add(book)
            if book.worstCase(opposite, adding: .zero).raw > 0 { program.isOppositeHeld = true }
        }
    }

    /// Worst-case value of instruments in all accounts of the owner, in the currency of `account`.
    private func ownerValue(of group: [Int], except instrument: Int, _ account: Int) -> Money? {
        var sum = Money.zero
        for other in group where other != instrument {
            var owner = OrderContext.Book()
            for holder in 0..<accounts.count where owners[holder] == owners[account] {
                owner.add(netBook(holder, other))
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

    /// Worst-case value of instruments in one account; nil = something has no rate. `isValued`: they are up to date.
    private mutating func value(
        of group: InstrumentGroup, except instrument: Int, _ account: Int, isValued: Bool
    ) -> Money? {
        let row = account * instruments.count
        guard isValued else {
            var sum = Money.zero
            for other in group.instruments where other != instrument {
                guard let reach = reach(netBook(account, other), other, account) else { return nil }
                sum += reach.gross
            }
            return sum
        }
        let kept = compliance.groupSums.pointer(at: group.number)
        let version = reaches.accountSums[account].version
        if kept.pointee.version != version {
            kept.pointee = GroupSum(version: version)
            for other in group.instruments { kept.pointee.sum += reaches.accounts[row + other].gross }
        }
        return kept.pointee.sum - reaches.accounts[row + instrument].gross
    }
}

extension OrderContext.Book {
    fileprivate mutating func add(_ book: OrderContext.Book) {
        position = Quantity(raw: position.raw &+ book.position.raw)
        buys = Quantity(raw: buys.raw &+ book.buys.raw)
        sells = Quantity(raw: sells.raw &+ book.sells.raw)
    }
}
