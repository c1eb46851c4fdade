public import CStrategyABI

/// What a strategy sees and does besides its own memory: the time, its instrument and position, orders, timers, log.
/// It is lent to each callback.
@frozen public struct Context: ~Copyable {
    @usableFromInline let book: UnsafeMutablePointer<Book>
    @usableFromInline let records: UnsafeMutablePointer<strategy_intent_v1_t>
    @usableFromInline let intents: UnsafeMutablePointer<strategy_intents_v1_t>

    /// The record that is being handled.
    @usableFromInline var event: UnsafePointer<strategy_event_v1_t>

    /// The time of the event.
    @inlinable public var now: Timestamp { Timestamp(nanoseconds: event.pointee.time) }

    /// The instrument that the callback is about.
    @usableFromInline var current: InstrumentIndex
    @inlinable public var instrumentIndex: InstrumentIndex { current }

    @inlinable @inline(__always)
    init(
        book: UnsafeMutablePointer<Book>, event: UnsafePointer<strategy_event_v1_t>,
        intents: UnsafeMutablePointer<strategy_intents_v1_t>,
        records: UnsafeMutablePointer<strategy_intent_v1_t>
    ) {
        self.book = book
        self.records = records
        self.intents = intents
        self.event = event
        current = 0
    }

    /// Facts of the callback's instrument: tick, lot, id.
    public var instrument: InstrumentFacts { book.pointee.instruments[Int(current)] }

    /// Smallest price step of the callback's instrument.
    public var tick: Price { book.pointee.instruments[Int(current)].tick }
    /// Smallest quantity step of the callback's instrument.
    public var lot: Quantity { book.pointee.instruments[Int(current)].lot }

    /// Facts of any instrument; nil for an unknown index.
    public func instrument(_ index: InstrumentIndex) -> InstrumentFacts? {
        index < book.pointee.instrumentCount ? book.pointee.instruments[Int(index)] : nil
    }

    /// All instruments that the strategy is bound to.
    public var instruments: [InstrumentIndex] {
        (0..<book.pointee.instrumentCount).filter { book.pointee.slot(of: $0) >= 0 }
    }

    /// The strategy's own position in the callback's instrument.
    @inlinable public var position: Position { book.pointee.positions[Int(current)] }

    /// The strategy's own position; flat for an unknown instrument.
    @inlinable public func position(in index: InstrumentIndex) -> Position {
        index < book.pointee.instrumentCount ? book.pointee.positions[Int(index)] : Position()
    }

    /// How many of the strategy's orders in the callback's instrument have not ended.
    @inlinable public var workingOrderCount: Int { book.pointee.workingCounts[Int(current)] }

    /// All orders in the callback's instrument that have not ended, oldest first.
    public var workingOrders: [WorkingOrder] { book.pointee.orders.filter { $0.instrument == current } }

    /// An order that has not ended.
    public func order(_ tag: OrderTag) -> WorkingOrder? { book.pointee.order(tag) }

    /// For `SeededRandom`: the same in a replay of the session.
    public var seed: UInt64 { book.pointee.seed }
}
