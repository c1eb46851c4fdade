public import Trading

/// A change of the limits of one scope; nil and what is not named stay.
public struct LimitChange: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
        /// Digits, checked for their range.
        case number(String)
        case word(String)
        /// The limit goes.
        case none
    }

    public var scope = LimitScope.account
    /// Account, strategy or instrument; nil = the paper account, and nothing for the system.
    public var target: String?
    /// By the keys of host.yaml; the budget's are `budget_global_cap` and `budget_allocation`.
    public var values: [String: Value] = [:]
    public var reason = ""
    /// An admin asks, who may loosen limits as well.
    public var mayLoosen = true

    // What document 004 calls the limits of the paper account.

    /// Fraction of equity.
    public var maxPositionSize: Rate?
    public var maxDailyLoss: Money?
    /// Fraction of the peak.
    public var maxDrawdown: Rate?
    /// Fraction of equity (1 = equity).
    public var maxExposure: Rate?
    public init() {}

    /// All of it by the keys of host.yaml.
    public var allValues: [String: Value] {
        var all = values
        if let maxPositionSize { all["max_position_equity_fraction"] = .number(maxPositionSize.description) }
        if let maxDailyLoss { all["max_daily_loss"] = .number(maxDailyLoss.description) }
        if let maxDrawdown { all["max_drawdown"] = .number(maxDrawdown.description) }
        if let maxExposure { all["max_leverage"] = .number(maxExposure.description) }
        return all
    }
}

/// The limits of one scope that are set, as host.yaml would name them.
public struct ScopeLimitsView: Sendable, Equatable {
    public var scope: LimitScope
    /// Empty for the system.
    public var target: String
    /// Numbers as digits, words as they are; in the order of the keys.
    public var values: [(key: String, value: LimitChange.Value)]

    public init(scope: LimitScope, target: String, values: [(key: String, value: LimitChange.Value)]) {
        self.scope = scope
        self.target = target
        self.values = values
    }

    public static func == (a: ScopeLimitsView, b: ScopeLimitsView) -> Bool {
        a.scope == b.scope && a.target == b.target && a.values.elementsEqual(b.values, by: ==)
    }
}
