import CStrategyABI
import Controls
public import Execution
import Features
public import Portfolio
public import Trading

/// The deterministic core: market events in, facts out. One writer owns it and calls it between events; it has no
/// clock, no thread, no I/O and no static state, so a process may run several.
///
/// `Pipeline.swift` shows the way of an order, `EventLoop.swift` the way of an event.
public struct Engine: ~Copyable {
    // The market.
    let instruments: FixedBuffer<InstrumentTerms>
    let calendars: [TradingCalendar]
    /// By instrument: the calendar need not be asked.
    let isAlwaysOpen: FixedBuffer<Bool>
    let currencyCodes: FixedBuffer<InlineArray<16, UInt8>>
    var markets: FixedBuffer<MarketState>
    /// The order books of feeds that have depth. Apart from `markets`, which every event reads and which stay small so.
    var books: FixedBuffer<OrderBook>

    // The order path.
    var gate: Gate
    var orders: OrderManager
    var venue: PaperVenue
    var ledger: Ledger
    let accounts: FixedBuffer<AccountRules>
    /// Owner of each account: equal numbers may not trade with each other.
    let owners: FixedBuffer<Int32>
    /// Account × instrument.
    let restrictions: FixedBuffer<RestrictedSides>
    let quotedRates: FixedBuffer<QuotedRate>
    var days: DayBook
    var running: RunningBook
    var compliance: ComplianceBook
    var reaches: ReachBook
    /// Day starts are facts even where no limit asks for them.
    let keepsDays: Bool
    /// Something hangs on a mark besides equity.
    var watchesMarks = false
    /// Some strategy wants features, or did.
    var watchesFeatures = false
    var lastFillID: UInt64 = 0
    /// Strategy × instrument.
    var protections: FixedBuffer<Protection>
    /// Something is to be done about them with the next event: those whose pair is not what it should be, and those that a
    /// stop closes.
    var booksDue = 0
    var emergency = Emergency()
    var breakers = BreakerBook()

    // The strategies.
    // In raw memory: an array would ask on each event whether it may be changed in place. `add(strategy:)` alone renews it.
    var slots: UnsafeMutableBufferPointer<StrategySlot>
    var trackers: UnsafeMutableBufferPointer<PerformanceTracker>
    public let strategiesMax: Int
    /// Strategy × instrument: it may see and trade it.
    var bindings: FixedBuffer<Bool>
    var timers: TimerQueue
    let intentBuffer: UnsafeMutablePointer<IntentRecord>
    /// What the gate judges an order by.
    let view: UnsafeMutablePointer<OrderContext>
    static let intentCapacity = 1024
    /// Whom it calls, for whoever watches; its own until the host names another place.
    var callMark: UnsafeMutablePointer<UInt64>
    private let ownCallMark: UnsafeMutablePointer<UInt64>
    let intentsPerEventMax: Int
    let answersPerEventMax: Int
    let timersPerEventMax: Int
    /// Some strategy has something to be told.
    var hasAnswers = false
    /// Strategies with a tape or a shadow: none, but for moments. Not in their slots, which stay small so.
    var followers: [Followers] = []
    /// Has every call; nil = nobody records them.
    var callLog: CallLog?
    /// There are some followers, or the log.
    var hasFollowers = false

    // Time and outcome.
    /// Time of the newest event, or what `advance` said since.
    public internal(set) var now = Timestamp(nanoseconds: 0)
    /// Market events so far.
    public internal(set) var sequence: UInt64 = 0
    var facts: FactLog
    /// What strategies logged; the oldest go when nobody takes them.
    public internal(set) var lines: [StrategyLine] = []
    static let linesMax = 10_000
    /// Of strategies, since they were last taken; more than fit are passed over.
    var signals = StrategySignals()
    /// What was last written down of each instrument's mark.
    var recordedMarks: FixedBuffer<Price>
    var recovery = RecoveryProgress()
    // Behind all that an event touches.
    var financing: FinancingBook
    var features: FeatureBook
    /// Statistics of all accounts together; nil = nobody asked for them.
    var whole: PerformanceTracker?
    /// Always nil. A struct with a weak reference has an address, and so a method that only reads is called with that;
    /// otherwise the compiler copies the whole engine, 1.7 KB, for many of them.
    private weak var addressed: AnyObject?

    /// `setup.problems` must be empty.
    public init(_ setup: EngineSetup) {
        precondition(setup.problems.isEmpty, setup.problems.joined(separator: "; "))
        let instrumentCount = setup.instruments.count
        instruments = FixedBuffer(setup.instruments.map(\.terms))
        calendars = setup.instruments.map(\.calendar)
        isAlwaysOpen = FixedBuffer(setup.instruments.map { $0.calendar.sessions == nil })
        currencyCodes = FixedBuffer(setup.currencies.map(Engine.code))
        markets = FixedBuffer(setup.feeds.map(MarketState.init(feed:)))
        books = FixedBuffer(count: instrumentCount, repeating: OrderBook())
        orders = OrderManager(
            capacity: setup.workingOrdersMax, accountCount: setup.accounts.count,
            strategyCount: setup.strategies.count, instrumentCount: instrumentCount)
        venue = PaperVenue(terms: setup.venue)
        ledger = Ledger(
            instruments: setup.instruments.map(\.terms), currencyCount: setup.currencies.count,
            accounts: setup.accounts.map(\.terms), strategyAccounts: setup.strategies.map { Int32($0.account) })
        gate = Engine.gate(setup)
        accounts = FixedBuffer(setup.accounts.map(AccountRules.init))
        owners = FixedBuffer(Engine.owners(setup.accounts))
        var restrictions = FixedBuffer(
            count: setup.accounts.count * instrumentCount, repeating: RestrictedSides.none)
        for (account, rules) in setup.accounts.enumerated() {
            for instrument in 0..<instrumentCount {
                restrictions[account * instrumentCount + instrument] = rules.restricted[instrument] ?? .none
            }
        }
        self.restrictions = restrictions
        var bindings = FixedBuffer(count: setup.strategies.count * instrumentCount, repeating: false)
        for (strategy, terms) in setup.strategies.enumerated() {
            for instrument in terms.instruments { bindings[strategy * instrumentCount + instrument] = true }
        }
        self.bindings = bindings
        protections = FixedBuffer(
            setup.strategies.flatMap { strategy in
                setup.instruments.indices.map { index in
                    Protection(terms: strategy.instruments.contains(index) ? strategy.protection : .none)
                }
            })
        slots = .allocate(capacity: setup.strategies.count)
        trackers = .allocate(capacity: setup.strategies.count)
        for (index, strategy) in setup.strategies.enumerated() {
            let terms = setup.accounts[strategy.account].terms
            slots.initializeElement(at: index, to: StrategySlot(strategy))
            trackers.initializeElement(
                at: index,
                to: PerformanceTracker(
                    openingEquity: terms.openingBalance.approximate, dayOffset: terms.dayOffset))
        }
        if setup.tracksWhole {
            let opening = setup.accounts.reduce(Money.zero) { $0 + $1.terms.openingBalance }
            whole = PerformanceTracker(
                openingEquity: opening.approximate, dayOffset: setup.accounts[0].terms.dayOffset)
        }
        timers = TimerQueue(capacity: setup.timersMax)
        intentBuffer = .allocate(capacity: Engine.intentCapacity)
        intentBuffer.initialize(repeating: IntentRecord(), count: Engine.intentCapacity)
        view = Engine.makeView()
        ownCallMark = .allocate(capacity: 1)
        ownCallMark.initialize(to: 0)
        callMark = ownCallMark
        intentsPerEventMax = setup.intentsPerEventMax
        answersPerEventMax = setup.answersPerEventMax
        timersPerEventMax = setup.timersPerEventMax
        strategiesMax = setup.strategiesMax
        facts = FactLog(isKept: setup.keepsFacts)
        recordedMarks = FixedBuffer(count: instrumentCount, repeating: .zero)
        quotedRates = FixedBuffer(setup.quotedRates)
        days = DayBook(setup)
        financing = FinancingBook(setup)
        features = FeatureBook(instruments: instrumentCount)
        running = RunningBook(setup)
        compliance = ComplianceBook(setup)
        reaches = ReachBook(setup)
        keepsDays = setup.keepsDays
        reviewDailyLimits()
    }

    deinit {
        slots.deinitialize()
        slots.deallocate()
        trackers.deinitialize()
        trackers.deallocate()
        intentBuffer.deallocate()
        view.deallocate()
        ownCallMark.deallocate()
    }

    private static func gate(_ setup: EngineSetup) -> Gate {
        var gate = Gate(
            accountCount: setup.accounts.count, strategyCount: setup.strategies.count,
            instrumentCount: setup.instruments.count)
        gate.setLimits(setup.systemLimits, scope: .system)
        for (index, account) in setup.accounts.enumerated() {
            gate.setLimits(account.limits, scope: .account, index: index)
            gate.setProgram(account.program, account: index)
        }
        for (index, strategy) in setup.strategies.enumerated() {
            gate.setLimits(strategy.limits, scope: .strategy, index: index)
        }
        for index in setup.instruments.indices {
            if let limits = setup.instrumentLimits[index] {
                gate.setLimits(limits, scope: .instrument, index: index)
            }
        }
        return gate
    }

    /// The same name gives the same number.
    private static func owners(_ accounts: [EngineSetup.Account]) -> [Int32] {
        accounts.map { account in Int32(accounts.firstIndex { $0.owner == account.owner } ?? 0) }
    }

    private static func code(_ currency: String) -> InlineArray<16, UInt8> {
        var code = InlineArray<16, UInt8>(repeating: 0)
        for (index, byte) in currency.utf8.prefix(15).enumerated() { code[index] = byte }
        return code
    }
}

/// What the order path asks of an account, without a reference in it.
struct AccountRules: BitwiseCopyable {
    let isMargin: Bool
    let maxLeverage: Rate
    let dayOffset: Int64
    let checksTradingHours: Bool
    let checksSelfTrade: Bool

    init(_ account: EngineSetup.Account) {
        isMargin = account.terms.isMargin
        maxLeverage = account.terms.maxLeverage
        dayOffset = account.terms.dayOffset
        checksTradingHours = account.checksTradingHours
        checksSelfTrade = account.checksSelfTrade
    }
}

// MARK: - Reading

extension Engine {
    public var instrumentCount: Int { instruments.count }
    public var workingOrderCount: Int { orders.workingCount }
    /// Facts since they were last taken, and how many there were in all.
    public var factLog: FactLog { facts }

    /// Forgets the facts that `factLog` showed, keeping its memory.
    public mutating func clearFacts() { facts.clear() }

    public mutating func takeLines() -> [StrategyLine] {
        let taken = lines
        lines.removeAll()
        return taken
    }

    /// Those that strategies gave since the last call, oldest first.
    public mutating func takeSignals() -> [StrategySignal] { signals.takeAll() }

    public func counters(strategy: Int) -> StrategyCounters { slots[strategy].counters }
    public func isEnabled(strategy: Int) -> Bool { slots[strategy].isEnabled }
    /// Why the strategy was taken out of service; nil = it was not.
    public func fault(strategy: Int) -> IntentFault? { slots[strategy].fault }
    public func performance(strategy: Int) -> Performance { trackers[strategy].performance }
    /// Of all accounts together; nil where the setup did not ask for it.
    public var wholePerformance: Performance? { whole?.performance }
    /// What its statistics are of; the present day counts up to now.
    public func dailyReturns(strategy: Int) -> DailyReturns { trackers[strategy].dailyReturns }
    public func position(strategy: Int, instrument: Int) -> Position {
        ledger.position(strategy: strategy, instrument: instrument)
    }
    public func totals(strategy: Int) -> StrategyTotals? { ledger.totals(strategy: strategy) }
    public func cash(account: Int, currency: Int) -> Money { ledger.cash(account: account, currency: currency) }
    public func equity(account: Int) -> Money? { ledger.equity(account: account) }
    public func mark(_ instrument: Int) -> Price { ledger.mark(instrument) }
    /// The order book, ten levels a side, as the feed showed it last; without a time when it never did. Its `bids` and
    /// `asks` are collections; nothing is allocated.
    public func depth(instrument: Int) -> OrderBook { books[instrument] }
    /// The same as arrays, best level first. Allocates; for readers, not for the event path.
    public func depthLevels(instrument: Int) -> (bids: [BookLevel], asks: [BookLevel]) {
        (Array(books[instrument].bids), Array(books[instrument].asks))
    }
    /// Remaining quantities of a strategy's or an account's working orders in an instrument, as the gate counts them.
    public func workingTotals(strategy: Int, instrument: Int) -> WorkingTotals {
        orders.totals(strategy: strategy, instrument: instrument)
    }
    public func workingTotals(account: Int, instrument: Int) -> WorkingTotals {
        orders.totals(account: account, instrument: instrument)
    }
    /// The latch of one scope; what covers an order is the strictest of its four.
    public func tradingState(scope: LimitScope, index: Int = 0) -> TradingState {
        gate.tradingState(scope: scope, index: index)
    }

    /// Working orders of an instrument in priority order. Allocates; for readers, not for the event path.
    public func workingOrders(instrument: Int) -> [Order] {
        var result: [Order] = []
        var slot = orders.first(instrument)
        while slot != OrderManager.none {
            result.append(orders.order(slot))
            slot = orders.next(slot)
        }
        return result
    }

    /// Positions, cash and marks as canonical bytes, for a state hash.
    public func canonicalState(into bytes: inout [UInt8]) { ledger.canonicalBytes(into: &bytes) }
}
