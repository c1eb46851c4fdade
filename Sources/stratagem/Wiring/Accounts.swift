import Configuration
import Controls
import Engine
import Execution
import Portfolio
import Trading

// From what the configuration says to what the core takes.

extension VenueTerms {
    init(_ settings: PaperVenueSettings) {
        self.init()
        makerRate = settings.makerRate
        takerRate = settings.takerRate
        commissionPerUnit = settings.commissionPerUnit
        slippage = settings.slippage
        latencyNanoseconds = settings.latencyMilliseconds * 1_000_000
        touchFills = settings.touchFills
        volumeShare = settings.volumeShare
    }
}

extension LimitSet {
    init(_ settings: LimitSettings) {
        self.init()
        maxOrderQuantity = settings.maxOrderQuantity
        maxOrderNotional = settings.maxOrderNotional
        maxPositionQuantity = settings.maxPositionQuantity
        maxPositionNotional = settings.maxPositionNotional
        maxPositionEquityFraction = settings.maxPositionEquityFraction
        priceCollar = settings.priceCollar
        maxOrdersPerSecond = settings.maxOrdersPerSecond.map(Int32.init(clamping:))
        maxOrdersPerMinute = settings.maxOrdersPerMinute.map(Int32.init(clamping:))
        maxGrossExposure = settings.maxGrossExposure
        maxNetExposure = settings.maxNetExposure
        maxConcentration = settings.maxConcentration
        maxLeverage = settings.maxLeverage
        maxDailyLoss = settings.maxDailyLoss
        dailyLossBase = settings.dailyLossBase ?? .equity
        marketDataMaxAgeNanoseconds = settings.marketDataMaxAgeMilliseconds.map { $0 * 1_000_000 }
        budgetCap = settings.budgetCap
        maxDrawdown = settings.maxDrawdown
        drawdownBase = settings.drawdownBase ?? .trailingIntraday
        repeatLimit = settings.repeatLimit.map(Int32.init(clamping:))
        rejectStreak = settings.rejectStreak.map(Int32.init(clamping:))
        repeatWindowNanoseconds = settings.repeatWindowMilliseconds.map { $0 * 1_000_000 }
        maxOpenOrders = settings.maxOpenOrders.map(Int32.init(clamping:))
        duplicateWindowNanoseconds = settings.duplicateWindowMilliseconds.map { $0 * 1_000_000 }
        maxSlippage = settings.maxSlippage
        maxConsecutiveLosses = settings.maxConsecutiveLosses.map(Int32.init(clamping:))
        cooldownNanoseconds = settings.cooldownSeconds.map { $0 * 1_000_000_000 }
    }

    /// The same limits with their money in another currency, of which `rate` is the price of one unit in the present one.
    func counted(at rate: Rate) -> LimitSet {
        func convert(_ amount: Money?) -> Money? { amount?.counted(at: rate) }
        var limits = self
        limits.maxOrderNotional = convert(maxOrderNotional)
        limits.maxPositionNotional = convert(maxPositionNotional)
        limits.maxGrossExposure = convert(maxGrossExposure)
        limits.maxNetExposure = convert(maxNetExposure)
        limits.maxDailyLoss = convert(maxDailyLoss)
        limits.budgetCap = convert(budgetCap)
        limits.budgetAllocation = convert(budgetAllocation)
        return limits
    }
}

extension AccountConfiguration {
    /// Rates that follow an instrument of this market, of account number `account`.
    func quotedRates(_ universe: Universe, account: Int) -> [QuotedRate] {
        conversion.sorted { $0.key < $1.key }.compactMap { code, conversion in
            guard let instrument = conversion.instrument.flatMap({ universe.index(of: $0) }),
                let currency = universe.currencies.firstIndex(of: code)
            else { return nil }
            return QuotedRate(
                account: Int32(account), currency: Int32(currency), instrument: Int32(instrument),
                isInverse: universe.instruments[instrument].quoteCurrency == code)
        }
    }
}

extension EngineSetup.Account {
    /// `start`: the offset of the account's day is the one of that moment.
    init(
        _ configuration: AccountConfiguration, _ program: ComplianceProgram?, _ universe: Universe, start: Timestamp
    ) {
        var rates = [Rate?](repeating: nil, count: universe.currencies.count)
        for (index, code) in universe.currencies.enumerated() { rates[index] = configuration.conversion[code]?.rate }
        self.init(
            id: configuration.id, owner: configuration.owner,
            terms: AccountTerms(
                currency: UInt8(clamping: universe.currency(configuration.currency)),
                openingBalance: configuration.openingBalance, isMargin: configuration.margin,
                maxLeverage: configuration.maxLeverage, rates: rates,
                dayOffset: configuration.day.offsetNanoseconds(at: start)))
        borrowRate = configuration.borrowRate
        limits = LimitSet(configuration.limits)
        guard let program else { return }
        checksTradingHours = program.tradingHours
        checksSelfTrade = program.selfTrade
        restricted = program.restricted(universe.instruments)
        programName = program.name
        self.program = program.terms
        tables = program.tables(universe.instruments, start: start)
    }
}

extension ComplianceProgram {
    /// Sides that are closed, by instrument index.
    func restricted(_ instruments: [Instrument]) -> [Int: RestrictedSides] {
        var closed: [Int: RestrictedSides] = [:]
        for restriction in restrictedList {
            var sides: RestrictedSides = []
            if restriction.sides.covers(.buy) { sides.insert(.buy) }
            if restriction.sides.covers(.sell) { sides.insert(.sell) }
            for (index, instrument) in instruments.enumerated() {
                let isMeant =
                    switch restriction.target {
                    case .instrument(let id): instrument.id == id
                    case .assetClass(let name): instrument.assetClass == name
                    }
                if isMeant { closed[index, default: []].formUnion(sides) }
            }
        }
        return closed
    }
}
