public import Trading

// The rules of a program that have parameters of their own.

extension ComplianceProgram {
    public struct OrderToTrade: Sendable, Equatable {
        public var maxMessagesPerFill: Int64
        public var freeMessages: Int64 = 100
    }

    public struct Spoofing: Sendable, Equatable {
        public var notional: Money
        public var restSeconds: Int64 = 1
        public var windowSeconds: Int64 = 60
        public var warnings: Int32 = 3
        public var denials: Int32 = 6
    }

    public struct PositionLimit: Sendable, Equatable {
        /// Ids; one, or a group that counts together. Empty where a class is meant.
        public var instruments: [String] = []
        public var assetClass: String?
        public var quantity: Quantity?
        public var notional: Money?

        public func covers(id: String, assetClass: String) -> Bool {
            instruments.contains(id) || self.assetClass == assetClass
        }
    }

    public enum ShortSale: String, Sendable, CaseIterable { case allowed, located, forbidden }

    public struct NewsEvent: Sendable, Equatable {
        public var time: Timestamp
        public var beforeMinutes: Int64 = 5
        public var afterMinutes: Int64 = 5
        /// nil = of every instrument.
        public var target: Restriction.Target?
    }

    public struct ClassLeverage: Sendable, Equatable {
        public var assetClass: String
        public var leverage: Rate
    }

    public struct LossLimit: Sendable, Equatable {
        public var amount: Money?
        public var fraction: Rate?
    }

    // MARK: - Reading

    mutating func readConduct(_ section: inout Section) {
        washSeconds = section.integer("wash_seconds", in: 1...86_400)
        var ratio = section.section("order_to_trade")
        if let most: Int64 = ratio.integer("max_messages_per_fill", in: 1...1_000_000) {
            orderToTrade = OrderToTrade(maxMessagesPerFill: most)
            if let free: Int64 = ratio.integer("free_messages", in: 0...1_000_000_000) {
                orderToTrade?.freeMessages = free
            }
        } else {
            ratio.require("max_messages_per_fill")
        }
        ratio.finish()
        var spoofing = section.section("spoofing")
        if let notional = spoofing.money("notional") {
            var rule = Spoofing(notional: notional)
            rule.restSeconds = spoofing.integer("rest_seconds", in: 1...86_400) ?? rule.restSeconds
            rule.windowSeconds = spoofing.integer("window_seconds", in: 1...86_400) ?? rule.windowSeconds
            rule.warnings = spoofing.integer("warnings", in: 1...16) ?? rule.warnings
            rule.denials = spoofing.integer("denials", in: 1...16) ?? rule.denials
            if rule.warnings > rule.denials {
                spoofing.remark(.error, "warnings", "more than the \(rule.denials) that deny")
            }
            self.spoofing = rule
        } else {
            spoofing.require("notional")
        }
        spoofing.finish()
    }

    mutating func readPositions(_ section: inout Section) {
        for var limit in section.sections("position_limits") {
            if let one = Self.positionLimit(&limit) { positionLimits.append(one) }
            limit.finish()
        }
        shortSale = section.choice("short_sale", ShortSale.self) ?? .allowed
        located = section.distinct("located", of: "instruments' ids") { Section.isInstrument($0) ? $0 : nil } ?? []
        hedging = section.boolean("hedging") ?? true
        mandatoryStop = section.boolean("mandatory_stop") ?? false
        maxLossPerTrade = section.fraction("max_loss_per_trade")
        var classes = section.section("class_leverage")
        for entry in classes.named() {
            guard let raw = classes.decimal(entry.key, scale: Rate.decimals, in: 0...1000) else { continue }
            classLeverage.append(ClassLeverage(assetClass: entry.key, leverage: Rate(raw: raw)))
        }
    }

    /// {instrument | instruments | class, quantity | notional}.
    private static func positionLimit(_ section: inout Section) -> PositionLimit? {
        var limit = PositionLimit()
        let one = section.read("instrument", "an instrument's id") { Section.isInstrument($0) ? $0 : nil }
        let many = section.distinct("instruments", of: "instruments' ids") { Section.isInstrument($0) ? $0 : nil }
        limit.assetClass = section.text("class", maxBytes: 32)
        limit.instruments = one.map { [$0] } ?? many ?? []
        limit.quantity = section.quantity("quantity")
        limit.notional = section.money("notional")
        let targets = ["instrument", "instruments", "class"].filter { !section.isMissing($0) }
        if targets.count != 1 { section.remark("expected one of instrument, instruments and class") }
        if section.isMissing("quantity"), section.isMissing("notional") {
            section.remark("expected quantity or notional")
        }
        if limit.quantity != nil, one == nil, targets.count == 1 {
            section.remark(.error, "quantity", "quantities of several instruments cannot be added; use notional")
        }
        return limit
    }

    mutating func readTimes(_ section: inout Section) {
        var holding = section.section("min_holding")
        minHoldingSeconds = holding.integer("seconds", in: 1...31_536_000)
        minHoldingBindsReducing = holding.boolean("reducing") ?? false
        if minHoldingSeconds == nil { holding.require("seconds") }
        holding.finish()
        var trades = section.section("day_trades")
        dayTradesMax = trades.integer("max", in: 0...1_000_000)
        dayTradeDays = trades.integer("days", in: 1...32) ?? 5
        if dayTradesMax == nil { trades.require("max") }
        trades.finish()
        for var event in section.sections("news_blackout", max: 1000) {
            if let one = Self.newsEvent(&event) { newsEvents.append(one) }
            event.finish()
        }
        var flat = section.section("flat_by")
        flatBeforeCloseMinutes = flat.integer("before_close_minutes", in: 1...1440)
        for var window in flat.sections("windows", max: 32) {
            flatWindows.append(Schedule(&window))
            window.finish()
        }
        flat.finish()
    }

    private static func newsEvent(_ section: inout Section) -> NewsEvent? {
        _ = section.text("name", maxBytes: 200)
        let time = section.instant("time")
        if time == nil { section.require("time") }
        let before: Int64? = section.integer("before_minutes", in: 0...1440)
        let after: Int64? = section.integer("after_minutes", in: 0...1440)
        let instrument = section.read("instrument", "an instrument's id") { Section.isInstrument($0) ? $0 : nil }
        let assetClass = section.text("class", maxBytes: 32)
        if instrument != nil, assetClass != nil { section.remark("expected either instrument or class") }
        guard let time else { return nil }
        var event = NewsEvent(time: time)
        event.beforeMinutes = before ?? event.beforeMinutes
        event.afterMinutes = after ?? event.afterMinutes
        event.target = instrument.map { .instrument($0) } ?? assetClass.map { .assetClass($0) }
        return event
    }

    mutating func readLosses(_ section: inout Section) {
        var day = section.section("daily_loss")
        dailyLoss = LossLimit(amount: day.money("amount"), fraction: day.fraction("fraction"))
        dailyLossBase =
            day.read("base", "one of balance, equity, higher") { name in
                DailyLossBase.allCases.first { $0.name == name }
            } ?? .equity
        if dailyLoss.amount == nil, dailyLoss.fraction == nil { day.require("amount", or: "fraction") }
        day.finish()
        var total = section.section("total_drawdown")
        totalDrawdown = LossLimit(amount: total.money("amount"), fraction: total.fraction("fraction"))
        trailsDrawdown =
            total.read("kind", "static or trailing_eod") { ["static": false, "trailing_eod": true][$0] } ?? false
        if totalDrawdown.amount == nil, totalDrawdown.fraction == nil { total.require("amount", or: "fraction") }
        total.finish()
        consistency = section.fraction("consistency")
    }
}

extension Schedule {
    /// Windows of the local week.
    init(_ section: inout Section) {
        self.init()
        if let minutes = section.timeOfDay("start_time", allows24: false) { startMinutes = minutes }
        if let minutes = section.timeOfDay("end_time", allows24: true) { endMinutes = minutes }
        let days = section.distinct("days_of_week", of: "a day 0…7 (0 and 7 = Sunday)") { text in
            Int(text).flatMap { (0...7).contains($0) ? $0 % 7 : nil }
        }
        if let days { daysOfWeek = days.sorted() }
        if let zone = section.timeZone("time_zone") { timeZone = zone }
    }
}
