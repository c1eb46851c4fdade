import CStrategyABI
import Controls
import Portfolio
import Trading

/// What accounts' compliance programs ask for, and what has happened as far as they have to remember it.
struct ComplianceBook: ~Copyable {
    let terms: FixedBuffer<ComplianceTerms>
    /// Account × instrument. In raw memory, so that an order counts no references.
    let rules: UnsafeMutableBufferPointer<InstrumentRules>
    /// By the number of a group.
    var groupSums: FixedBuffer<GroupSum>
    /// By account: when nothing may be opened.
    let flatWindows: [[TradingSchedule]]
    /// By account: its program has rules of its own.
    let hasRules: FixedBuffer<Bool>
    var openingBalances: FixedBuffer<Money>
    /// By account: its owner has no other.
    let isAlone: FixedBuffer<Bool>
    var memories: FixedBuffer<ComplianceMemory>
    /// When an account last took from a market, by account × instrument × side.
    private var takes: FixedBuffer<Timestamp>
    private let instrumentCount: Int
    /// Equity below which an account has broken its program's limit for the day, or in total.
    var dayFloors: FixedBuffer<Money>
    var totalFloors: FixedBuffer<Money>
    /// Some program has to remember what happens; some has a limit on losses; some has to know of each day.
    let remembers: Bool
    let hasLossLimits: Bool
    let watchesDays: Bool
    static let noFloor = Money(raw: .min)
    static let never = Timestamp(nanoseconds: .min)

    init(_ setup: EngineSetup) {
        let programs = setup.accounts.map(\.program)
        let count = programs.count
        terms = FixedBuffer(programs)
        rules = InstrumentRules.table(setup)
        groupSums = FixedBuffer(
            count: setup.accounts.reduce(0) { $0 + $1.tables.groupCount }, repeating: GroupSum())
        flatWindows = setup.accounts.map(\.tables.flatWindows)
        hasRules = FixedBuffer(programs.map(\.hasRules))
        openingBalances = FixedBuffer(setup.accounts.map(\.terms.openingBalance))
        isAlone = FixedBuffer(
            setup.accounts.map { account in setup.accounts.count { $0.owner == account.owner } == 1 })
        memories = FixedBuffer(count: count, repeating: ComplianceMemory())
        instrumentCount = setup.instruments.count
        takes = FixedBuffer(count: count * instrumentCount * 2, repeating: ComplianceBook.never)
        dayFloors = FixedBuffer(count: count, repeating: ComplianceBook.noFloor)
        totalFloors = FixedBuffer(count: count, repeating: ComplianceBook.noFloor)
        remembers = programs.contains(where: \.remembers)
        hasLossLimits = programs.contains(where: \.hasLossLimits)
        watchesDays = programs.contains { $0.hasLossLimits || $0.bestDayShareMax != nil }
    }

    deinit {
        rules.deinitialize()
        rules.deallocate()
    }

    func lastTake(account: Int, instrument: Int, _ side: Side) -> Timestamp { takes[place(account, instrument, side)] }

    mutating func take(_ side: Side, account: Int, instrument: Int, at time: Timestamp) {
        takes[place(account, instrument, side)] = time
    }

    private func place(_ account: Int, _ instrument: Int, _ side: Side) -> Int {
        (account * instrumentCount + instrument) * 2 + (side == .buy ? 0 : 1)
    }

    /// What the total drawdown of an account is measured from.
    func drawdownStart(_ account: Int) -> Money {
        let opening = openingBalances[account]
        return terms[account].trailsDrawdown ? max(opening, memories[account].highestStart ?? opening) : opening
    }

    /// Counts, then each account with its instruments.
    func encode(into writer: inout ByteWriter) {
        writer.put(UInt8(1))
        writer.put(count: memories.count)
        writer.put(count: instrumentCount)
        for account in 0..<memories.count {
            memories[account].encode(into: &writer)
            for place in 0..<(instrumentCount * 2) { writer.put(takes[account * instrumentCount * 2 + place]) }
        }
    }

    mutating func decode(from reader: inout ByteReader) throws(CodingFault) {
        guard try reader.number(UInt8.self) == 1 else { throw reader.fault("unknown form of compliance") }
        let accounts = try reader.count(of: ComplianceMemory.size)
        let instruments = try reader.count(of: 1)
        guard accounts <= memories.count, instruments <= instrumentCount else {
            throw reader.fault("compliance of \(accounts) accounts and \(instruments) instruments")
        }
        for account in 0..<accounts {
            memories[account] = try ComplianceMemory(from: &reader)
            for place in 0..<(instruments * 2) {
                takes[account * instrumentCount * 2 + place] = try reader.instantOrNever()
            }
        }
    }
}

// MARK: - What happened

extension Engine {
    /// Writes a fact down that compliance programs may have to remember.
    @inline(__always)
    mutating func record(_ event: TradingEvent) {
        facts.append(event)
        if compliance.remembers { remember(event) }
    }

    /// The same for facts as they happen and as the journal brings them back.
    @inline(never)
    mutating func remember(_ event: TradingEvent) {
        switch event {
        case .orderAccepted(let order): countMessage(order)
        case .orderChanged(let order, .modified): countMessage(order)
        case .orderChanged(let order, .cancelRequested):
            countMessage(order)
            rememberCancel(order)
        case .orderFilled(let fill):
            let account = Int(fill.account)
            pass(account, to: fill.time)
            compliance.memories[account].fills += 1
            if fill.liquidity == .taker {
                compliance.take(fill.side, account: account, instrument: Int(fill.instrument), at: fill.time)
            }
        case .roundTripClosed(let trip):
            let account = Int(slots[Int(trip.strategy)].account)
            pass(account, to: trip.exitTime)
            let offset = accounts[account].dayOffset
            if trip.entryTime.day(offset: offset) == trip.exitTime.day(offset: offset) {
                compliance.memories[account].addDayTrade()
            }
        case .dayStarted(let start) where start.scope == .account:
            compliance.memories[Int(start.index)].start(start)
        case .programBreached(let breach):
            pass(Int(breach.account), to: breach.time)
            compliance.memories[Int(breach.account)].close(breach.rule == .totalDrawdown ? .total : .day)
        case .programReleased(let account, _): compliance.memories[Int(account)].release()
        case .accountReset(let account, _, _): compliance.memories[Int(account)] = ComplianceMemory()
        default: return
        }
    }

    private mutating func pass(_ account: Int, to time: Timestamp) {
        compliance.memories[account].pass(to: time.day(offset: accounts[account].dayOffset))
    }

    private mutating func countMessage(_ order: Order) {
        guard !order.intent.isHostSent else { return }
        let account = Int(order.account)
        pass(account, to: order.updatedAt)
        compliance.memories[account].messages += 1
    }

    private mutating func rememberCancel(_ order: Order) {
        let account = Int(order.account)
        guard let spoofing = compliance.terms[account].spoofing, order.intent.kind.hasLimitPrice, !order.isDormant,
            !order.intent.isHostSent, order.filled == .zero,
            Int128(order.updatedAt.nanoseconds) - Int128(order.submittedAt.nanoseconds)
                < Int128(spoofing.restNanoseconds),
            spoofing.isLarge(
                order.intent.quantity, at: order.intent.price,
                multiplier: instruments[Int(order.intent.instrument)].multiplier)
        else { return }
        compliance.memories[account].addQuickCancel(at: order.updatedAt)
    }
}

// MARK: - The program's own limits on losses

extension Engine {
    /// After a day's start, a release and a change of what a day started with.
    mutating func reviewProgramFloors() {
        guard compliance.hasLossLimits else { return }
        for account in 0..<accounts.count {
            let terms = compliance.terms[account]
            compliance.dayFloors[account] = ComplianceBook.noFloor
            compliance.totalFloors[account] = ComplianceBook.noFloor
            let totals = days.totals(.account, account)
            let lock = programLock(account)
            if lock == .none, totals.isKnown {
                let start = totals.start(terms.dailyLossBase)
                if let most = terms.dailyLoss.amount(of: start) { compliance.dayFloors[account] = start - most }
            }
            let start = compliance.drawdownStart(account)
            if lock != .total, let most = terms.drawdown.amount(of: start) {
                compliance.totalFloors[account] = start - most
            }
        }
    }

    /// A day's lock ends with the account's day.
    func programLock(_ account: Int) -> OrderContext.Program.Lock {
        let memory = compliance.memories[account]
        guard memory.lock == .day else { return memory.lock }
        return memory.day == now.day(offset: accounts[account].dayOffset) ? .day : .none
    }

    /// After a mark: an account that has lost too much is locked.
    mutating func checkProgramLosses() {
        for account in 0..<accounts.count {
            let floor = max(compliance.dayFloors[account], compliance.totalFloors[account])
            guard floor != ComplianceBook.noFloor, let equity = ledger.equity(account: account), equity < floor else {
                continue
            }
            let terms = compliance.terms[account]
            if equity < compliance.totalFloors[account] {
                let start = compliance.drawdownStart(account)
                breach(.totalDrawdown, account, start - equity, start - compliance.totalFloors[account])
            }
            if equity < compliance.dayFloors[account] {
                let start = days.totals(.account, account).start(terms.dailyLossBase)
                breach(.programDailyLoss, account, start - equity, start - compliance.dayFloors[account])
            }
            reviewProgramFloors()
        }
    }

    private mutating func breach(_ rule: RuleID, _ account: Int, _ loss: Money, _ limit: Money) {
        record(
            .programBreached(
                ProgramBreach(account: Int32(account), rule: rule, loss: loss, limit: limit, time: now)))
    }

    /// An admin opens an account that its program has locked; false when it was not. What is beyond its limit still is locked
    /// again with the next mark.
    @discardableResult
    public mutating func releaseProgram(account: Int) -> Bool {
        guard compliance.hasLossLimits, programLock(account) != .none else { return false }
        record(.programReleased(account: Int32(account), time: now))
        reviewProgramFloors()
        return true
    }
}
