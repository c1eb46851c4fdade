import API
import CStrategyABI
import Configuration
import Engine
import Journal
import MarketData
import PluginHost
import Portfolio
import Signals
import Trading

/// All that the engine thread owns: the engine, the market that it runs on, the strategies in their slots, and what readers
/// ask for. Nobody else touches it; commands come through the mailbox and are answered between two events.
final class HostCore {
    private let box: EngineBox
    var engine: Engine {
        _read { yield box.engine }
        _modify { yield &box.engine }
    }
    let universe: Universe
    let host: HostConfiguration
    let folderPath: String
    let feed: any MarketFeed
    /// By the feed's instrument: ours. nil = they are the same.
    let remap: [UInt32]?

    /// By slot in the engine.
    var strategies: [StrategyRecord]
    /// Of the folder, and without a slot because they never could run.
    var refused: [RefusedStrategy]
    var hostNames: HostNames
    var catalog: PluginCatalog
    let accounts: [EngineSetup.Account]
    /// What was changed over the API.
    var limitOverrides: [LimitPlace: LimitOverride] { didSet { onControls?(controls) } }
    var settings: HostSettings
    var sessions: SessionBook
    let wiring: Wiring
    let dataPath: String
    /// When the plugins were loaded.
    let loadedAt = Timestamp(nanoseconds: WallClock.now)
    /// Equity of the portfolio's account, for its statistics.
    var tracker: PerformanceTracker
    private(set) var lastOrderID: UInt64

    // What readers ask for.
    var market: MarketHistory
    var orders: OrderHistory
    var fills: History<Fill>
    var denials: History<DenialView>
    var alerts = AlertLog()
    var stops = StopRegister() { didSet { onControls?(controls) } }
    /// Is told of stops and limits as they change.
    var onControls: ((HostControls) -> Void)?
    var approvals: ApprovalQueue
    /// False: an order that lacks a second person's approval is denied, and waits for nobody.
    var asksForApprovals = true
    /// What clients hear of by themselves.
    let news: RecentNews
    /// Of trading sessions, since the last batch.
    var sessionNews: [SessionNews] = []
    private var saidLater: [(HostCore) -> Void] = []
    /// Of host.yaml, in the engine's order.
    var breakers: [PlacedBreaker] = []
    var idempotency = IdempotencyTable()
    var trades: TradeBook
    var signals: SignalBook
    var bridge: Bridge
    var rebalances: RebalanceBook
    var models: ModelShelf
    /// The market's time.
    var lastPredictionAt: Timestamp?
    /// Signals that are still to be made.
    var signalWork: SignalWork
    let activity: Activity
    let logs = StrategyLogs()
    /// nil = nobody wants the session's events.
    var recorder: SessionRecorder?
    /// nil = the run is not recorded.
    var recording: RunRecording?

    // The journal, and what waits for its next commit.
    let journal: Journal
    /// What is answered while the journal does not work.
    let unsaved: UnsavedLog
    /// What the host before answered so and the journal does not have.
    let unsavedAnswers: [UnsavedLog.Entry]
    var notes: [HostFact] = []
    var trail = AuditTrail()
    private var waiting: [@Sendable (Result<Void, JournalError>) -> Void] = []
    /// The journal does not keep up or does not work: no new orders.
    private(set) var isJournalBlocked = false

    let revision = Revision()
    private(set) var eventCount: UInt64 = 0
    /// By the clock that never jumps.
    private(set) var lastEventAt: Int64 = 0
    private(set) var factCount: UInt64 = 0
    private(set) var marketTime: Timestamp
    let startTime: Timestamp
    private var nextMarks: Timestamp
    private var nextTending: Int64 = 0
    /// Of the newest turn.
    var clock: Int64 = 0
    var timing = TimingPlan()
    /// Of restarts that were begun.
    var restartNumber: UInt64 = 0
    /// Does work beside the engine thread and brings its outcome back as a command; nil = there is no such thread.
    var beside: (@Sendable (@escaping @Sendable () -> Mailbox.Command) -> Void)?
    /// What backtests of sessions run: this program.
    var backtestProgram = "/proc/self/exe"
    /// The market was moved on by hand: the pace goes on from where it is.
    var isClockMoved = false
    /// Scenarios since the start.
    var lastScenario = 0
    /// Somebody moves it on.
    var isForwarding = false
    private var isCheckpointDue = false
    /// A day has begun, so latches are set anew.
    private var areLatchesDue = false
    var isStopping = false
    /// Its strategies were stopped, for good.
    var isClosing = false

    init(_ start: HostStart) {
        universe = start.wiring.universe
        host = start.wiring.host
        folderPath = start.folderPath
        dataPath = start.dataPath
        wiring = start.wiring.withoutInstances
        limitOverrides = start.limitOverrides
        settings = HostSettings(start.recovered.hostSettings)
        sessions = SessionBook(running: start.session, lastNumber: start.recovered.lastSessionNumber)
        tracker = start.tracker
        lastOrderID = start.summary.orders
        stops = start.stops
        approvals = start.approvals
        trades = TradeBook(start.recovered.trades, lastNumber: start.recovered.lastTradeID)
        signals = SignalBook(
            start.recovered.signals, lastNumber: start.recovered.lastSignalID, bridged: start.recovered.bridge)
        bridge = Bridge(start)
        rebalances = RebalanceBook(
            start.recovered.rebalances, every: start.rebalanceSeconds, from: start.startTime)
        models = start.models
        lastPredictionAt = start.recovered.signals.last { $0.source != .test }?.generatedAt
        signalWork = SignalWork(start.wiring.host.signals, from: start.startTime)
        idempotency = IdempotencyTable(start.recovered.idempotency)
        feed = start.feed
        remap = start.remap
        strategies = start.strategies
        refused = start.wiring.refused
        catalog = start.catalog
        accounts = start.wiring.setup.accounts
        hostNames = HostNames(
            strategies: start.strategies.map(\.id), instruments: start.wiring.universe.instruments.map(\.id),
            accounts: start.wiring.setup.accounts.map(\.id),
            multipliers: start.wiring.universe.instruments.map(\.terms.multiplier),
            symbols: start.wiring.universe.instruments.map { $0.aliases.first ?? $0.id })
        activity = Activity(hostNames)
        let most = HostStart.recentMax
        orders = OrderHistory(newestFirst: start.recent.orders, most: most)
        fills = History(capacity: 50_000, newestFirst: start.recent.fills, most: most)
        denials = History(
            capacity: 5_000, newestFirst: start.recent.denials.map(hostNames.view(of:)), most: most)
        market = MarketHistory(feeds: start.wiring.universe.feeds)
        journal = start.journal
        news = RecentNews(lastSequence: start.journal.lastSequence)
        let unsaved = UnsavedLog(besides: start.journal.path)
        self.unsaved = unsaved
        unsavedAnswers = unsaved.left.filter { !start.recovered.has($0) }
        startTime = start.startTime
        marketTime = start.startTime
        nextMarks = start.startTime
        box = start.engine
        for slot in strategies.indices {
            keepLimits(strategy: slot)
            protect(slot)
        }
    }

    var isAtEnd: Bool { feed.isAtEnd }
    static let pieceEvents = 1 << 13
    /// Of the market, in one go.
    var eventsPerPieceMax = HostCore.pieceEvents

    // MARK: The market

    /// Takes events up to `time`, or about `eventsPerPieceMax` of them, whichever comes first; true when the market has got there.
    @discardableResult
    func advance(until time: Timestamp) -> Bool {
        // A delayed order goes out when it is due, not some pieces of the market later.
        let until = min(time, trades.nextDue ?? time)
        let (events, reached) = feed.next(until: until, most: eventsPerPieceMax)
        if let remap { rename(events, remap) }
        recorder?.take(events)
        recording?.takeMarket(events)
        sessions.collection?.take(events)
        runTimed(events)
        recording?.drain()
        market.take(events)
        eventCount += UInt64(events.count)
        if !events.isEmpty { lastEventAt = MonotonicClock.now }
        // Timers are due though nothing happens; a recording's clock stands still beyond its end.
        if reached.nanoseconds != .max { engine.advance(to: reached) }
        marketTime = engine.now
        sendDueTrades()
        judgeSignals()
        tendRebalances()
        if marketTime >= nextMarks {
            if !isJournalBlocked { engine.recordMarks() }
            if let equity = engine.equity(account: 0) {
                tracker.mark(
                    time: marketTime.nanoseconds, equity: equity.approximate, isOpen: holdsAnything(account: 0))
            }
            nextMarks = marketTime + Timestamp.nanosecondsPerSecond
        }
        return reached >= time
    }

    /// The feed numbers its instruments by itself; ours keep their numbers for as long as the journal lives.
    private func rename(_ events: UnsafeBufferPointer<EventRecord>, _ remap: [UInt32]) {
        let records = UnsafeMutableBufferPointer(mutating: events)
        for index in records.indices { records[index].instrument = remap[Int(records[index].instrument)] }
    }

    /// What people read, and the audit's words about it, can wait until the market has had its turn: the same batch has them.
    func sayLater(_ say: @escaping (HostCore) -> Void) { saidLater.append(say) }

    // MARK: Facts

    /// Ends a turn: what happened is shown to readers, and handed to the journal together with everyone who waits for it.
    func settle(clock: Int64) {
        engine.pollLate()
        recordCodes()
        recording?.drain()
        // A fault and what is done about it go into one batch.
        tendFaults(clock)
        takeBreakerNews()
        // A signal and its order go into one batch.
        tendBridge()
        take(engine.factLog)
        for say in saidLater { say(self) }
        saidLater.removeAll()
        // A checkpoint is the state after the last fact of its batch.
        if isCheckpointDue { noteCheckpoint() }
        let context = auditContext()
        let batch = JournalBatch(
            events: engine.factLog.events.compactCopy, findings: engine.factLog.findings.compactCopy, notes: notes,
            wallTime: Timestamp(nanoseconds: WallClock.now), audit: context)
        factCount += UInt64(batch.events.count)
        engine.clearFacts()
        notes.removeAll()
        let lines = engine.takeLines()
        signalWork.take(engine.takeSignals())
        activity.take(lines)
        logs.add(lines, names: hostNames.strategies)
        if areLatchesDue {
            areLatchesDue = false
            engine.reviewLatches()
        }
        if clock >= nextTending {
            nextTending = clock + 200_000_000
            tend()
            tendRecording(clock)
        }
        let told = tidings(of: batch)
        guard !batch.isEmpty || !waiting.isEmpty || !told.isEmpty else { return }
        if !batch.isEmpty || !told.isEmpty { revision.grow() }
        let replies = waiting
        waiting.removeAll()
        journal.append(batch) { [news] result in
            news.take(told, isDurable: (try? result.get()) != nil)
            for reply in replies { reply(result) }
        }
    }

    /// What of a batch clients hear of, once it is durable; the facts are shared, not copied.
    private func tidings(of batch: JournalBatch) -> RecentNews.Batch {
        let sessions = sessionNews
        sessionNews.removeAll()
        return RecentNews.Batch(
            events: batch.events, firstSequence: batch.events.isEmpty ? 0 : journal.lastSequence + 1,
            trades: batch.trades, signals: signals.takeFresh(), alerts: alerts.takeRaised(), sessions: sessions,
            names: hostNames)
    }

    /// Calls `reply` once everything up to now is durable; at once while the journal cannot take anything.
    func afterDurable(_ reply: @escaping @Sendable (Result<Void, JournalError>) -> Void) {
        if case .failing(let reason, _) = journal.status {
            reply(.failure(reason))
        } else {
            waiting.append(reply)
        }
    }

    private func take(_ log: FactLog) {
        activity.take(log)
        for event in log.events { take(event, log) }
        takeTrades(log)
        notes += trades.takeChanges().map(HostFact.trade)
        notes += signals.takeChanges().map(HostFact.signal)
        notes += rebalances.takeChanges().map(HostFact.rebalance)
    }

    private func take(_ event: TradingEvent, _ log: FactLog) {
        switch event {
        case .orderAccepted(let order):
            orders.accept(order)
            lastOrderID = max(lastOrderID, order.id)
        case .orderChanged(let order, let reason):
            orders.change(order)
            if reason == .triggerDenied, order.intent.isLeg {
                let stop = view(order)
                alerts.raise(.unprotected(stop), of: [stop.account], at: engine.now)
            }
        case .orderTrailed(let id, _, let stopPrice, _):
            guard var order = orders[id] else { return }
            order.intent.stopPrice = stopPrice
            orders.change(order)
        case .orderFilled(let fill): fills.append(fill)
        case .orderDenied(let denial):
            let view = hostNames.view(of: denial, log.findings[denial.findings].compactCopy)
            denials.append(view)
            alerts.raise(.denied(view), of: [view.account], at: engine.now)
            if denial.intent.origin == .strategy, denial.orderID == 0 {
                requestApproval(
                    denial.intent, view.findings, sender: "strategy \(strategies[Int(denial.intent.strategy)].id)",
                    channel: "strategy")
            }
        case .dayStarted: areLatchesDue = true
        case .accountReset(0, let balance, _):
            tracker = PerformanceTracker(openingEquity: balance.approximate, dayOffset: accounts[0].terms.dayOffset)
        case .dailyLossExceeded(let breach):
            let index = Int(breach.index)
            let isStrategy = breach.scope == .strategy
            let account = isStrategy ? accountID(ofStrategy: index) : accounts[index].id
            alerts.raise(.lossLimit(isStrategy ? strategies[index].id : account), of: [account], at: breach.time)
        case .programBreached(let breach):
            let account = accounts[Int(breach.account)].id
            alerts.raise(.lossLimit(account), of: [account], at: breach.time)
        case .runawayLatched(let latch) where latch.isLatched:
            let slot = Int(latch.strategy)
            alerts.raise(.runaway(strategies[slot].id, latch), of: [accountID(ofStrategy: slot)], at: latch.time)
        default: break
        }
    }

    /// Writes the whole state with the facts of this turn: recovery begins with the newest one.
    func requestCheckpoint() { isCheckpointDue = true }

    private func noteCheckpoint() {
        guard !isJournalBlocked else { return }
        isCheckpointDue = false
        saveMemories()
        notes.append(.checkpoint(engine: engine.snapshot(), extra: tracker.stored, time: engine.now))
    }

    // MARK: Looking after things

    /// A few times a second: the file STOP, the journal's health.
    private func tend() {
        watchStopFile()
        let isFailing = if case .failing = journal.status { true } else { false }
        let load = journal.load
        // Once blocked, it takes a good deal of room before orders pass again.
        let isBlocked = isFailing || load > (isJournalBlocked ? 0.4 : 0.8)
        if isBlocked != isJournalBlocked {
            isJournalBlocked = isBlocked
            if isBlocked { alerts.raise(.journalBlocked(isFailing: isFailing), of: [], at: engine.now) }
            engine.blockOrders(isBlocked)
        }
        endClosings()
        tendCollection()
        tendSignals()
        expireApprovals()
        forgetUnsaved()
        // What a worker is started again with; nobody waits for it.
        for record in strategies { record.instance?.requestState() }
    }
}

extension JournalBatch {
    var isEmpty: Bool { events.isEmpty && notes.isEmpty }

    fileprivate var trades: [TradeRecord] {
        notes.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    }
}
