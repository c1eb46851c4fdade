public import Trading

/// The rules that an account's compliance program holds it to, as plain values. What is nil or false is not asked for.
public struct ComplianceTerms: Sendable, BitwiseCopyable, Equatable {
    /// Who may hold less than nothing.
    public enum ShortSale: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        case allowed = 0
        /// Only where the instrument was located.
        case located
        case forbidden
    }

    /// Large resting orders that are cancelled too soon.
    public struct Spoofing: Sendable, BitwiseCopyable, Equatable {
        /// An order of at least so much, in the instrument's currency, is large.
        public var notional: Money
        /// Cancelled before it has rested so long.
        public var restNanoseconds: Int64
        public var windowNanoseconds: Int64
        /// So many of them within the window warn, and so many deny the next large resting order.
        public var warnings: Int32
        public var denials: Int32

        public init(
            notional: Money, restNanoseconds: Int64, windowNanoseconds: Int64, warnings: Int32, denials: Int32
        ) {
            self.notional = notional
            self.restNanoseconds = restNanoseconds
            self.windowNanoseconds = windowNanoseconds
            self.warnings = warnings
            self.denials = denials
        }

        /// What cannot be counted is large.
        public func isLarge(_ quantity: Quantity, at price: Price, multiplier: Int64) -> Bool {
            guard quantity.raw > 0, price.raw > 0 else { return false }
            return Money.value(price, quantity, multiplier: multiplier).map { $0 >= notional } ?? true
        }

        /// What can be remembered of them.
        public static let cancelsMax = 16
    }

    /// A loss that is measured from some start.
    public struct LossLimit: Sendable, BitwiseCopyable, Equatable {
        /// In the account's currency.
        public var amount: Money?
        /// Of the start.
        public var fraction: Rate?

        public init(amount: Money? = nil, fraction: Rate? = nil) {
            self.amount = amount
            self.fraction = fraction
        }

        public var isNone: Bool { amount == nil && fraction == nil }

        /// The smaller of both; nil = none.
        public func amount(of start: Money) -> Money? {
            let share = fraction.flatMap { max(start, .zero).converted(at: $0) }
            guard let amount, let share else { return amount ?? share }
            return min(amount, share)
        }

        /// The loss is above the smaller of both. One that cannot be counted is none.
        func isBroken(by loss: Money, of start: Money) -> Bool {
            if let amount, loss > amount { return true }
            guard let fraction else { return false }
            return loss.isAbove(fraction, of: max(start, .zero)) ?? (amount == nil && loss > .zero)
        }
    }

    /// Utilisation of any limit from which it is a warning; zero = never.
    public var warningThreshold = Rate.zero
    /// Orders above this notional, in the account's currency, wait for a second person.
    public var approvalNotional: Money?
    /// A marketable order within this time after the same owner took from the other side may be a wash.
    public var washNanoseconds: Int64?
    /// Orders, changes and cancels for each fill of the account's day, beyond the first `freeMessages`.
    public var messagesPerFillMax: Int64?
    public var freeMessages: Int64 = 100
    public var spoofing: Spoofing?
    /// Before a position may be turned round, and where `bindsReducing` says so before it may be reduced.
    public var minHoldingNanoseconds: Int64?
    public var minHoldingBindsReducing = false
    /// Round trips within a day, over so many days of the account.
    public var dayTradesMax: Int32?
    public var dayTradeDays: Int32 = 5
    public static let dayTradeDaysMax = 32
    public var shortSale = ShortSale.allowed
    /// Opposite positions in accounts of one owner are denied.
    public var forbidsHedging = false
    public var requiresStop = false
    /// Share of equity that is lost when the stop is met; without a stop all of the order's value is at risk.
    public var lossPerTradeMax: Rate?
    /// Nothing is opened this long before the end of the instrument's session.
    public var flatBeforeCloseNanoseconds: Int64?
    public var dailyLoss = LossLimit()
    public var dailyLossBase = DailyLossBase.equity
    public var drawdown = LossLimit()
    /// Measured from the highest equity that a day started with, not from the opening balance.
    public var trailsDrawdown = false
    /// Of the profit of all days; more is a warning.
    public var bestDayShareMax: Rate?
    // What stands in tables by instrument: the view of an order holds what they say of its own.
    public var hasPositionLimits = false
    public var hasClassLeverage = false
    public var hasNewsWindows = false
    public var hasFlatWindows = false

    public init() {}

    /// More than a threshold is asked for.
    public var hasRules: Bool {
        var plain = ComplianceTerms()
        plain.warningThreshold = warningThreshold
        return self != plain
    }

    /// Masks of the rules that are asked for.
    public var rules: UInt64 {
        let asked: [(RuleID, Bool)] = [
            (.approval, approvalNotional != nil), (.orderToTrade, messagesPerFillMax != nil),
            (.spoofing, spoofing != nil), (.positionLimit, hasPositionLimits),
            (.minHolding, minHoldingNanoseconds != nil), (.dayTrades, dayTradesMax != nil),
            (.shortSale, shortSale != .allowed), (.hedging, forbidsHedging), (.mandatoryStop, requiresStop),
            (.maxLossPerTrade, lossPerTradeMax != nil), (.newsBlackout, hasNewsWindows),
            (.flatBy, hasFlatWindows || flatBeforeCloseNanoseconds != nil), (.leverageClass, hasClassLeverage),
            (.programDailyLoss, !dailyLoss.isNone), (.totalDrawdown, !drawdown.isNone),
            (.consistency, bestDayShareMax != nil),
        ]
        return asked.reduce(0) { $1.1 ? $0 | $1.0.mask : $0 }
    }

    /// Something that happened has to be remembered for it.
    public var remembers: Bool {
        washNanoseconds != nil || messagesPerFillMax != nil || spoofing != nil || dayTradesMax != nil
            || bestDayShareMax != nil || hasLossLimits
    }

    public var hasLossLimits: Bool { !dailyLoss.isNone || !drawdown.isNone }
}
