/// How a position in an instrument is paid for.
public enum Settlement: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The full value changes hands at the fill; equity counts quantity × price × multiplier.
    case cash
    /// Only profit and loss change hands; equity counts the unrealised P&L.
    case linear
}

/// What the order path needs to know about an instrument, without a reference in it.
@frozen public struct InstrumentTerms: Sendable, BitwiseCopyable, Equatable {
    public var tick: Price
    public var lot: Quantity
    public var minQuantity: Quantity
    public var maxQuantity: Quantity
    /// In the quote currency; zero = none.
    public var minNotional: Money
    /// Units of the underlying in one unit of quantity, 1…1,000,000.
    public var multiplier: Int64
    public var settlement: Settlement
    /// Index into the universe's currencies.
    public var currency: UInt8
    public var tradable: Bool

    public init(
        tick: Price, lot: Quantity, minQuantity: Quantity, maxQuantity: Quantity, minNotional: Money = .zero,
        multiplier: Int64 = 1, settlement: Settlement = .cash, currency: UInt8 = 0, tradable: Bool = true
    ) {
        self.tick = tick
        self.lot = lot
        self.minQuantity = minQuantity
        self.maxQuantity = maxQuantity
        self.minNotional = minNotional
        self.multiplier = multiplier
        self.settlement = settlement
        self.currency = currency
        self.tradable = tradable
    }
}

/// A thing that can be traded.
public struct Instrument: Sendable, Equatable {
    public var id: String
    public var name: String
    public var quoteCurrency: String
    /// "crypto", "fx", "equity", "index", …; compliance rules restrict by it.
    public var assetClass: String
    public var terms: InstrumentTerms
    public var calendar: TradingCalendar

    public init(
        id: String, name: String? = nil, quoteCurrency: String, assetClass: String = "other", terms: InstrumentTerms,
        calendar: TradingCalendar = .alwaysOpen
    ) {
        self.id = id
        self.name = name ?? id
        self.quoteCurrency = quoteCurrency
        self.assetClass = assetClass
        self.terms = terms
        self.calendar = calendar
    }

    /// Every reason why the host cannot trade this instrument; empty = it can.
    public var problems: [String] {
        var problems: [String] = []
        if id.isEmpty || id.utf8.count > 31 { problems.append("id '\(id)' must have 1 to 31 bytes") }
        if quoteCurrency.isEmpty || quoteCurrency.utf8.count > 15 {
            problems.append("quote currency '\(quoteCurrency)' must have 1 to 15 bytes")
        }
        if terms.tick.raw <= 0 { problems.append("tick \(terms.tick) must be above 0") }
        if terms.lot.raw <= 0 { problems.append("lot \(terms.lot) must be above 0") }
        if terms.minQuantity.raw <= 0 || terms.minQuantity > terms.maxQuantity {
            problems.append("quantities \(terms.minQuantity)…\(terms.maxQuantity) are not a range above 0")
        }
        if terms.minNotional.raw < 0 { problems.append("minimum notional \(terms.minNotional) must not be negative") }
        if !(1...1_000_000).contains(terms.multiplier) {
            problems.append("multiplier \(terms.multiplier) must lie in 1…1000000")
        }
        return problems
    }
}

/// Which kinds of event a feed has for an instrument; the venue matches and marks by the finest.
@frozen public struct FeedKinds: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static var quotes: FeedKinds { FeedKinds(rawValue: 1) }
    @inlinable public static var trades: FeedKinds { FeedKinds(rawValue: 2) }
    @inlinable public static var bars: FeedKinds { FeedKinds(rawValue: 4) }
    @inlinable public static var depth: FeedKinds { FeedKinds(rawValue: 8) }
}
