public import Trading

/// What the ledger needs to know about an account.
public struct AccountTerms: Sendable, Equatable {
    /// Index into the universe's currencies; the account's totals are counted in it.
    public var currency: UInt8
    /// In the account's currency.
    public var openingBalance: Money
    /// Shorts and borrowing are allowed, up to `maxLeverage`.
    public var isMargin: Bool
    public var maxLeverage: Rate
    /// By currency index: account currency per unit of that currency; nil = no rate known. Its own entry counts as one.
    public var rates: [Rate?]
    /// When the account's day starts, in nanoseconds after midnight UTC.
    public var dayOffset: Int64

    public init(
        currency: UInt8 = 0, openingBalance: Money, isMargin: Bool = true, maxLeverage: Rate = .one,
        rates: [Rate?] = [], dayOffset: Int64 = 0
    ) {
        self.currency = currency
        self.openingBalance = openingBalance
        self.isMargin = isMargin
        self.maxLeverage = maxLeverage
        self.rates = rates
        self.dayOffset = dayOffset
    }

    /// Account currency per unit of `currency`; nil when unknown. A missing entry is unknown.
    public func rate(of currency: Int) -> Rate? {
        if currency == Int(self.currency) { return .one }
        return rates.indices.contains(currency) ? rates[currency] : nil
    }
}
