public import Trading

/// `instruments.<id>` of host.yaml: what holding a position in it costs.
public struct FinancingSettings: Sendable, Equatable {
    /// nil = it has no funding.
    public var funding: FundingTerms?
    /// Of a year, what shorts pay; nil = what their account says.
    public var borrowRate: Rate?

    public init() {}

    init(_ section: inout Section) {
        var funding = section.section("funding")
        if !funding.isEmpty {
            let rate = funding.decimal("rate", scale: Rate.decimals, in: -1...1)
            let every = funding.fundingInterval("every") ?? FinancingSettings.usualInterval
            if funding.isMissing("rate") { funding.remark("expected a rate, like 0.0001") }
            if let rate { self.funding = .constant(rate: Rate(raw: rate), every: every) }
        }
        funding.finish()
        borrowRate = section.borrowRate("borrow_rate")
    }

    /// Eight hours.
    public static let usualInterval = 8 * FundingTerms.shortestInterval
}

extension Section {
    mutating func borrowRate(_ key: String) -> Rate? {
        decimal(key, scale: Rate.decimals, in: 0...10).map(Rate.init(raw:))
    }

    /// "8h" or "1d" in nanoseconds.
    fileprivate mutating func fundingInterval(_ key: String) -> Int64? {
        read(key, "a time like 8h or 1d, in 1h…7d") { text in
            TimeSpan.seconds(text, in: 3600...7 * 86_400).map { $0 * Timestamp.nanosecondsPerSecond }
        }
    }
}
