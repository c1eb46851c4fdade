/// What happened, in the past tense: the facts that a journal keeps and a state hash covers.
public enum TradingEvent: Sendable, BitwiseCopyable {
    case orderAccepted(Order)
    case orderDenied(Denial)
    /// The order as it is now, and why it changed.
    case orderChanged(Order, OrderReason)
    case orderFilled(Fill)
    case roundTripClosed(RoundTrip)
    case tradingStateChanged(scope: LimitScope, index: Int32, state: TradingState, time: Timestamp)
    /// Intents that could not be taken at all, `count` of them for the same fault.
    case intentRefused(strategy: Int32, type: UInt16, fault: IntentFault, count: Int32, time: Timestamp)
    /// What an instrument is valued at: written down now and then at the host's wish, and before what hangs on it – a round
    /// trip at a quoted rate, the pardon of a day's loss; never by the market itself.
    case priceMarked(instrument: UInt32, price: Price, time: Timestamp)
    /// A limit order met its first event and rests from then on; written down together with the marks.
    case orderRested(id: UInt64, instrument: UInt32, time: Timestamp)
    /// A trailing stop's trigger has moved; written down together with the marks.
    case orderTrailed(id: UInt64, instrument: UInt32, stopPrice: Price, time: Timestamp)
    /// A simulated account begins anew with this cash: nothing is held, nothing works, nothing was won or lost.
    case accountReset(account: Int32, balance: Money, time: Timestamp)
    /// A position has paid, or was paid, for being held.
    case financed(Financing)
    /// An account's day has turned: one for the account, one for each of its strategies.
    case dayStarted(DayStart)
    case dailyLossExceeded(DailyLossBreach)
    /// As `priceMarked`: now and then, and before a denial that hangs on it.
    case equityPeaked(EquityPeak)
    case runawayLatched(RunawayLatch)
    /// Stands before the order's acceptance or change.
    case orderWarned(OrderWarning)
    /// An account's compliance program has locked it; what only reduces goes on.
    case programBreached(ProgramBreach)
    /// An admin has opened it again.
    case programReleased(account: Int32, time: Timestamp)
}

extension TradingEvent {
    /// When it happened.
    public var time: Timestamp {
        switch self {
        case .orderAccepted(let order), .orderChanged(let order, _): order.updatedAt
        case .orderDenied(let denial): denial.time
        case .orderFilled(let fill): fill.time
        case .roundTripClosed(let trip): trip.exitTime
        case .financed(let financing): financing.time
        case .dayStarted(let start): start.time
        case .dailyLossExceeded(let breach): breach.time
        case .equityPeaked(let peak): peak.time
        case .runawayLatched(let latch): latch.time
        case .orderWarned(let warning): warning.time
        case .programBreached(let breach): breach.time
        case .tradingStateChanged(_, _, _, let time), .intentRefused(_, _, _, _, let time),
            .priceMarked(_, _, let time),
            .orderRested(_, _, let time), .orderTrailed(_, _, _, let time), .programReleased(_, let time),
            .accountReset(_, _, let time):
            time
        }
    }
}

public enum TradingState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case active = 0
    /// Only orders that shrink a position.
    case reducing = 1
    case halted = 2
    public var name: String {
        switch self {
        case .active: "active"
        case .reducing: "reducing"
        case .halted: "halted"
        }
    }
}

/// What was wrong with a record that a plugin wrote.
public enum IntentFault: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case unknownType, moreWithoutHead, tooManyMore, unknownInstrument, instrumentNotBound, badSide, badKind
    case badTimeInForce, badOption, negativeQuantity, zeroTag, tooManyIntents, countBeyondCapacity, badConsumedCount
    case badTimer, badText, intentLoop, badSignal, workerEnded, manyRefused

    public var text: String {
        switch self {
        case .unknownType: "unknown intent type"
        case .moreWithoutHead: "a MORE record without a record before it that announces one"
        case .tooManyMore: "more than 16 MORE records, or one announced and missing"
        case .unknownInstrument: "unknown instrument"
        case .instrumentNotBound: "an instrument that the strategy is not bound to"
        case .badSide: "side is neither buy nor sell"
        case .badKind: "unknown order kind"
        case .badTimeInForce: "unknown time in force"
        case .badOption: "unknown option bit"
        case .negativeQuantity: "quantity, price or stop price is negative"
        case .zeroTag: "tag 0 names no order"
        case .tooManyIntents: "more intents in one event than the host takes"
        case .countBeyondCapacity: "an intent count beyond the buffer's capacity"
        case .badConsumedCount: "a consumed count of 0 or beyond the block"
        case .badTimer: "a timer that is not in the future, or too many timers"
        case .badText: "text that is not UTF-8"
        case .intentLoop: "intents in answer to every verdict, or timers, without end"
        case .badSignal: "a signal whose strength is not within −1…1, or whose price is negative"
        case .manyRefused: "1,000 intents in a row that cannot be taken"
        case .workerEnded: "nothing: its worker is out of service"
        }
    }
}
