import API
import Controls
import Trading

/// One limit by its key of host.yaml: how it is written and read, and which way is the stricter one.
struct LimitKey: Sendable {
    let name: String
    /// Decimals of the raw number.
    let decimals: Int
    /// Of windows and pauses the longer one is stricter.
    var isLongerStricter = false
    let get: @Sendable (LimitSet) -> Int128?
    let set: @Sendable (inout LimitSet, Int128?) -> Void

    func text(_ limits: LimitSet) -> String? { get(limits).map { DecimalText.format($0, scale: decimals) } }

    /// False when the digits are no such limit.
    func put(_ digits: String, into limits: inout LimitSet) -> Bool {
        guard case .success(let raw) = DecimalText.parse(digits, scale: decimals), raw >= 0 else { return false }
        set(&limits, Int128(raw))
        return true
    }

    /// `new` lets more pass than `old`.
    func isLoosened(from old: LimitSet, to new: LimitSet) -> Bool {
        guard let before = get(old) else { return false }
        guard let after = get(new) else { return true }
        return isLongerStricter ? after < before : after > before
    }

    static func named(_ name: String) -> LimitKey? { all.first { $0.name == name } }

    static let all: [LimitKey] = [
        money("budget_allocation", { $0.budgetAllocation }, { $0.budgetAllocation = $1 }),
        money("budget_global_cap", { $0.budgetCap }, { $0.budgetCap = $1 }),
        time("cooldown_seconds", 1_000_000_000, { $0.cooldownNanoseconds }, { $0.cooldownNanoseconds = $1 }),
        time(
            "duplicate_window_ms", 1_000_000, { $0.duplicateWindowNanoseconds }, { $0.duplicateWindowNanoseconds = $1 }
        ),
        LimitKey(
            name: "market_data_max_age_ms", decimals: 0,
            get: { $0.marketDataMaxAgeNanoseconds.map { Int128($0 / 1_000_000) } },
            set: { $0.marketDataMaxAgeNanoseconds = $1.map { Int64(clamping: $0) * 1_000_000 } }),
        rate("max_concentration", { $0.maxConcentration }, { $0.maxConcentration = $1 }),
        count("max_consecutive_losses", { $0.maxConsecutiveLosses }, { $0.maxConsecutiveLosses = $1 }),
        money("max_daily_loss", { $0.maxDailyLoss }, { $0.maxDailyLoss = $1 }),
        rate("max_drawdown", { $0.maxDrawdown }, { $0.maxDrawdown = $1 }),
        money("max_gross_exposure", { $0.maxGrossExposure }, { $0.maxGrossExposure = $1 }),
        rate("max_leverage", { $0.maxLeverage }, { $0.maxLeverage = $1 }),
        money("max_net_exposure", { $0.maxNetExposure }, { $0.maxNetExposure = $1 }),
        count("max_open_orders", { $0.maxOpenOrders }, { $0.maxOpenOrders = $1 }),
        money("max_order_notional", { $0.maxOrderNotional }, { $0.maxOrderNotional = $1 }),
        quantity("max_order_quantity", { $0.maxOrderQuantity }, { $0.maxOrderQuantity = $1 }),
        count("max_orders_per_minute", { $0.maxOrdersPerMinute }, { $0.maxOrdersPerMinute = $1 }),
        count("max_orders_per_second", { $0.maxOrdersPerSecond }, { $0.maxOrdersPerSecond = $1 }),
        rate("max_position_equity_fraction", { $0.maxPositionEquityFraction }, { $0.maxPositionEquityFraction = $1 }),
        money("max_position_notional", { $0.maxPositionNotional }, { $0.maxPositionNotional = $1 }),
        quantity("max_position_quantity", { $0.maxPositionQuantity }, { $0.maxPositionQuantity = $1 }),
        rate("max_slippage", { $0.maxSlippage }, { $0.maxSlippage = $1 }),
        // In percent: the raw number of a rate with two decimals less.
        rate("price_collar_percent", decimals: Rate.decimals - 2, { $0.priceCollar }, { $0.priceCollar = $1 }),
        count("reject_streak", { $0.rejectStreak }, { $0.rejectStreak = $1 }),
        count("repeat_limit", { $0.repeatLimit }, { $0.repeatLimit = $1 }),
        time("repeat_window_ms", 1_000_000, { $0.repeatWindowNanoseconds }, { $0.repeatWindowNanoseconds = $1 }),
    ]

    private static func money(
        _ name: String, _ get: @escaping @Sendable (LimitSet) -> Money?,
        _ set: @escaping @Sendable (inout LimitSet, Money?) -> Void
    ) -> LimitKey {
        LimitKey(
            name: name, decimals: Money.decimals, get: { get($0)?.raw }, set: { set(&$0, $1.map(Money.init(raw:))) })
    }

    private static func quantity(
        _ name: String, _ get: @escaping @Sendable (LimitSet) -> Quantity?,
        _ set: @escaping @Sendable (inout LimitSet, Quantity?) -> Void
    ) -> LimitKey {
        LimitKey(
            name: name, decimals: Quantity.decimals, get: { get($0).map { Int128($0.raw) } },
            set: { set(&$0, $1.map { Quantity(raw: Int64(clamping: $0)) }) })
    }

    private static func rate(
        _ name: String, decimals: Int = Rate.decimals, _ get: @escaping @Sendable (LimitSet) -> Rate?,
        _ set: @escaping @Sendable (inout LimitSet, Rate?) -> Void
    ) -> LimitKey {
        LimitKey(
            name: name, decimals: decimals, get: { get($0).map { Int128($0.raw) } },
            set: { set(&$0, $1.map { Rate(raw: Int64(clamping: $0)) }) })
    }

    private static func count(
        _ name: String, _ get: @escaping @Sendable (LimitSet) -> Int32?,
        _ set: @escaping @Sendable (inout LimitSet, Int32?) -> Void
    ) -> LimitKey {
        LimitKey(
            name: name, decimals: 0, get: { get($0).map { Int128($0) } },
            set: { set(&$0, $1.map { Int32(clamping: $0) }) })
    }

    private static func time(
        _ name: String, _ unit: Int64, _ get: @escaping @Sendable (LimitSet) -> Int64?,
        _ set: @escaping @Sendable (inout LimitSet, Int64?) -> Void
    ) -> LimitKey {
        LimitKey(
            name: name, decimals: 0, isLongerStricter: true, get: { get($0).map { Int128($0 / unit) } },
            set: { set(&$0, $1.map { Int64(clamping: min($0, 1_000_000_000)) * unit }) })
    }
}

extension LimitSet {
    private static let words = ["daily_loss_base", "drawdown"]

    /// Takes one limit from an operator; false when there is none of that name, or not such a value.
    mutating func put(_ value: LimitChange.Value, _ name: String) -> Bool {
        switch (name, value) {
        case ("daily_loss_base", .word(let word)):
            guard let base = DailyLossBase.allCases.first(where: { $0.name == word }) else { return false }
            dailyLossBase = base
        case ("drawdown", .word(let word)):
            guard let base = DrawdownBase.allCases.first(where: { $0.name == word }) else { return false }
            drawdownBase = base
        case ("daily_loss_base", .none): dailyLossBase = .equity
        case ("drawdown", .none): drawdownBase = .trailingIntraday
        case (_, .none):
            guard let key = LimitKey.named(name) else { return false }
            key.set(&self, nil)
        case (_, .number(let digits)):
            guard let key = LimitKey.named(name), key.put(digits, into: &self) else { return false }
        case (_, .word): return false
        }
        return true
    }

    /// Names of the limits that let more pass than in `old`. Another high or another base may do so.
    func loosened(from old: LimitSet) -> [String] {
        var names = LimitKey.all.filter { $0.isLoosened(from: old, to: self) }.map(\.name)
        if dailyLossBase != old.dailyLossBase, dailyLossBase != .higher, old.maxDailyLoss != nil {
            names.append("daily_loss_base")
        }
        if drawdownBase != old.drawdownBase, old.maxDrawdown != nil { names.append("drawdown") }
        return names
    }

    /// What is set, as host.yaml would name it.
    var values: [(key: String, value: LimitChange.Value)] {
        var values = LimitKey.all.compactMap { key in key.text(self).map { (key.name, LimitChange.Value.number($0)) } }
        if maxDailyLoss != nil { values.append(("daily_loss_base", .word(dailyLossBase.name))) }
        if maxDrawdown != nil { values.append(("drawdown", .word(drawdownBase.name))) }
        return values.sorted { $0.0 < $1.0 }
    }
}
