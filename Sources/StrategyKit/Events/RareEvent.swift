public import CStrategyABI

/// An event that is no market data, read once and already entered into the book.
@usableFromInline
enum RareEvent {
    case order(OrderUpdate)
    case denial(Denial)
    case position(Position)
    case funding(Funding)
    case timer(TimerTag)
    case parameters
    case status(StatusChange)
    case unknown

    @usableFromInline
    init(
        _ event: UnsafePointer<strategy_event_v1_t>, more: UnsafePointer<strategy_event_v1_t>?, book: inout Book
    ) {
        let type = Int(event.pointee.type)
        switch type {
        case STRATEGY_EVENT_ORDER, STRATEGY_EVENT_EXTERNAL_ORDER:
            let update = OrderUpdate(event, more: more)
            book.apply(update)
            self = .order(update)
        case STRATEGY_EVENT_DENIAL:
            let denial = Denial(event)
            book.apply(denial)
            self = .denial(denial)
        case STRATEGY_EVENT_POSITION:
            let position = Position(
                UnsafeRawPointer(event).assumingMemoryBound(to: strategy_position_v1_t.self).pointee)
            book.apply(position, instrument: event.pointee.instrument)
            self = .position(position)
        case STRATEGY_EVENT_TIMER:
            let record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_timer_v1_t.self)
            self = .timer(TimerTag(raw: record.pointee.timer_id))
        case STRATEGY_EVENT_FUNDING: self = .funding(Funding(event))
        case STRATEGY_EVENT_PARAMETER: self = .parameters
        default:
            let record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_status_v1_t.self)
            if type == STRATEGY_EVENT_SESSION, record.pointee.code == 0 { book.beginSession() }
            self = StatusChange(type: type, code: record.pointee.code).map(RareEvent.status) ?? .unknown
        }
    }

    @usableFromInline var timer: TimerTag? {
        if case .timer(let tag) = self { tag } else { nil }
    }

    /// It concerns every value of the strategy, whatever its instrument.
    @usableFromInline var isForAll: Bool {
        switch self {
        case .parameters, .status(.trading), .status(.session): true
        default: false
        }
    }

    @inlinable
    func deliver<S: Strategy>(to strategy: inout S, _ context: inout Context) {
        switch self {
        case .order(let update): strategy.onOrder(update, &context)
        case .denial(let denial): strategy.onDenial(denial, &context)
        case .position(let position): strategy.onPosition(position, &context)
        case .funding(let funding): strategy.onFunding(funding, &context)
        case .timer(let tag): strategy.onTimer(tag.id, &context)
        case .parameters: strategy.onParameters(&context)
        case .status(let change): strategy.onStatus(change, &context)
        case .unknown: break
        }
    }
}
