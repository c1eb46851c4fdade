import Trading

/// What the rules look at: an `OrderContext` in its place, valid while the gate judges. The context is two kilobytes: passed by
/// value it would be copied from rule to rule.
struct OrderView: BitwiseCopyable {
    let context: UnsafePointer<OrderContext>

    /// Works out what many rules ask of the order.
    init(_ context: UnsafeMutablePointer<OrderContext>) {
        self.context = UnsafePointer(context)
        let (quantity, side) = (context.pointee.intent.quantity, context.pointee.intent.side)
        var marks: OrderMarks = []
        if context.pointee.own.isReduced(by: quantity, on: side) { marks.insert(.reducesOwn) }
        if context.pointee.net.isReduced(by: quantity, on: side) { marks.insert(.reducesNet) }
        if let replaced = context.pointee.replaced, quantity.raw > 0, quantity <= replaced.remaining,
            context.pointee.intent.price == replaced.price, context.pointee.intent.stopPrice == replaced.stopPrice
        {
            marks.insert(.shrinks)
        }
        if context.pointee.isDormant { marks.insert(.isDormant) }
        context.pointee.marks = marks
        context.pointee.valued = context.pointee.valuationPrice
    }

    private var marks: OrderMarks { @inline(__always) get { context.pointee.marks } }

    /// What the order is valued at: its limit, its stop, or for a market order the price it would meet; zero = unknown.
    @inline(__always) var valuationPrice: Price { context.pointee.valued }

    /// The order waits for its trigger: what depends on the price of the moment is judged when it triggers.
    @inline(__always) var isDormant: Bool { marks.contains(.isDormant) }
    /// It will trade at whatever price it finds.
    @inline(__always) var isMarket: Bool { !intent.kind.hasLimitPrice }
    /// What the order's side meets now; zero = unknown.
    @inline(__always) var marketPrice: Price { context.pointee.marketPrice }

    /// It makes a working order smaller and changes nothing else: no limit is used more by that.
    @inline(__always) var isShrinking: Bool { marks.contains(.shrinks) }

    /// The order can only shrink the position that a limit of `scope` looks at.
    @inline(__always)
    func isReducing(_ scope: LimitScope) -> Bool { marks.contains(scope == .strategy ? .reducesOwn : .reducesNet) }
    @inline(__always) var isReducingOwn: Bool { marks.contains(.reducesOwn) }

    /// The rules on what positions and orders add up to pass it: it shrinks a position or a working order.
    @inline(__always)
    func isExempt(_ scope: LimitScope) -> Bool {
        !marks.isDisjoint(with: scope == .strategy ? [.reducesOwn, .shrinks] : [.reducesNet, .shrinks])
    }
    @inline(__always) var isExemptOwn: Bool { isExempt(.strategy) }

    @inline(__always) var program: UnsafePointer<OrderContext.Program> {
        let place = UnsafeRawPointer(context) + MemoryLayout<OrderContext>.offset(of: \.programView)!
        return place.assumingMemoryBound(to: OrderContext.Program.self)
    }

    /// Why there is no notional.
    var missingNotional: FindingReason {
        if funds.rate == nil { return .noConversionRate }
        return valuationPrice.raw > 0 ? .valueOverflow : .noReference
    }
}

/// What many rules ask of an order.
struct OrderMarks: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    static let reducesOwn = OrderMarks(rawValue: 1)
    static let reducesNet = OrderMarks(rawValue: 2)
    static let shrinks = OrderMarks(rawValue: 4)
    static let isDormant = OrderMarks(rawValue: 8)
}

// The context's own, by name.
extension OrderView {
    @inline(__always) var intent: OrderIntent { context.pointee.intent }
    @inline(__always) var purpose: OrderContext.Purpose { context.pointee.purpose }
    @inline(__always) var orderID: UInt64 { context.pointee.orderID }
    @inline(__always) var account: Int32 { context.pointee.account }
    @inline(__always) var time: Timestamp { context.pointee.time }
    @inline(__always) var isKnown: Bool { context.pointee.isKnown }
    @inline(__always) var terms: InstrumentTerms { context.pointee.terms }
    @inline(__always) var isOpen: Bool { context.pointee.isOpen }
    @inline(__always) var market: OrderContext.Market { context.pointee.market }
    @inline(__always) var own: OrderContext.Book { context.pointee.own }
    @inline(__always) var net: OrderContext.Book { context.pointee.net }
    @inline(__always) var reduceOnlyWorking: Quantity { context.pointee.reduceOnlyWorking }
    @inline(__always) var funds: OrderContext.Funds { context.pointee.funds }
    @inline(__always) var netOthers: OrderContext.Others? { context.pointee.netOthers }
    @inline(__always) var ownOthers: OrderContext.Others? { context.pointee.ownOthers }
    @inline(__always) var accountDay: OrderContext.Day? { context.pointee.accountDay }
    @inline(__always) var ownDay: OrderContext.Day? { context.pointee.ownDay }
    @inline(__always) var accountHigh: OrderContext.EquityHigh? { context.pointee.accountHigh }
    @inline(__always) var ownHigh: OrderContext.EquityHigh? { context.pointee.ownHigh }
    @inline(__always) var accountLosses: OrderContext.LossStreak? { context.pointee.accountLosses }
    @inline(__always) var ownLosses: OrderContext.LossStreak? { context.pointee.ownLosses }
    @inline(__always) var openOrders: OrderContext.OpenOrders? { context.pointee.openOrders }
    @inline(__always) var runaway: RunawayLatch? { context.pointee.runaway }
    @inline(__always) var walk: BookWalk? { context.pointee.walk }
    @inline(__always) var replaced: OrderContext.Replaced? { context.pointee.replaced }
    @inline(__always) var isScheduled: Bool { context.pointee.isScheduled }
    @inline(__always) var restricted: RestrictedSides { context.pointee.restricted }
    @inline(__always) var allowedKinds: UInt8 { context.pointee.allowedKinds }
    @inline(__always) var ownOpposite: Price { context.pointee.ownOpposite }
    @inline(__always) var protectiveOpposite: Price { context.pointee.protectiveOpposite }
    @inline(__always) var isSelfTradeChecked: Bool { context.pointee.isSelfTradeChecked }
    @inline(__always) var isTradingHoursChecked: Bool { context.pointee.isTradingHoursChecked }
    @inline(__always) var isTagInUse: Bool { context.pointee.isTagInUse }
    @inline(__always) var isApprovedBySecond: Bool { context.pointee.isApprovedBySecond }
    @inline(__always) var hasProgram: Bool { context.pointee.hasProgram }
}
