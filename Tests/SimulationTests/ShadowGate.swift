import Controls
import Engine
import Execution
import Portfolio
import Trading

/// The gate's rules a second time, over the shadow's own books: which rules an order has to fail.
struct ShadowGate {
    let setup: EngineSetup
    /// System, then accounts, strategies, instruments.
    private(set) var limits: [LimitSet]
    private(set) var states: [TradingState]
    /// Until when each scope's orders of a second and of a minute are spent, in nanoseconds.
    private(set) var spentPerSecond: [Int64]
    private(set) var spentPerMinute: [Int64]
    var days: ShadowDays
    var running: ShadowRunning
    /// By strategy: the order that it modified last, and when.
    private var lastModify: [Int32: (id: UInt64, time: Int64)] = [:]

    init(_ setup: EngineSetup) {
        self.setup = setup
        limits =
            [setup.systemLimits] + setup.accounts.map(\.limits) + setup.strategies.map(\.limits)
            + setup.instruments.indices.map { setup.instrumentLimits[$0] ?? LimitSet() }
        states = Array(repeating: .active, count: limits.count)
        spentPerSecond = Array(repeating: 0, count: limits.count)
        spentPerMinute = spentPerSecond
        days = ShadowDays(setup)
        running = ShadowRunning(setup)
    }

    func limits(_ scope: LimitScope, _ place: Int) -> LimitSet { limits[index(scope, place)] }

    private func index(_ scope: LimitScope, _ index: Int) -> Int {
        switch scope {
        case .system: 0
        case .account: 1 + index
        case .strategy: 1 + setup.accounts.count + index
        case .instrument: 1 + setup.accounts.count + setup.strategies.count + index
        }
    }

    mutating func set(_ limits: LimitSet, _ scope: LimitScope, _ index: Int) {
        self.limits[self.index(scope, index)] = limits
    }
    mutating func set(_ state: TradingState, _ scope: LimitScope, _ index: Int) {
        states[self.index(scope, index)] = state
    }

    /// What is known of an order when it is judged.
    struct Question {
        var intent: OrderIntent
        var purpose: OrderContext.Purpose
        /// The working order that it is about.
        var order: Order?
        var account: Int
        var time: Int64
        var view: ShadowMarket.View
        /// Of the instrument that its currency is converted by.
        var rateView: ShadowMarket.View?

        var sign: Int128 { intent.side == .buy ? 1 : -1 }
        /// A target is judged with its stop as one: only one of them can trade.
        func isBeside(_ order: Order) -> Bool {
            if intent.conditions.isSecondLeg { return order.intent.conditions.entry == intent.conditions.entry }
            // What makes room for an operator's close.
            let isClose = purpose == .submit && intent.reduceOnly && intent.kind == .market
            return isClose && [.operator, .liquidation].contains(intent.origin) && order.intent.reduceOnly
                && !order.intent.isProtective && order.intent.strategy == intent.strategy
                && order.intent.side == intent.side
        }
        var isDormant: Bool { intent.kind.hasStopPrice && purpose != .trigger && order?.isTriggered != true }
        /// What it is valued at; 0 = unknown.
        var price: Int64 {
            if intent.kind.hasLimitPrice { return intent.price.raw }
            return isDormant ? intent.stopPrice.raw : view.price(intent.side)
        }
    }

    /// A position and what works around it, without the order in question.
    struct Book {
        var position: Int128
        var buys: Int128 = 0
        var sells: Int128 = 0

        mutating func add(_ quantity: Int128, _ side: Side) {
            if side == .buy { buys += quantity } else { sells += quantity }
        }
        func reach(_ side: Side, _ extra: Int128 = 0) -> Int128 {
            max(0, side == .buy ? position + buys + extra : -position + sells + extra)
        }
        func isReduced(_ q: Question) -> Bool {
            let quantity = Int128(q.intent.quantity.raw)
            return quantity > 0 && -q.sign * position >= (q.intent.side == .buy ? buys : sells) + quantity
        }
    }

    /// What is around an order: positions, working orders and prices.
    struct Surroundings {
        var own: Book
        var net: Book
        var reduceOnlyWorking: Int128 = 0
        /// Best price at which its owner rests on the other side; 0 = nowhere. Protective orders apart.
        var ownOpposite: Int64 = 0
        var protectiveOpposite: Int64 = 0
        var isTagTaken = false
        /// Account currency per unit of the instrument's.
        var rate: Int128?
        /// Indices of the four scopes that cover the order.
        var scopes: [(scope: LimitScope, index: Int)] = []

        func book(_ scope: LimitScope) -> Book { scope == .strategy ? own : net }
    }

    /// Bits of the rules that fail, those that warn whatever the program says, and the protection price of a market order.
    func judge(
        _ q: Question, _ books: ShadowBooks, _ orders: ShadowOrders
    ) -> (failed: UInt64, warned: UInt64, protection: Int64) {
        let around = surroundings(q, books, orders)
        let reducesOwn = around.own.isReduced(q)
        let isExemptOwn = reducesOwn || isShrunk(q)
        let collar = collar(q, around)
        let slippage = slippage(q, around)
        let stop = stopBeforeOwn(q, around, reducesOwn)
        let instrument = Int(q.intent.instrument)
        let closed = setup.accounts[q.account].restricted[instrument] ?? .none
        let verdicts: [(RuleID, Bool)] = [
            (.tradingState, isLatched(q, around)),
            (.instrument, !fitsInstrument(q, around, books)),
            (.priceCollar, collar.isBeyond && !isExemptOwn),
            (.orderSize, isTooLarge(q, around, books)),
            (.position, growsTooFar(q, around, books)),
            (
                .buyingPower,
                q.intent.quantity.raw > 0 && !isExempt(around.net, q) && !isAffordable(q, around, books, orders)
            ),
            (.orderRate, isTooOften(q, around)),
            (.reduceOnly, q.intent.reduceOnly && !onlyReduces(q, around)),
            (.restrictedList, closed.contains(q.intent.side == .buy ? .buy : .sell) && !isExemptOwn),
            (.tradingHours, setup.accounts[q.account].checksTradingHours && !isOpen(instrument, q.time)),
            (.selfTrade, crossesOwn(q, around, collar.protection, stop, reducesOwn)),
            (.stalePrice, !isExemptOwn && isStale(q, around)),
            (.exposure, isExposed(q, around, books, orders)),
            (.dailyLoss, hasLost(q, around, books)),
            (.schedule, !isExemptOwn && isOutOfSchedule(q)),
            (.budget, isPastBudget(q, around, books, orders)),
            (.drawdown, hasFallen(q, around, books)),
            (
                .repeatExecution,
                q.intent.origin == .strategy && running.isLatched(q.intent.strategy) && !isExemptOwn
                    && (anyLimit(\.repeatLimit) || anyLimit(\.rejectStreak))
            ),
            (.openOrders, hasTooManyOpen(q, around, orders)),
            (.duplicate, isDuplicate(q, around)),
            (.slippage, slippage.isBeyond && !isExemptOwn),
            (.consecutiveLosses, hasLostInARow(q, around)),
        ]
        var bounds = [collar.protection, stop ?? 0]
        if !isExemptOwn { bounds.append(slippage.bound) }
        bounds.removeAll { $0 == 0 }
        let protection = (q.intent.side == .buy ? bounds.min() : bounds.max()) ?? 0
        let failed = verdicts.reduce(0) { $1.1 ? $0 | $1.0.mask : $0 }
        guard isExemptOwn else { return (failed, 0, protection) }
        let warned =
            (collar.isBeyond ? RuleID.priceCollar.mask : 0) | (isStale(q, around) ? RuleID.stalePrice.mask : 0)
            | (slippage.isBeyond ? RuleID.slippage.mask : 0)
        return (failed, warned, protection)
    }

    private func surroundings(_ q: Question, _ books: ShadowBooks, _ orders: ShadowOrders) -> Surroundings {
        let instrument = Int(q.intent.instrument)
        let strategy = Int(q.intent.strategy)
        var around = Surroundings(
            own: Book(position: books.cell(strategy, instrument).quantity),
            net: netBook(q.account, instrument, books, orders, for: q))
        around.rate = books.rate(account: q.account, currency: Int(setup.instruments[instrument].terms.currency))
        around.scopes = [
            (.system, 0), (.account, index(.account, q.account)), (.strategy, index(.strategy, strategy)),
            (.instrument, index(.instrument, instrument)),
        ]
        for order in orders.working(instrument) where order.id != q.order?.id {
            if setup.accounts[Int(order.account)].owner == setup.accounts[q.account].owner { around.meet(order, q) }
            guard order.intent.strategy == q.intent.strategy else { continue }
            guard !order.intent.isProtective else { continue }
            // Tags: of its own, and two more for the legs of a bracket.
            if order.intent.origin == .strategy || (order.intent.origin == .bracket && order.intent.tag != 0) {
                func tags(_ intent: OrderIntent) -> Set<UInt64> {
                    intent.conditions.hasBracket ? [intent.tag, intent.tag &+ 1, intent.tag &+ 2] : [intent.tag]
                }
                if !tags(order.intent).isDisjoint(with: tags(q.intent)) { around.isTagTaken = true }
            }
            guard !order.intent.conditions.isSecondLeg, !q.isBeside(order) else { continue }
            let makesRoom = q.intent.isProtective && order.intent.side == q.intent.side
            if !makesRoom { around.own.add(Int128(order.remaining.raw), order.intent.side) }
            if order.intent.reduceOnly, order.intent.side == q.intent.side, !q.intent.isProtective {
                around.reduceOnlyWorking += Int128(order.remaining.raw)
            }
        }
        return around
    }

    // MARK: - Values in the account's currency

    func notional(_ q: Question, _ around: Surroundings, _ quantity: Int128, at price: Int64, _ books: ShadowBooks)
        -> Int128?
    {
        guard price > 0, let rate = around.rate else { return nil }
        let value = books.value(Int128(price), quantity, Int(q.intent.instrument))
        return rate == 1_000_000_000 ? value : ShadowBooks.rounded(value * rate, 1_000_000_000)
    }

    /// What is held counts at the market, what comes to it at the order's own price.
    func worst(
        _ q: Question, _ around: Surroundings, _ book: Book, _ side: Side, _ extra: Int128, _ books: ShadowBooks
    ) -> Int128? {
        let market = q.view.price(q.intent.side) > 0 ? q.view.price(q.intent.side) : q.price
        let held = book.reach(side)
        let reach = book.reach(side, extra)
        guard let old = notional(q, around, held, at: market, books),
            let new = notional(q, around, reach - held, at: q.price, books)
        else { return nil }
        return old + new
    }

    // MARK: - Order rates: a bucket that leaks one order each period / limit

    /// The order is modified again at the same instant.
    func isSameMessage(_ q: Question) -> Bool {
        guard q.purpose == .modify, let last = lastModify[q.intent.strategy] else { return false }
        return last.id == q.order?.id && last.time == q.time
    }

    /// An approved order or modify takes its share in every scope that has a rate.
    mutating func count(_ q: Question) {
        guard q.purpose != .trigger, !q.intent.isProtective, q.intent.origin != .bracket else { return }
        let isSame = isSameMessage(q)
        if q.purpose == .modify, let order = q.order { lastModify[q.intent.strategy] = (order.id, q.time) }
        guard !isSame else { return }
        let scopes = [
            0, index(.account, q.account), index(.strategy, Int(q.intent.strategy)),
            index(.instrument, Int(q.intent.instrument)),
        ]
        for scope in scopes {
            if let limit = limits[scope].maxOrdersPerSecond, limit > 0 {
                spentPerSecond[scope] = max(spentPerSecond[scope], q.time) + 1_000_000_000 / Int64(limit)
            }
            if let limit = limits[scope].maxOrdersPerMinute, limit > 0 {
                spentPerMinute[scope] = max(spentPerMinute[scope], q.time) + 60_000_000_000 / Int64(limit)
            }
        }
    }
}

extension ShadowGate.Surroundings {
    /// An order of the same owner that rests on the other side.
    fileprivate mutating func meet(_ order: Order, _ q: ShadowGate.Question) {
        guard order.intent.side != q.intent.side, order.intent.kind.hasLimitPrice, !order.isDormant else { return }
        let price = order.intent.price.raw
        func better(_ best: Int64) -> Int64 {
            best == 0 ? price : order.intent.side == .buy ? max(price, best) : min(price, best)
        }
        if order.intent.isProtective {
            protectiveOpposite = better(protectiveOpposite)
        } else {
            ownOpposite = better(ownOpposite)
        }
    }
}
