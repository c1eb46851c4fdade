public import Trading

/// What the gate would say, and what an order would do, without one.
public protocol WhatIfHost: Sendable {
    /// Judged by the very gate; nothing is left of it. `account` nil = that of the order's strategy.
    func assess(_ question: WhatIf) async throws(HostRefusal) -> AssessmentView
}

public struct WhatIf: Sendable, Equatable {
    public var order: OrderRequest
    /// Instead of the strategy's: the account's orders of no strategy.
    public var account: String?
    public init(order: OrderRequest, account: String? = nil) {
        self.order = order
        self.account = account
    }
}

/// Amounts are in the account's currency.
public struct AssessmentView: Sendable, Equatable {
    public var judgement: Judgement
    public var account: String
    public var equity: Money
    /// Of one unit of the instrument's currency.
    public var conversion: Money
    public var multiplier: Int64
    /// Gross exposure with the order filled, over equity.
    public var exposure: Double
    /// The same over what equity and leverage allow.
    public var marginUse: Double
    /// Correlation of the instrument with what is held, weighted by exposure and signed by direction.
    public var correlation: Double
    public init(
        judgement: Judgement, account: String, equity: Money, conversion: Money, multiplier: Int64, exposure: Double,
        marginUse: Double, correlation: Double
    ) {
        self.judgement = judgement
        self.account = account
        self.equity = equity
        self.conversion = conversion
        self.multiplier = multiplier
        self.exposure = exposure
        self.marginUse = marginUse
        self.correlation = correlation
    }
}
