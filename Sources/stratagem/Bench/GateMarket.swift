import CStrategyABI
import Controls
import Engine
import Portfolio
import Trading

/// A book for the gate to look at: ten strategies that hold and work in nine instruments, half of them long and half short,
/// every risk rule limited in every scope that it has one in, and nothing that binds. With a program every compliance rule
/// applies as well, and each position has its stop.
struct GateMarket {
    static let strategies = 10
    static let instruments = 9

    let hasProgram: Bool

    func engine() -> Engine {
        var engine = Engine(setup)
        let quotes = GateMarket.quotes(rounds: 4)
        GateMarket.run(&engine, quotes, round: 0)
        submitAll(&engine) { ($0 + $1) % 2 == 0 ? .buy : .sell }
        // The last position opens, and is held for a while.
        GateMarket.run(&engine, quotes, round: 1)
        GateMarket.run(&engine, quotes, round: 2)
        submitAll(&engine, limit: Price(raw: 80_000_000_000)) { _, _ in .buy }
        GateMarket.run(&engine, quotes, round: 3)
        return engine
    }

    private static func run(_ engine: inout Engine, _ quotes: [EventRecord], round: Int) {
        let first = round * instruments
        quotes.withUnsafeBufferPointer { engine.run(UnsafeBufferPointer(rebasing: $0[first..<(first + instruments)])) }
    }

    /// An order of each strategy in each instrument.
    private func submitAll(_ engine: inout Engine, limit: Price = .zero, _ side: (Int, Int) -> Side) {
        for instrument in 0..<GateMarket.instruments {
            for strategy in 0..<GateMarket.strategies {
                var intent = order(strategy, instrument, side(strategy, instrument), .one, limit: limit)
                intent.origin = .operator
                guard case .denied = engine.submitOrder(intent) else { continue }
                fatalError("an order of the benchmark is denied: \(engine.assess(intent))")
            }
        }
    }

    func order(
        _ strategy: Int, _ instrument: Int, _ side: Side, _ quantity: Quantity, limit: Price = .zero
    ) -> OrderIntent {
        var intent = OrderIntent(
            strategy: Int32(strategy), instrument: UInt32(instrument), tag: 1, side: side,
            kind: limit == .zero ? .market : .limit, quantity: quantity, price: limit)
        // Far enough that it never triggers.
        if hasProgram { intent.conditions.stopLoss = Price(raw: side == .buy ? 50_000_000_000 : 150_000_000_000) }
        return intent
    }

    /// A quote of each instrument in turn, around 100, that moves by a tick from round to round; a millisecond apart.
    static func quotes(rounds: Int) -> [EventRecord] {
        (0..<(rounds * instruments)).map { index in
            var quote = Quote()
            quote.type = EventType.quote.rawValue
            quote.instrument = UInt32(index % instruments)
            quote.time = 1_700_000_000_000_000_000 + Int64(index) * 1_000_000
            let moved = Int64(index / instruments % 2) * 10_000_000
            quote.bid_price = 99_990_000_000 + moved
            quote.ask_price = 100_010_000_000 + moved
            quote.bid_quantity = 1_000_000 * Quantity.one.raw
            quote.ask_quantity = 1_000_000 * Quantity.one.raw
            return EventRecord(quote)
        }
    }

    var setup: EngineSetup {
        let terms = InstrumentTerms(
            tick: Price(raw: 10_000_000), lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1),
            maxQuantity: Quantity(raw: 1_000_000 * Quantity.one.raw))
        let all = Array(0..<GateMarket.instruments)
        let universe = all.map { Instrument(id: "GATE\($0)_USD", quoteCurrency: "USD", terms: terms) }
        let account = EngineSetup.Account(
            id: "bench", terms: AccountTerms(openingBalance: Money(raw: 1_000_000_000 * 100_000_000)))
        var setup = EngineSetup(
            instruments: universe, feeds: universe.map { _ in .quotes }, currencies: ["USD"], accounts: [account],
            strategies: (0..<GateMarket.strategies).map { EngineSetup.Strategy(id: "bench\($0)", instruments: all) })
        setup.keepsFacts = false
        setup.systemLimits = GateMarket.limits
        setup.accounts[0].limits = GateMarket.limits
        for index in setup.strategies.indices { setup.strategies[index].limits = GateMarket.limits }
        for index in all { setup.instrumentLimits[index] = GateMarket.limits }
        guard hasProgram else { return setup }
        setup.accounts[0].program = GateMarket.program
        setup.accounts[0].tables = GateMarket.tables(all)
        return setup
    }
}

extension GateMarket {
    private static let much = Money(raw: 900_000_000 * 100_000_000)

    /// All that there are, far from binding.
    private static var limits: LimitSet {
        var limits = LimitSet()
        limits.maxOrderQuantity = Quantity(raw: 100_000 * Quantity.one.raw)
        limits.maxOrderNotional = much
        limits.maxPositionQuantity = Quantity(raw: 100_000 * Quantity.one.raw)
        limits.maxPositionNotional = much
        limits.maxPositionEquityFraction = .one
        limits.priceCollar = Rate(raw: 100_000_000)
        limits.maxOrdersPerSecond = 1_000_000
        limits.maxOrdersPerMinute = 10_000_000
        limits.marketDataMaxAgeNanoseconds = 3_600_000_000_000
        limits.maxGrossExposure = much
        limits.maxNetExposure = much
        limits.maxConcentration = .one
        limits.maxLeverage = .one
        limits.maxDailyLoss = much
        limits.budgetCap = much
        limits.budgetAllocation = much
        limits.maxDrawdown = Rate(raw: 500_000_000)
        limits.repeatLimit = 1_000_000
        limits.rejectStreak = 1_000_000
        limits.maxOpenOrders = 100_000
        limits.duplicateWindowNanoseconds = 1
        limits.maxSlippage = Rate(raw: 10_000_000)
        limits.maxConsecutiveLosses = .max
        limits.cooldownNanoseconds = 1
        return limits
    }

    /// Every rule that a program can ask for.
    private static var program: ComplianceTerms {
        var program = ComplianceTerms()
        program.approvalNotional = much
        program.washNanoseconds = 1
        program.messagesPerFillMax = 1_000_000
        program.spoofing = ComplianceTerms.Spoofing(
            notional: much, restNanoseconds: 1, windowNanoseconds: 1, warnings: 1, denials: 2)
        program.minHoldingNanoseconds = 1
        program.dayTradesMax = .max
        program.shortSale = .located
        program.forbidsHedging = true
        program.requiresStop = true
        program.lossPerTradeMax = .one
        program.flatBeforeCloseNanoseconds = 1
        program.dailyLoss = ComplianceTerms.LossLimit(amount: much, fraction: .one)
        program.drawdown = ComplianceTerms.LossLimit(amount: much, fraction: .one)
        program.bestDayShareMax = .one
        program.hasPositionLimits = true
        program.hasClassLeverage = true
        program.hasNewsWindows = true
        program.hasFlatWindows = true
        return program
    }

    private static func tables(_ instruments: [Int]) -> EngineSetup.ComplianceTables {
        var tables = EngineSetup.ComplianceTables()
        tables.positionLimits = [EngineSetup.ComplianceTables.PositionLimit(instruments: instruments, notional: much)]
        tables.positionLimits += instruments.map {
            EngineSetup.ComplianceTables.PositionLimit(instruments: [$0], quantity: Quantity(raw: 1 << 50))
        }
        tables.located = Set(instruments)
        tables.classLeverage = [(instruments, .one)]
        // An event of long ago, and a Sunday's minute.
        let past = TradingCalendar.Session(open: Timestamp(nanoseconds: 0), close: Timestamp(nanoseconds: 1))
        for index in instruments { tables.newsWindows[index] = TradingCalendar(name: "news", sessions: [past]) }
        tables.flatWindows = [TradingSchedule(start: 0, end: 1, daysOfWeek: [0])]
        return tables
    }
}
