public import CStrategyABI

/// A perpetual has paid its funding. Valid during the callback.
@frozen public struct Funding {
    @usableFromInline let record: UnsafePointer<strategy_funding_v1_t>

    @usableFromInline init(_ event: UnsafePointer<strategy_event_v1_t>) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_funding_v1_t.self)
    }

    public var instrument: InstrumentIndex { record.pointee.instrument }
    /// When it was due.
    public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    /// Of the position's value, in 1e-9; above zero longs pay shorts.
    public var rate: Int64 { record.pointee.rate }
    /// What your position received, in 1e-8 of the quote currency; negative = paid, 0 = you hold nothing.
    public var amount: Int64 { record.pointee.amount }
    /// When it pays again; nil = it is not known.
    public var nextTime: Timestamp? {
        record.pointee.next_time == 0 ? nil : Timestamp(nanoseconds: record.pointee.next_time)
    }
}
