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
    /// Worst-case value of everything that the account holds and has working, and of it the parts of single strategies by
    /// their ids; those without a part have the whole.
    public var budgetCap: Money?
    public var budgetAllocations: [String: Money] = [:]
    /// Share of the high that `drawdownBase` names, 0…1.
    public var maxDrawdown: Rate?
    public var drawdownBase: DrawdownBase?
    /// Executions of a strategy within the window, and denials in a row; beyond it waits for a person.
    public var repeatLimit: Int64?
    public var rejectStreak: Int64?
    public var repeatWindowMilliseconds: Int64?
    public var maxOpenOrders: Int64?
    public var duplicateWindowMilliseconds: Int64?
    /// Share of the reference price, 0…1.
    public var maxSlippage: Rate?
    public var maxConsecutiveLosses: Int64?
    public var cooldownSeconds: Int64?

    public init() {}

    /// Of two settings of one scope the smaller value each.
    public func strictest(_ other: LimitSettings) -> LimitSettings {
        func smaller<T: Comparable>(_ path: KeyPath<LimitSettings, T?>) -> T? {
            [self[keyPath: path], other[keyPath: path]].compactMap { $0 }.min()
        }
        func larger<T: Comparable>(_ path: KeyPath<LimitSettings, T?>) -> T? {
            [self[keyPath: path], other[keyPath: path]].compactMap { $0 }.max()
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
        result.budgetCap = smaller(\.budgetCap)
        result.budgetAllocations = budgetAllocations.merging(other.budgetAllocations, uniquingKeysWith: min)
        result.maxDrawdown = smaller(\.maxDrawdown)
        // None of the highs is above all others, so that the first one named holds.
        result.drawdownBase = drawdownBase ?? other.drawdownBase
        result.repeatLimit = smaller(\.repeatLimit)
        result.rejectStreak = smaller(\.rejectStreak)
        result.maxOpenOrders = smaller(\.maxOpenOrders)
        result.maxSlippage = smaller(\.maxSlippage)
        result.maxConsecutiveLosses = smaller(\.maxConsecutiveLosses)
        // Of windows and pauses the longer one is stricter.
        result.repeatWindowMilliseconds = larger(\.repeatWindowMilliseconds)
        result.duplicateWindowMilliseconds = larger(\.duplicateWindowMilliseconds)
        result.cooldownSeconds = larger(\.cooldownSeconds)
        return result
    }
}

extension LimitSettings {
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
        maxOpenOrders = section.integer("max_open_orders", in: 0...1_000_000)
        duplicateWindowMilliseconds = section.integer("duplicate_window_ms", in: 1...86_400_000)
        maxSlippage = section.fraction("max_slippage")
        readTotals(&section)
        readPast(&section)
        readBudget(&section)
        reportMisplaced(section, scope)
    }

    /// Limits that look back.
    private mutating func readPast(_ section: inout Section) {
        maxDrawdown = section.fraction("max_drawdown")
        let names = DrawdownBase.allCases.map(\.name).joined(separator: ", ")
        drawdownBase = section.read("drawdown", "one of \(names)") { name in
            DrawdownBase.allCases.first { $0.name == name }
        }
        repeatLimit = section.integer("repeat_limit", in: 1...1_000_000)
        rejectStreak = section.integer("reject_streak", in: 1...1_000_000)
        repeatWindowMilliseconds = section.integer("repeat_window_ms", in: 1...86_400_000)
        maxConsecutiveLosses = section.integer("max_consecutive_losses", in: 1...1000)
        cooldownSeconds = section.integer("cooldown_seconds", in: 1...604_800)
    }

    private mutating func readBudget(_ section: inout Section) {
        var budget = section.section("budget")
        budgetCap = budget.money("global_cap")
        var allocations = budget.section("allocations")
        for entry in allocations.named() {
            if !Identifier.isValid(entry.key) {
                allocations.remark(.error, entry.key, "a strategy's id is \(Identifier.rule)")
            }
            budgetAllocations[entry.key] = allocations.money(entry.key)
        }
        budget.finish()
        guard let budgetCap else { return }
        let sum = budgetAllocations.values.reduce(Money.zero, +)
        guard sum > budgetCap else { return }
        budget.remark(.warning, "allocations", "they come to \(sum), more than global_cap \(budgetCap)")
    }

    /// Limits over all instruments: of an account, and as far as they mean something of a strategy.
    private mutating func readTotals(_ section: inout Section) {
        maxGrossExposure = section.money("max_gross_exposure")
        maxNetExposure = section.money("max_net_exposure")
        maxConcentration = section.fraction("max_concentration")
        maxLeverage = section.decimal("max_leverage", scale: Rate.decimals, in: 0...1000).map(Rate.init(raw:))
        maxDailyLoss = section.money("max_daily_loss")
        dailyLossBase = section.read("daily_loss_base", "one of balance, equity, higher") { name in
            DailyLossBase.allCases.first { $0.name == name }
        }
    }

    private func reportMisplaced(_ section: Section, _ scope: LimitScope) {
        let misplaced: [String]
        switch scope {
        case .system:
            if !budgetAllocations.isEmpty {
                section.remark(.error, "budget", "allocations are an account's, not the system's")
            }
            return
        case .account: return
        case .strategy: misplaced = ["max_concentration", "max_leverage", "budget"]
        case .instrument:
            misplaced = [
                "max_gross_exposure", "max_net_exposure", "max_concentration", "max_leverage", "max_daily_loss",
                "daily_loss_base", "budget", "max_drawdown", "drawdown", "repeat_limit", "reject_streak",
                "repeat_window_ms", "max_consecutive_losses", "cooldown_seconds",
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
