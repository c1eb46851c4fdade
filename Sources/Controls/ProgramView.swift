public import Trading

extension OrderContext {
    /// What the rules of a compliance program look at besides. Prepared only for accounts that have such rules.
    public struct Program: Sendable, BitwiseCopyable {
        public enum Lock: UInt8, Sendable, BitwiseCopyable, CaseIterable {
            case none = 0
            /// Until the account's next day.
            case day
            /// Until an admin releases it.
            case total
        }

        /// One position limit that covers the order's instrument.
        public struct PositionLimit: Sendable, BitwiseCopyable {
            public var quantity: Quantity?
            public var notional: Money?
            /// Worst-case value of the limit's other instruments in all accounts of the owner; nil = something has no rate.
            public var others: Money?
            public init(quantity: Quantity? = nil, notional: Money? = nil, others: Money? = .zero) {
                self.quantity = quantity
                self.notional = notional
                self.others = others
            }
        }

        public static let positionLimitsMax = 4

        /// The owner's net book in this instrument, over all accounts.
        public var owner = Book()
        public var positionLimits = InlineArray<4, PositionLimit>(repeating: PositionLimit())
        public var positionLimitCount = 0
        /// Another account of the owner holds, or may come to hold, the opposite of what this order is for.
        public var isOppositeHeld = false
        /// Since the owner last took from the other side of this market; nil = never.
        public var sinceOppositeTakeNanoseconds: Int64?
        /// Of the account's day, without this order.
        public var messages: Int64 = 0
        public var fills: Int64 = 0
        /// Large orders that were cancelled too soon, within the window.
        public var quickCancels: Int32 = 0
        /// Of the strategy's position; nil = it is flat.
        public var heldSince: Timestamp?
        /// Round trips within one day, of the days that count.
        public var dayTrades: Int32 = 0
        public var isLocated = false
        /// How far the stop is from the entry, as a fraction; nil = there is none.
        public var stopDistance: Rate?
        public var isInNewsWindow = false
        public var isPastFlatTime = false
        /// Of the instrument's asset class; nil = none.
        public var classLeverage: Rate?
        /// Worst-case value of the account's other instruments of the class; nil = something has no rate.
        public var classOthers: Money? = .zero
        public var lock = Lock.none
        /// nil = no rate.
        public var day: Day?
        /// What the total drawdown is measured from.
        public var drawdownStart = Money.zero
        /// Of all days that have ended, and of the best of them.
        public var profit = Money.zero
        public var bestDay = Money.zero

        public init() {}
    }
}
