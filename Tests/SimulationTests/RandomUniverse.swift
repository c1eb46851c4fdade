import Controls
import Engine
import Execution
import Portfolio
import ScriptedStrategies
import Trading

/// A market, accounts and strategies out of a seed. Numbers are small where limits shall be met to the unit, and awkward
/// where money shall be rounded.
struct RandomUniverse {
    private(set) var setup: EngineSetup
    /// Where each instrument's price starts.
    let prices: [Int64]
    /// How an instrument's random walk moves, in ticks.
    let stepMax: Int64
    /// Some prices of the feed are off the tick.
    let hasOffTickPrices: Bool

    init(seed: UInt64) {
        var dice = Dice(seed: seed)
        let currencies = Array(["USDT", "INR", "EUR"].prefix(Int(dice.number(1...3))))
        let isCoarse = dice.chance(1, in: 2)
        var prices: [Int64] = []
        stepMax = isCoarse ? 2 : 12
        hasOffTickPrices = dice.chance(1, in: 5)
        var instruments: [Instrument] = []
        for index in 0..<Int(dice.number(1...5)) {
            let currency = Int(dice.number(0...Int64(currencies.count - 1)))
            let terms = RandomUniverse.terms(&dice, currency: UInt8(currency), isCoarse: isCoarse)
            instruments.append(
                Instrument(
                    id: "I\(index)", quoteCurrency: currencies[currency], terms: terms,
                    calendar: RandomUniverse.calendar(&dice)))
            prices.append(terms.tick.raw * (isCoarse ? dice.number(15...40) : dice.number(500...50_000)))
        }
        self.prices = prices
        let feeds = instruments.map { _ in dice.pick(RandomUniverse.feeds) }
        var accounts: [EngineSetup.Account] = []
        for index in 0..<Int(dice.number(1...3)) {
            accounts.append(RandomUniverse.account(&dice, index, currencies.count, instruments, prices))
        }
        var strategies: [EngineSetup.Strategy] = []
        for index in 0..<Int(dice.number(1...5)) {
            var strategy = EngineSetup.Strategy(
                id: "S\(index)", account: Int(dice.number(0...Int64(accounts.count - 1))),
                instruments: instruments.indices.filter { _ in dice.chance(4, in: 5) })
            if dice.chance(1, in: 8) { strategy.timeframe = .oneMinute }
            if dice.chance(1, in: 8) { strategy.orderKinds = OrderKind.allCases.filter { _ in dice.chance(2, in: 3) } }
            if dice.chance(1, in: 10) { strategy.schedule = RandomUniverse.schedule(&dice) }
            if dice.chance(1, in: 3) { strategy.limits = RandomUniverse.limits(&dice, instruments, prices) }
            strategies.append(strategy)
        }
        setup = EngineSetup(
            instruments: instruments, feeds: feeds, currencies: currencies, accounts: accounts, strategies: strategies)
        setup.venue = RandomUniverse.venue(&dice)
        if dice.chance(1, in: 6) { setup.systemLimits = RandomUniverse.limits(&dice, instruments, prices) }
        for index in instruments.indices where dice.chance(1, in: 6) {
            setup.instrumentLimits[index] = RandomUniverse.limits(&dice, instruments, prices)
        }
        setup.keepsDays = true
        for account in accounts.indices where dice.chance(1, in: 4) {
            let currency = Int32(dice.number(0...Int64(currencies.count - 1)))
            guard currency != Int32(accounts[account].terms.currency) else { continue }
            setup.quotedRates.append(
                QuotedRate(
                    account: Int32(account), currency: currency,
                    instrument: Int32(dice.number(0...Int64(instruments.count - 1))), isInverse: dice.chance(1, in: 2)))
        }
        // Dice of its own, so that everything else stays what it is.
        var programDice = Dice(seed: seed ^ 0xC0)
        for index in accounts.indices where programDice.chance(1, in: 2) {
            setup.accounts[index].program.warningThreshold = Rate(raw: programDice.pick([1, 500_000_000, 800_000_000]))
        }
        financeHolding(seed: seed)
        setup.workingOrdersMax = dice.chance(1, in: 5) ? Int(dice.number(2...10)) : 200
        setup.timersMax = 8
        for index in setup.strategies.indices where dice.chance(1, in: 2) {
            setup.strategies[index].protection = RandomUniverse.protection(&dice)
        }
    }

    /// Funding and borrow in every second universe; with dice of its own, so that everything else stays what it is.
    private mutating func financeHolding(seed: UInt64) {
        var dice = Dice(seed: seed ^ 0xF1)
        guard dice.chance(1, in: 2) else { return }
        let hour: Int64 = 3_600_000_000_000
        for index in setup.instruments.indices {
            if dice.chance(1, in: 2) {
                let rate = Rate(raw: dice.pick([1, 100_000, -123_457, 10_000_000, 0]))
                setup.funding[index] = .constant(rate: rate, every: hour * dice.pick([1, 3, 8]))
            } else if dice.chance(1, in: 3) {
                var time: Int64 = 0
                setup.funding[index] = .listed(
                    (0..<2000).map { _ in
                        time += dice.number(1...300) * 60_000_000_000
                        return FundingTerms.ListedRate(
                            time: Timestamp.minute(0) + time, rate: Rate(raw: dice.number(-1_000_000...1_000_000)))
                    })
            }
            if dice.chance(1, in: 3) {
                setup.borrowRates[index] = Rate(raw: dice.pick([0, 1, 50_000_000, 7_777_777_777]))
            }
        }
        for index in setup.accounts.indices where dice.chance(1, in: 2) {
            setup.accounts[index].borrowRate = Rate(raw: dice.pick([30_000_000, 1_234_567]))
        }
    }

    mutating func change(_ change: (inout EngineSetup) -> Void) { change(&setup) }

    /// The same with its first strategies only.
    func limited(toStrategies count: Int) -> RandomUniverse {
        var copy = self
        copy.setup.strategies.removeLast(setup.strategies.count - count)
        return copy
    }

    static func protection(_ dice: inout Dice) -> ProtectionTerms {
        let distances = [1, 5_000_000, 20_000_000, 33_333_333, 100_000_000, 1_000_000_000].map { Rate(raw: $0) }
        return ProtectionTerms(
            stopLoss: dice.chance(4, in: 5) ? dice.pick(distances) : nil,
            takeProfit: dice.chance(3, in: 4) ? dice.pick(distances) : nil)
    }

    private static let feeds: [FeedKinds] = [
        .bars, .bars, .quotes, .trades, [.quotes, .trades], [.trades, .bars], [.quotes, .trades, .bars],
    ]

    private static func terms(_ dice: inout Dice, currency: UInt8, isCoarse: Bool) -> InstrumentTerms {
        let tick: Int64 = isCoarse ? 1_000_000_000 : dice.pick([10_000_000, 50_000_000, 1000, 13, 7_000_001])
        let lot: Int64 = isCoarse ? 100_000_000 : dice.pick([1_000_000, 100_000_000, 1, 3, 70_001])
        var terms = InstrumentTerms(
            tick: Price(raw: tick), lot: Quantity(raw: lot), minQuantity: Quantity(raw: lot * dice.number(1...2)),
            maxQuantity: Quantity(raw: lot * dice.number(15...40)), multiplier: dice.pick([1, 1, 1, 10, 1000]),
            settlement: dice.pick(Settlement.allCases), currency: currency)
        if dice.chance(1, in: 4) { terms.minNotional = Money(raw: Int128(tick) * Int128(lot) / 1_000_000_000 * 60) }
        if dice.chance(1, in: 25) { terms.tradable = false }
        return terms
    }

    /// Mostly always open; else six hours open, two closed, for the days of a run.
    private static func calendar(_ dice: inout Dice) -> TradingCalendar {
        guard dice.chance(1, in: 6) else { return .alwaysOpen }
        let sessions = (0..<200).map { index in
            TradingCalendar.Session(
                open: Timestamp.minute(Int64(index) * 480), close: Timestamp.minute(Int64(index) * 480 + 360))
        }
        return TradingCalendar(name: "six of eight hours", sessions: sessions)
    }

    /// Some hours of some days, in a zone whose offset may change.
    private static func schedule(_ dice: inout Dice) -> TradingSchedule {
        let hour: Int64 = 3_600_000_000_000
        return TradingSchedule(
            start: Int(dice.number(0...1439)), end: Int(dice.number(1...1440)),
            daysOfWeek: (0...7).filter { $0 != 7 && dice.chance(3, in: 4) },
            offsets: [
                TradingSchedule.Offset(from: .minute(0), nanoseconds: dice.number(-5...5) * hour),
                TradingSchedule.Offset(from: .minute(10_000), nanoseconds: dice.number(-5...5) * hour),
            ])
    }

    private static func account(
        _ dice: inout Dice, _ index: Int, _ currencyCount: Int, _ instruments: [Instrument], _ prices: [Int64]
    ) -> EngineSetup.Account {
        let rates = (0..<currencyCount).map { _ in
            dice.chance(1, in: 15) ? nil : Rate(raw: dice.pick([1_000_000_000, 11_800_000, 1_083_333_333, 7]))
        }
        var account = EngineSetup.Account(
            id: "A\(index)", owner: dice.pick(["one", "two"]),
            terms: AccountTerms(
                currency: UInt8(dice.number(0...Int64(currencyCount - 1))),
                openingBalance: balance(&dice, instruments, prices),
                isMargin: dice.chance(2, in: 3), maxLeverage: Rate(raw: dice.number(1...20) * 500_000_000),
                rates: rates, dayOffset: dice.pick([0, 0, 13 * 3_600_000_000_000, -5 * 3_600_000_000_000])))
        if dice.chance(1, in: 2) { account.limits = limits(&dice, instruments, prices) }
        for instrument in instruments.indices where dice.chance(1, in: 10) {
            account.restricted[instrument] = dice.pick([.buy, .sell, .both])
        }
        account.checksTradingHours = dice.chance(3, in: 4)
        account.checksSelfTrade = dice.chance(3, in: 4)
        return account
    }

    /// Enough for some hundred lots of something, or by far enough, or hardly anything.
    private static func balance(_ dice: inout Dice, _ instruments: [Instrument], _ prices: [Int64]) -> Money {
        Money(raw: value(of: dice.pick([20, 300, 3000, 3000, 100_000]), &dice, instruments, prices) + 1000)
    }

    /// The value of some lots of one of the instruments at its first price.
    private static func value(
        of lots: Int64, _ dice: inout Dice, _ instruments: [Instrument], _ prices: [Int64]
    ) -> Int128 {
        let index = Int(dice.number(0...Int64(instruments.count - 1)))
        let terms = instruments[index].terms
        return Int128(prices[index]) * Int128(terms.lot.raw * lots) * Int128(terms.multiplier) / 1_000_000_000
    }

    /// Some limits of a scope, in the size of what the strategies do.
    static func limits(_ dice: inout Dice, _ instruments: [Instrument], _ prices: [Int64]) -> LimitSet {
        var limits = LimitSet()
        let lot = dice.pick(instruments).terms.lot.raw
        if dice.chance(1, in: 4) { limits.maxOrderQuantity = Quantity(raw: lot * dice.number(3...12)) }
        if dice.chance(1, in: 6) {
            limits.maxOrderNotional = Money(raw: value(of: dice.number(3...15), &dice, instruments, prices))
        }
        if dice.chance(1, in: 3) { limits.maxPositionQuantity = Quantity(raw: lot * dice.number(5...25)) }
        if dice.chance(1, in: 6) {
            limits.maxPositionNotional = Money(raw: value(of: dice.number(5...40), &dice, instruments, prices))
        }
        if dice.chance(1, in: 12) { limits.maxPositionEquityFraction = Rate(raw: dice.number(1...500) * 2_000_000) }
        if dice.chance(1, in: 8) { limits.priceCollar = Rate(raw: dice.number(1...300) * 1_000_000) }
        if dice.chance(1, in: 12) { limits.marketDataMaxAgeNanoseconds = dice.number(10...600) * 1_000_000_000 }
        let total = { (dice: inout Dice, lots: ClosedRange<Int64>) in
            Money(raw: value(of: dice.number(lots), &dice, instruments, prices))
        }
        if dice.chance(1, in: 16) { limits.maxGrossExposure = total(&dice, 10...60) }
        if dice.chance(1, in: 16) { limits.maxNetExposure = total(&dice, 5...40) }
        if dice.chance(1, in: 16) { limits.maxConcentration = Rate(raw: dice.number(1...500) * 2_000_000) }
        if dice.chance(1, in: 16) { limits.maxLeverage = Rate(raw: dice.number(1...40) * 50_000_000) }
        if dice.chance(1, in: 14) {
            limits.maxDailyLoss = total(&dice, 0...20)
            limits.dailyLossBase = dice.pick(DailyLossBase.allCases)
        }
        if dice.chance(1, in: 12) { limits.maxOrdersPerSecond = Int32(dice.number(0...4)) }
        if dice.chance(1, in: 12) { limits.maxOrdersPerMinute = Int32(dice.number(1...12)) }
        addMore(&limits, &dice, total)
        return limits
    }

    private static func addMore(
        _ limits: inout LimitSet, _ dice: inout Dice, _ total: (inout Dice, ClosedRange<Int64>) -> Money
    ) {
        if dice.chance(1, in: 16) { limits.budgetCap = total(&dice, 10...60) }
        if dice.chance(1, in: 16) { limits.budgetAllocation = total(&dice, 5...40) }
        if dice.chance(1, in: 6) {
            limits.maxDrawdown = Rate(raw: dice.number(0...200) * 500_000)
            limits.drawdownBase = dice.pick(DrawdownBase.allCases)
        }
        if dice.chance(1, in: 7) { limits.repeatLimit = Int32(dice.number(1...5)) }
        if dice.chance(1, in: 14) { limits.rejectStreak = Int32(dice.number(1...8)) }
        if dice.chance(1, in: 14) { limits.repeatWindowNanoseconds = dice.number(60...7200) * 1_000_000_000 }
        if dice.chance(1, in: 14) { limits.maxOpenOrders = Int32(dice.number(0...6)) }
        if dice.chance(1, in: 4) { limits.duplicateWindowNanoseconds = dice.number(1...600) * 10_000_000_000 }
        if dice.chance(1, in: 12) { limits.maxSlippage = Rate(raw: dice.number(0...400) * 100_000) }
        if dice.chance(1, in: 14) { limits.maxConsecutiveLosses = Int32(dice.number(1...4)) }
        if dice.chance(1, in: 14) { limits.cooldownNanoseconds = dice.number(1...7200) * 1_000_000_000 }
    }

    private static func venue(_ dice: inout Dice) -> VenueTerms {
        var terms = VenueTerms()
        if dice.chance(2, in: 3) { terms.takerRate = Rate(raw: dice.pick([0, 1_000_000, 400_000, 333_333])) }
        if dice.chance(2, in: 3) { terms.makerRate = Rate(raw: dice.pick([-250_000, 100_000, -1, 999_999])) }
        if dice.chance(1, in: 4) { terms.commissionPerUnit = Money(raw: dice.pick([1, 250_001, -7, 100_000_000])) }
        if dice.chance(1, in: 2) { terms.slippage = Rate(raw: dice.pick([500_000, 2_000_000, 1, 50_000_000])) }
        if dice.chance(1, in: 3) {
            terms.latencyNanoseconds = dice.pick([1, 500_000_000, 20_000_000_000, 300_000_000_000])
        }
        terms.touchFills = dice.chance(1, in: 3)
        if dice.chance(1, in: 3) { terms.volumeShare = Rate(raw: dice.pick([10_000_000, 250_000_000, 1_000_000_000])) }
        return terms
    }
}

extension Dice {
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(number(0...Int64(elements.count - 1)))]
    }
}
