public import Trading

// What the gate is told of the past of an account or a strategy.

extension OrderContext {
    /// The highs that a drawdown is measured from, and equity as it is.
    public struct EquityHigh: Sendable, BitwiseCopyable {
        /// Opening balance.
        public var opening: Money
        /// Highest at any mark, and at a day's start.
        public var peak: Money
        public var closingPeak: Money
        public var equity: Money
        public init(opening: Money, peak: Money, closingPeak: Money, equity: Money) {
            self.opening = opening
            self.peak = peak
            self.closingPeak = closingPeak
            self.equity = equity
        }

        /// What a fall is measured from, and how far it may go; nil = beyond counting.
        public func allowance(_ base: DrawdownBase, _ fraction: Rate) -> (high: Money, allowed: Money)? {
            let high = high(base)
            guard var allowed = max(high, .zero).converted(at: fraction) else { return nil }
            // Locked: what has to be left stops at the opening balance.
            if base == .trailingLocked, high - allowed > opening { allowed = high - opening }
            return (high, allowed)
        }

        /// Equity has fallen farther below its high than `allowance` says; nil = beyond counting.
        func isBroken(_ base: DrawdownBase, _ fraction: Rate) -> Bool? {
            let high = high(base)
            let fallen = high - equity
            guard let isAbove = fallen.isAbove(fraction, of: max(high, .zero)) else { return nil }
            return isAbove && (base != .trailingLocked || fallen > high - opening)
        }

        /// What a fall is measured from.
        @inline(__always)
        func high(_ base: DrawdownBase) -> Money {
            switch base {
            case .fixed: opening
            case .trailingEndOfDay: max(closingPeak, opening)
            case .trailingIntraday, .trailingLocked: max(peak, equity)
            }
        }
    }

    /// Losing round trips in a row of the day.
    public struct LossStreak: Sendable, BitwiseCopyable {
        public var count: Int32
        public var lastLoss: Timestamp
        /// Of the last stop-loss that closed a position; `Int64.min` = none.
        public var lastStop: Timestamp
        public var dayEnd: Timestamp
        public init(count: Int32, lastLoss: Timestamp, lastStop: Timestamp, dayEnd: Timestamp) {
            self.count = count
            self.lastLoss = lastLoss
            self.lastStop = lastStop
            self.dayEnd = dayEnd
        }
    }

    /// Working orders but for the host's protective ones.
    public struct OpenOrders: Sendable, BitwiseCopyable {
        public var account: Int32
        public var strategy: Int32
        /// The account's in the order's instrument.
        public var instrument: Int32
        public init(account: Int32, strategy: Int32, instrument: Int32) {
            self.account = account
            self.strategy = strategy
            self.instrument = instrument
        }

        func count(_ scope: LimitScope) -> Int32 {
            switch scope {
            case .system, .account: account
            case .strategy: strategy
            case .instrument: instrument
            }
        }
    }

    /// A working order before it is modified.
    public struct Replaced: Sendable, BitwiseCopyable {
        public var remaining: Quantity
        public var filled: Quantity
        public var price: Price
        public var stopPrice: Price
        public init(_ order: Order) {
            remaining = order.remaining
            filled = order.filled
            price = order.intent.price
            stopPrice = order.intent.stopPrice
        }
    }
}
