import CStrategyABI
public import Portfolio
import Trading

// What positions pay for being held: funding at an instrument's funding times, borrow at the end of the account's day.
// A moment is booked as soon as the clock has passed it, at the position and the mark that everything up to and with that
// moment left, before anything later happens. So a moment before `now` is always booked, one at `now` or later never is,
// and no recovery has to remember how far it was.

/// Who pays what, and when next.
struct FinancingBook {
    /// By instrument; nil = it has no funding.
    private let funding: [FundingTerms?]
    /// Account × instrument: of a year; zero = it costs nothing.
    private let borrowRates: [Rate]
    /// By account: when its day starts, in nanoseconds after midnight UTC.
    private let dayOffsets: [Int64]
    /// By account: some short of it pays.
    private let hasBorrow: [Bool]
    /// Something costs something at some time.
    let isOn: Bool
    /// The earliest moment that is not booked; the first instant of all while the clock has not begun, far in the future where
    /// nothing costs anything.
    var nextDue: Timestamp
    /// The newest payment of a journal: a stop may have cut off others of its moment.
    var last: Financing?

    init(_ setup: EngineSetup) {
        funding = setup.instruments.indices.map { setup.funding[$0] }
        borrowRates = setup.accounts.flatMap { account in
            setup.instruments.indices.map { instrument in
                let isLent = setup.instruments[instrument].terms.settlement == .cash
                return setup.borrowRates[instrument] ?? (isLent ? account.borrowRate : .zero)
            }
        }
        dayOffsets = setup.accounts.map(\.terms.dayOffset)
        let count = setup.instruments.count
        let rates = borrowRates
        hasBorrow = setup.accounts.indices.map { account in
            rates[(account * count)..<((account + 1) * count)].contains { $0 != .zero }
        }
        isOn = hasBorrow.contains(true) || !setup.funding.isEmpty
        nextDue = Timestamp(nanoseconds: isOn ? .min : .max)
    }

    /// The first moment at or after `time`.
    func due(from time: Timestamp) -> Timestamp {
        var next = Timestamp(nanoseconds: .max)
        for terms in funding { next = min(next, terms?.due(from: time) ?? next) }
        for account in hasBorrow.indices where hasBorrow[account] { next = min(next, dayStart(account, from: time)) }
        return next
    }

    func fundingRate(_ instrument: Int, at time: Timestamp) -> Rate? { funding[instrument]?.rate(at: time) }

    /// When the instrument pays again after `time`; nil = it is not known.
    func nextFunding(_ instrument: Int, after time: Timestamp) -> Timestamp? {
        funding[instrument]?.due(from: time + 1)
    }

    /// nil = the account's day does not end at `time`, or a short costs nothing.
    func borrowRate(_ account: Int, _ instrument: Int, at time: Timestamp) -> Rate? {
        let rate = borrowRates[account * funding.count + instrument]
        return rate != .zero && dayStart(account, from: time) == time ? rate : nil
    }

    private func dayStart(_ account: Int, from time: Timestamp) -> Timestamp {
        let before = Timestamp(nanoseconds: time.nanoseconds.subtractingReportingOverflow(1).partialValue)
        return before.dayEnd(offset: dayOffsets[account])
    }
}

extension Engine {
    /// Books every moment before `time`, and leaves the clock behind the last of them. Strategies hear of one before the next
    /// is booked: what they do about it is later than it.
    mutating func bookFinancing(before time: Timestamp) {
        while financing.nextDue < time {
            let hasBegun = financing.nextDue.nanoseconds > .min
            guard hasBegun, ledger.isAnyOpen || isFundingWanted else {
                financing.nextDue = financing.due(from: time)
                return
            }
            now = financing.nextDue
            turnDays()
            bookFunding()
            bookBorrow()
            now = now + 1
            financing.nextDue = financing.due(from: now)
            if hasAnswers { deliverAnswers() }
            // What they have set for a time before the next moment.
            fireTimers(until: min(time, financing.nextDue))
        }
    }

    /// Some strategy hears of funding whether anybody holds something or not.
    private var isFundingWanted: Bool { slots.contains { $0.isEnabled && $0.wantsFunding } }

    private mutating func bookFunding() {
        for instrument in 0..<instruments.count {
            guard let rate = financing.fundingRate(instrument, at: now) else { continue }
            for strategy in slots.indices {
                let paid = book(.funding, strategy, instrument, rate)
                let isHeld = ledger.held(strategy: strategy, instrument: instrument) != .zero
                guard isHeld || (slots[strategy].wantsFunding && isBound(strategy, UInt32(instrument))) else {
                    continue
                }
                let next = financing.nextFunding(instrument, after: now)
                answer(strategy, .funding(UInt32(instrument), rate: rate, paid: paid, next: next, at: now))
            }
        }
    }

    private mutating func bookBorrow() {
        for instrument in 0..<instruments.count {
            for strategy in slots.indices {
                let account = Int(slots[strategy].account)
                guard ledger.held(strategy: strategy, instrument: instrument) < .zero,
                    let rate = financing.borrowRate(account, instrument, at: now)
                else { continue }
                book(.borrow, strategy, instrument, rate)
            }
        }
    }

    /// Returns what was paid; zero when nothing is held. After a recovery, what the journal has is not paid again.
    @discardableResult
    private mutating func book(_ kind: FinancingKind, _ strategy: Int, _ instrument: Int, _ rate: Rate) -> Money {
        let held = ledger.held(strategy: strategy, instrument: instrument)
        guard held != .zero, rate != .zero else { return .zero }
        guard
            let payment = Financing(
                kind, strategy: Int32(strategy), account: slots[strategy].account, instrument: UInt32(instrument),
                rate: rate, quantity: held, mark: ledger.mark(instrument),
                multiplier: instruments[instrument].multiplier, time: now)
        else { preconditionFailure("\(kind.name) of \(held) × \(ledger.mark(instrument)) is beyond Int128") }
        if let last = financing.last, last.time == now, !payment.isAfter(last) { return payment.paid }
        ledger.apply(payment)
        facts.append(.financed(payment))
        return payment.paid
    }

    mutating func replayFinanced(_ payment: Financing) throws(RecoveryFault) {
        if let last = financing.last, last.time > payment.time || (last.time == payment.time && !payment.isAfter(last))
        {
            throw RecoveryFault("\(payment) after \(last)")
        }
        try ledger.replay(payment)
        financing.last = payment
    }

    /// No moment before the clock of a recovery is paid again; one at it is, but for what the journal has of it.
    mutating func resumeFinancing() {
        if now.nanoseconds != 0 { financing.nextDue = financing.due(from: now) }
    }

    /// What a strategy's positions in an instrument have paid for being held, in the quote currency.
    public func financing(strategy: Int, instrument: Int) -> FinancingTotals {
        ledger.financing(strategy: strategy, instrument: instrument)
    }

    /// Holding a position may cost something here.
    public var hasFinancing: Bool { financing.isOn }
}

extension StrategySlot {
    fileprivate var wantsFunding: Bool { interest.events & EventType.funding.mask != 0 }
}
