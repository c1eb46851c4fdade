public import Trading

/// Everything a rule may look at: the order, and the book around it as it stands. Plain values, nothing to allocate.
/// Working totals leave out the order that a modify or a trigger is about.
public struct OrderContext: BitwiseCopyable {
    /// Why the order is before the gate.
    public enum Purpose: UInt8, Sendable, BitwiseCopyable { case submit, modify, trigger }

    /// A position and what works around it.
    public struct Book: Sendable, BitwiseCopyable, Equatable {
        public var position: Quantity = .zero
        /// Remaining quantity of working buys and sells.
        public var buys: Quantity = .zero
        public var sells: Quantity = .zero
        public init() {}

        @inlinable public func working(_ side: Side) -> Quantity { side == .buy ? buys : sells }
        @inlinable public mutating func setWorking(_ side: Side, _ quantity: Quantity) {
            if side == .buy { buys = quantity } else { sells = quantity }
        }

        /// The most that the position can become on `side` when all its working orders and `extra` fill; ≥ 0.
        @inlinable public func worstCase(_ side: Side, adding extra: Quantity) -> Quantity {
            let (added, isBeyond) = working(side).raw.addingReportingOverflow(extra.raw)
            let (reach, overflows) =
                side == .buy
                ? added.addingReportingOverflow(position.raw) : added.subtractingReportingOverflow(position.raw)
            guard isBeyond || overflows else { return Quantity(raw: max(0, reach)) }
            let wide = Int128(working(side).raw) + Int128(extra.raw) + Int128(side.sign) * Int128(position.raw)
            return Quantity(raw: Int64(clamping: max(0, wide)))
        }

        /// An order of `quantity` on `side` can only shrink the position, whatever else fills.
        @inlinable public func isReduced(by quantity: Quantity, on side: Side) -> Bool {
            guard quantity.raw > 0 else { return false }
            let (needed, isBeyond) = working(side).raw.addingReportingOverflow(quantity.raw)
            // More than any position holds; and nothing above zero is added to the smallest number.
            if isBeyond { return false }
            return side == .buy ? position.raw <= -needed : position.raw >= needed
        }
    }

    public struct Market: Sendable, BitwiseCopyable {
        /// Zero = no such side.
        public var bid: Price = .zero
        public var ask: Price = .zero
        public var quoteTime = Timestamp(nanoseconds: .min)
        /// Of the last trade, or a bar's close.
        public var last: Price = .zero
        public var lastTime = Timestamp(nanoseconds: .min)
        /// Length of the bar that closed at `last`; 0 = it was a trade.
        public var barInterval: Int64 = 0
        public init() {}

        /// Nanoseconds since the newest quote, trade or bar; nil = there was none.
        func age(at time: Timestamp) -> Int128? {
            let quote = bid.raw > 0 || ask.raw > 0 ? quoteTime.nanoseconds : .min
            let newest = max(quote, last.raw > 0 ? lastTime.nanoseconds : .min)
            return newest == .min ? nil : Int128(time.nanoseconds) - Int128(newest)
        }

        /// A bar says nothing before the next one closes, so it is fresh for its own length at least.
        func isFresh(at time: Timestamp, maxAge: Int64) -> Bool {
            age(at: time).map { $0 <= Int128(max(maxAge, barInterval)) } ?? false
        }
    }

    public struct Funds: Sendable, BitwiseCopyable {
        /// In the account's currency; nil when something in the account has no conversion rate.
        public var equity: Money?
        /// Of all currencies, in the account's.
        public var cash: Money?
        /// Worst-case notional of the account's other instruments; nil as above.
        public var otherExposure: Money?
        /// Value of working buys of all instruments, this one's included.
        public var reservedCash: Money?
        public var isMargin = true
        public var maxLeverage = Rate.one
        /// From the instrument's currency into the account's; nil = none.
        public var rate: Rate?
        public var takerRate = Rate.zero
        /// Of the instrument whose price is the rate; nil = the rate is a fixed one.
        public var rateMarket: Market?
        public init() {}
    }

    /// Worst-case value of the instruments other than the order's, in the account's currency.
    public struct Others: Sendable, BitwiseCopyable {
        public var gross = Money.zero
        /// Signed: what is held and every working buy.
        public var withBuys = Money.zero
        /// Signed: what is held less every working sell.
        public var withSells = Money.zero
        public init() {}
    }

    /// What an account or a strategy had at the start of its day, and what it has.
    public struct Day: Sendable, BitwiseCopyable {
        public var startBalance: Money
        public var startEquity: Money
        public var equity: Money
        public init(startBalance: Money, startEquity: Money, equity: Money) {
            self.startBalance = startBalance
            self.startEquity = startEquity
            self.equity = equity
        }

        /// Below zero = a profit.
        public func loss(from base: DailyLossBase) -> Money { start(base) - equity }

        public func start(_ base: DailyLossBase) -> Money {
            switch base {
            case .equity: startEquity
            case .balance: startBalance
            case .higher: max(startBalance, startEquity)
            }
        }
    }

    public var intent: OrderIntent
    public var purpose: Purpose
    /// Of the order that is modified or triggered, else 0.
    public var orderID: UInt64 = 0
    /// The order that is modified is a stop that has triggered: it is judged as the market or limit order that it became.
    public var isTriggered = false
    public var account: Int32
    public var time: Timestamp
    public var isKnown = true
    public var terms: InstrumentTerms
    public var isOpen = true
    public var market = Market()
    /// The strategy's own book in this instrument.
    public var own = Book()
    /// The account's net book in this instrument.
    public var net = Book()
    /// Remaining quantity of the strategy's other reduce-only orders on the same side.
    public var reduceOnlyWorking = Quantity.zero
    public var funds = Funds()
    /// Of the account, where a limit asks for its net exposure; nil = something in it has no conversion rate.
    public var netOthers: Others?
    /// Of the strategy, where a limit asks for it; nil as above.
    public var ownOthers: Others?
    /// Where a limit asks for them; nil as above.
    public var accountDay: Day?
    public var ownDay: Day?
    /// Where a limit asks for them: the highs that a drawdown is measured from. nil as above.
    public var accountHigh: EquityHigh?
    public var ownHigh: EquityHigh?
    /// Where a limit asks for them.
    public var accountLosses: LossStreak?
    public var ownLosses: LossStreak?
    public var openOrders: OpenOrders?
    /// The strategy is latched as a runaway.
    public var runaway: RunawayLatch?
    /// The book that a market order would meet; nil = there is none, or no rule asks for it.
    public var walk: BookWalk?
    /// The working order that a modify is about, as it is.
    public var replaced: Replaced?
    /// The strategy's schedule lets it trade now.
    public var isScheduled = true
    public var restricted = RestrictedSides.none
    /// Bit n set = the strategy may send orders of kind n.
    public var allowedKinds: UInt8 = .max
    /// Best price at which the same owner rests on the other side; zero = nowhere.
    public var ownOpposite = Price.zero
    /// The same for protective orders, which give way to every other order.
    public var protectiveOpposite = Price.zero
    public var isSelfTradeChecked = true
    public var isTradingHoursChecked = true
    public var isTagInUse = false
    /// Another person than the sender has approved this order.
    public var isApprovedBySecond = false
    /// Worked out by the gate before its rules look.
    var marks: OrderMarks = []
    var valued = Price.zero
    /// For the rules of the account's compliance program, where it has any (`hasProgram`).
    public var programView = Program()
    public var hasProgram = false
    /// Both at once.
    public var program: Program? {
        get { hasProgram ? programView : nil }
        set {
            hasProgram = newValue != nil
            programView = newValue ?? Program()
        }
    }

    // Inline, so that it is made where it is to be: it is a kilobyte.
    @inline(__always)
    public init(intent: OrderIntent, purpose: Purpose, account: Int32, terms: InstrumentTerms, time: Timestamp) {
        self.intent = intent
        self.purpose = purpose
        self.account = account
        self.terms = terms
        self.time = time
    }

    /// The order waits for its trigger: what depends on the price of the moment is judged when it triggers.
    @inlinable @inline(__always) var isDormant: Bool { intent.kind.hasStopPrice && purpose != .trigger && !isTriggered }

    /// What the order is valued at: its limit, its stop, or for a market order the price it would meet; zero = unknown.
    // Inline, as the prices below: a view is large, and a call on one that changes copies it.
    @inlinable @inline(__always)
    public var valuationPrice: Price {
        if intent.kind.hasLimitPrice { return intent.price }
        return isDormant ? intent.stopPrice : marketPrice
    }

    /// What the order's side meets now; zero = unknown.
    @inlinable @inline(__always)
    var marketPrice: Price {
        let touch = intent.side == .buy ? market.ask : market.bid
        return touch != .zero ? touch : market.last
    }

    /// A trailing stop without a trigger of its own starts behind what its side meets now.
    public mutating func setFirstTrigger() {
        let distance = intent.conditions.trail
        guard intent.stopPrice == .zero, marketPrice.raw > 0, distance.isValid else { return }
        intent.stopPrice = distance.trigger(behind: marketPrice, intent.side, tick: terms.tick)
    }
}

/// Which sides a restricted list closes.
public struct RestrictedSides: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let none: RestrictedSides = []
    public static let buy = RestrictedSides(rawValue: 1)
    public static let sell = RestrictedSides(rawValue: 2)
    public static let both: RestrictedSides = [.buy, .sell]
}
