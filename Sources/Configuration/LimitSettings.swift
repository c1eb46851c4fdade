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
    /// In the account's currency, over all instruments.
    public var maxGrossExposure: Money?
    public var maxNetExposure: Money?
    /// Share of the account's equity in one instrument, 0…1.
    public var maxConcentration: Rate?
    /// Gross exposure over equity.
    public var maxLeverage: Rate?
    /// In the account's currency, since the start of the account's day.
    public var maxDailyLoss: Money?
    public var dailyLossBase: DailyLossBase?

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
        result.maxGrossExposure = smaller(\.maxGrossExposure)
        result.maxNetExposure = smaller(\.maxNetExposure)
        result.maxConcentration = smaller(\.maxConcentration)
        result.maxLeverage = smaller(\.maxLeverage)
        result.maxDailyLoss = smaller(\.maxDailyLoss)
        // Of balance and equity neither is the stricter one; the higher of the two is stricter than both.
        let isOne = dailyLossBase == nil || other.dailyLossBase == nil || dailyLossBase == other.dailyLossBase
        result.dailyLossBase = isOne ? dailyLossBase ?? other.dailyLossBase : .higher
        return result
    }
}

extension LimitSettings {
    /// Keys of the risk rules that this version does not have. A limit that is silently not enforced is worse than
    /// none, so that they are errors.
    static let notEnforced = [
        "budget", "max_drawdown", "drawdown", "repeat_limit", "reject_streak", "max_open_orders",
        "duplicate_window_ms", "max_slippage", "max_consecutive_losses", "cooldown_seconds",
    ]

    /// Reads the limit keys of `section`, which belong to `scope`.
    init(_ section: inout Section, scope: LimitScope) {
        maxOrderQuantity = section.quantity("max_order_quantity")
        maxOrderNotional = section.money("max_order_notional")
        priceCollar = section.percent("price_collar_percent")
        maxPositionQuantity = section.quantity("max_position_quantity")
        maxPositionNotional = section.money("max_position_notional")
        maxPositionEquityFraction = section.fraction("max_position_equity_fraction")
        maxOrdersPerSecond = section.integer("max_orders_per_second", in: 0...1_000_000)
        maxOrdersPerMinute = section.integer("max_orders_per_minute", in: 0...60_000_000)
        marketDataMaxAgeMilliseconds = section.integer("market_data_max_age_ms", in: 1...86_400_000)
        readTotals(&section, scope)
        for key in Self.notEnforced where section.value(key) != nil {
            section.remark(.error, key, "known, but not enforced by this version; remove it")
        }
    }

    /// Limits over all instruments: of an account, and as far as they mean something of a strategy.
    private mutating func readTotals(_ section: inout Section, _ scope: LimitScope) {
        maxGrossExposure = section.money("max_gross_exposure")
        maxNetExposure = section.money("max_net_exposure")
        maxConcentration = section.fraction("max_concentration")
        maxLeverage = section.decimal("max_leverage", scale: Rate.decimals, in: 0...1000).map(Rate.init(raw:))
        maxDailyLoss = section.money("max_daily_loss")
        dailyLossBase = section.read("daily_loss_base", "one of balance, equity, higher") { name in
            DailyLossBase.allCases.first { $0.name == name }
        }
        let misplaced: [String]
        switch scope {
        case .system, .account: return
        case .strategy: misplaced = ["max_concentration", "max_leverage"]
        case .instrument:
            misplaced = [
                "max_gross_exposure", "max_net_exposure", "max_concentration", "max_leverage", "max_daily_loss",
                "daily_loss_base",
            ]
        }
        for key in misplaced where !section.isMissing(key) {
            let place = scope == .strategy ? "an account" : "an account or a strategy"
            section.remark(
                .error, key, "a limit of \(place), none of \(scope == .strategy ? "a strategy" : "an instrument")")
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
