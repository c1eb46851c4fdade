/// Why money moves for a position that nobody traded.
public enum FinancingKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// A perpetual's longs pay its shorts; where the rate is negative, shorts pay longs.
    case funding = 0
    /// Whoever is short pays for what was borrowed to sell it.
    case borrow = 1
    public var name: String {
        switch self {
        case .funding: "funding"
        case .borrow: "borrow"
        }
    }
}

/// What holding a position over one moment has cost.
public struct Financing: Sendable, BitwiseCopyable, Equatable {
    public var kind: FinancingKind
    public var strategy: Int32
    public var account: Int32
    public var instrument: UInt32
    /// Funding: of one interval. Borrow: of a year.
    public var rate: Rate
    /// The position; below zero is short.
    public var quantity: Quantity
    public var mark: Price
    /// In the quote currency, out of the account's cash; below zero was received.
    public var paid: Money
    /// When it was due.
    public var time: Timestamp

    /// nil when the amount is beyond Int128, which no position that has a value can cause at a rate of up to 1 for an
    /// interval, or up to 365 for a year.
    public init?(
        _ kind: FinancingKind, strategy: Int32, account: Int32, instrument: UInt32, rate: Rate, quantity: Quantity,
        mark: Price, multiplier: Int64, time: Timestamp
    ) {
        guard let paid = kind.paid(rate, quantity, mark, multiplier) else { return nil }
        self.init(
            kind: kind, strategy: strategy, account: account, instrument: instrument, rate: rate, quantity: quantity,
            mark: mark, paid: paid, time: time)
    }

    init(
        kind: FinancingKind, strategy: Int32, account: Int32, instrument: UInt32, rate: Rate, quantity: Quantity,
        mark: Price, paid: Money, time: Timestamp
    ) {
        self.kind = kind
        self.strategy = strategy
        self.account = account
        self.instrument = instrument
        self.rate = rate
        self.quantity = quantity
        self.mark = mark
        self.paid = paid
        self.time = time
    }

    /// What comes of one moment is booked in this order.
    public func isAfter(_ other: Financing) -> Bool {
        (kind.rawValue, instrument, strategy) > (other.kind.rawValue, other.instrument, other.strategy)
    }
}

extension FinancingKind {
    /// Funding: quantity × mark × multiplier × rate. Borrow: |quantity| × mark × multiplier × rate / 365 for a short, nothing
    /// for a long. Rounded once, half-even, to 1e-8.
    public func paid(_ rate: Rate, _ quantity: Quantity, _ mark: Price, _ multiplier: Int64) -> Money? {
        // 1e-9 of price × 1e-8 of quantity × 1e-9 of rate, in units of 1e-8.
        let unit: Int128 = 1_000_000_000_000_000_000
        let perYear = Int128(rate.raw) * Int128(multiplier)
        let value = Int128(mark.raw) * Int128(quantity.raw)
        switch self {
        case .funding: return Rounding.halfEven(value, times: perYear, over: unit).map(Money.init(raw:))
        case .borrow:
            guard quantity < .zero else { return .zero }
            return Rounding.halfEven(-value, times: perYear, over: 365 * unit).map(Money.init(raw:))
        }
    }
}

/// When an instrument's positions pay funding, and how much of their value.
public enum FundingTerms: Sendable, Equatable {
    /// At every multiple of `every` nanoseconds since 1970.
    case constant(rate: Rate, every: Int64)
    /// At these times, each later than the one before.
    case listed([ListedRate])

    public struct ListedRate: Sendable, Equatable, BitwiseCopyable {
        public var time: Timestamp
        public var rate: Rate
        public init(time: Timestamp, rate: Rate) {
            self.time = time
            self.rate = rate
        }
    }

    /// Of constant rates; a gap of ten years is 87,600 payments a position then.
    public static let shortestInterval: Int64 = 3_600_000_000_000

    /// The first time at or after `time`; nil = there is none.
    public func due(from time: Timestamp) -> Timestamp? {
        switch self {
        case .constant(_, let every):
            let past = time.nanoseconds % every
            if past == 0 { return time }
            let (next, overflow) = (time.nanoseconds - past).addingReportingOverflow(past > 0 ? every : 0)
            return overflow ? nil : Timestamp(nanoseconds: next)
        case .listed(let rates):
            let index = FundingTerms.place(of: time, in: rates)
            return index < rates.count ? rates[index].time : nil
        }
    }

    /// What is due at `time`; nil = nothing.
    public func rate(at time: Timestamp) -> Rate? {
        switch self {
        case .constant(let rate, let every): return time.nanoseconds % every == 0 ? rate : nil
        case .listed(let rates):
            let index = FundingTerms.place(of: time, in: rates)
            return index < rates.count && rates[index].time == time ? rates[index].rate : nil
        }
    }

    /// Every reason why nobody can pay so; empty = it is well.
    public var problems: [String] {
        switch self {
        case .constant(let rate, let every):
            var problems: [String] = []
            if rate.raw.magnitude > Rate.one.raw.magnitude { problems.append("funding rate \(rate) is not in -1…1") }
            if every < FundingTerms.shortestInterval { problems.append("funding comes at most once an hour") }
            return problems
        case .listed(let rates):
            let isSorted = zip(rates, rates.dropFirst()).allSatisfy { $0.time < $1.time }
            return isSorted ? [] : ["funding rates are not in the order of their times"]
        }
    }

    /// Of the first rate at or after `time`.
    private static func place(of time: Timestamp, in rates: [ListedRate]) -> Int {
        var low = 0
        var high = rates.count
        while low < high {
            let middle = (low + high) / 2
            if rates[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
