/// A strategy value, and which instrument it is for.
@usableFromInline
struct Slot<S: Strategy> {
    @usableFromInline var strategy: S
    /// With scope `allInstruments` the first bound one: the context's instrument in callbacks without their own.
    @usableFromInline let instrument: InstrumentIndex
    @usableFromInline var isStarted = false
    @usableFromInline var parametersChanged = false

    init(_ strategy: S, instrument: InstrumentIndex) {
        self.strategy = strategy
        self.instrument = instrument
    }
}

/// What a `strategy_instance_t *` of this kit points to. The book comes first, so that functions that do not know `S`
/// find it.
@usableFromInline
struct Instance<S: Strategy> {
    @usableFromInline var book: Book
    @usableFromInline let slots: UnsafeMutablePointer<Slot<S>>
    @usableFromInline let slotCount: Int
}
