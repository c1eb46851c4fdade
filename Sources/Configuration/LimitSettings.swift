public import Trading

/// Limits of one scope, as a file sets them; nil = not set there. Of several scopes that cover an order the strictest wins.
public struct LimitSettings: Sendable, Equatable {
    /// In instrument units, of one order.
    public var maxOrderQuantity: Quantity?
    /// In the account's currency, of one order.
    public var maxOrderNotional: Money?
    /// Fraction of the reference price; the key is in percent.
    public var priceCollar: Rate?
    /// In instrument units, of the resulting position.
    public var maxPositionQuantity: Quantity?
    /// In the account's currency, of the resulting position.
    public var maxPositionNotional: Money?
    /// Share of the account's equity, 0…1.
    public var maxPositionEquityFraction: Rate?
    public var maxOrdersPerSecond: Int64?
    public var maxOrdersPerMinute: Int64?
    public var marketDataMaxAgeMilliseconds: Int64?

    public init() {}

    /// Of two settings of one scope the smaller value each.
    public func strictest(_ other: LimitSettings) -> LimitSettings {
        func smaller<T: Comparable>(_ path: KeyPath<LimitSettings, T?>) -> T? {
            [self[keyPath: path], other[keyPath: path]].compactMap { $0 }.min()
        }
        var result = LimitSettings()
        result.maxOrderQuantity = smaller(\.maxOrderQuantity)
        result.maxOrderNotional = smaller(\.maxOrderNotional)
        result.priceCollar = smaller(\.priceCollar)
        result.maxPositionQuantity = smaller(\.maxPositionQuantity)
        result.maxPositionNotional = smaller(\.maxPositionNotional)
        result.maxPositionEquityFraction = smaller(\.maxPositionEquityFraction)
        result.maxOrdersPerSecond = smaller(\.maxOrdersPerSecond)
        result.maxOrdersPerMinute = smaller(\.maxOrdersPerMinute)
        result.marketDataMaxAgeMilliseconds = smaller(\.marketDataMaxAgeMilliseconds)
        return result
    }
}

extension LimitSettings {
    /// Keys of the risk rules that this version does not have. A limit that is silently not enforced is worse than
    /// none, so that they are errors.
    static let notEnforced = [
        "max_gross_exposure", "max_net_exposure", "max_concentration", "max_leverage", "budget", "max_daily_loss",
        "daily_loss_base", "max_drawdown", "drawdown", "repeat_limit", "reject_streak", "max_open_orders",
        "duplicate_window_ms", "max_slippage", "max_consecutive_losses", "cooldown_seconds", "schedule",
    ]

    /// Reads the limit keys of `section`; `except` are keys of the table that the section reads itself.
    init(_ section: inout Section, except: Set<String> = []) {
        maxOrderQuantity = section.quantity("max_order_quantity")
        maxOrderNotional = section.money("max_order_notional")
        priceCollar = section.percent("price_collar_percent")
        maxPositionQuantity = section.quantity("max_position_quantity")
        maxPositionNotional = section.money("max_position_notional")
        maxPositionEquityFraction = section.fraction("max_position_equity_fraction")
        maxOrdersPerSecond = section.integer("max_orders_per_second", in: 0...1_000_000)
        maxOrdersPerMinute = section.integer("max_orders_per_minute", in: 0...60_000_000)
        marketDataMaxAgeMilliseconds = section.integer("market_data_max_age_ms", in: 1...86_400_000)
        for key in Self.notEnforced where !except.contains(key) && section.value(key) != nil {
            section.remark(.error, key, "known, but not enforced by this version; remove it")
        }
    }
}

extension Section {
    /// Largest whole number that money and quantities can have in a file.
    static let amountMax: Int64 = 90_000_000_000

    mutating func quantity(_ key: String) -> Quantity? {
        decimal(key, scale: Quantity.decimals, in: 0...Self.amountMax).map(Quantity.init(raw:))
    }

    mutating func money(_ key: String) -> Money? {
        decimal(key, scale: Money.decimals, in: 0...Self.amountMax).map { Money(raw: Int128($0)) }
    }

    mutating func fraction(_ key: String) -> Rate? {
        decimal(key, scale: Rate.decimals, in: 0...1).map(Rate.init(raw:))
    }

    /// Percent in the file, a fraction in memory: with two decimals less than a rate has, the raw number is the same.
    mutating func percent(_ key: String, above0: Bool = false) -> Rate? {
        decimal(key, scale: Rate.decimals - 2, in: 0...100, above0: above0).map(Rate.init(raw:))
    }
}
