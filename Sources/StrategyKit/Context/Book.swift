import CStrategyABI

/// What an instance knows besides the strategy's own memory: instruments, positions, working orders. It lives in raw
/// memory, first in the instance, so that the event path reads it without a reference count or an exclusivity check.
@usableFromInline
struct Book {
    /// Who made the instance; lives as long as the library.
    let kind: Unmanaged<StrategyKind>
    @usableFromInline let instrumentCount: UInt32
    @usableFromInline let instruments: UnsafeMutablePointer<InstrumentFacts>
    /// By instrument: which slot sees it, −1 = none.
    @usableFromInline let slotOfInstrument: UnsafeMutablePointer<Int32>
    /// The same as addresses of `Slot<S>`, for the event path.
    @usableFromInline let addressOfInstrument: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    @usableFromInline let positions: UnsafeMutablePointer<Position>
    @usableFromInline let workingCounts: UnsafeMutablePointer<Int>
    /// How many features the strategy names, and their values: instrument × feature, not a number where there is none.
    let featureCount: Int
    let features: UnsafeMutablePointer<Double>
    /// Something waits for the next block: a start, changed parameters, lines to log.
    @usableFromInline var needsAttention = true
    @usableFromInline var logLevel = LogLevel.info
    let seed: UInt64
    /// How often a copy was made of the strategies, counted from 1: a ring that has just been made has to look.
    @usableFromInline var snapshots: UInt64 = 1
    /// Ids of the instruments.
    let names: [String]
    var nextTag: UInt64 = 1
    var dropped: UInt64 = 0
    var orders: [WorkingOrder] = []
    /// Entries with brackets, until their legs are done.
    var brackets: [Bracket] = []
    /// Known before the session began, and not told since that they work.
    var formerOrders: [WorkingOrder] = []
    /// Lines that could not be logged where they arose.
    var notes: [String] = []

    init<S>(
        kind: StrategyKind, instruments facts: [InstrumentFacts], slotOfInstrument indices: [Int32],
        slots: UnsafeMutablePointer<Slot<S>>, seed: UInt64, featureCount: Int
    ) {
        self.kind = Unmanaged.passUnretained(kind)
        self.seed = seed
        names = facts.map(\.id)
        instrumentCount = UInt32(facts.count)
        instruments = .allocate(capacity: facts.count)
        slotOfInstrument = .allocate(capacity: facts.count)
        addressOfInstrument = .allocate(capacity: facts.count)
        positions = .allocate(capacity: facts.count)
        workingCounts = .allocate(capacity: facts.count)
        for (index, fact) in facts.enumerated() {
            (instruments + index).initialize(to: fact)
            (slotOfInstrument + index).initialize(to: indices[index])
            (addressOfInstrument + index).initialize(to: indices[index] < 0 ? nil : slots + Int(indices[index]))
        }
        positions.initialize(repeating: Position(), count: facts.count)
        workingCounts.initialize(repeating: 0, count: facts.count)
        self.featureCount = featureCount
        features = .allocate(capacity: facts.count * featureCount)
        features.initialize(repeating: .nan, count: facts.count * featureCount)
        orders.reserveCapacity(64)
    }

    func deallocate() {
        instruments.deinitialize(count: Int(instrumentCount))
        instruments.deallocate()
        slotOfInstrument.deallocate()
        addressOfInstrument.deallocate()
        positions.deallocate()
        workingCounts.deallocate()
        features.deallocate()
    }

    /// The slot that sees `instrument`, −1 when the strategy is not bound to it.
    @usableFromInline
    func slot(of instrument: UInt32) -> Int {
        instrument < instrumentCount ? Int(slotOfInstrument[Int(instrument)]) : -1
    }

    // MARK: Working orders

    func order(_ tag: OrderTag) -> WorkingOrder? { orders.first { $0.tag == tag } }

    mutating func add(_ order: WorkingOrder) {
        orders.append(order)
        workingCounts[Int(order.instrument)] += 1
    }

    mutating func change(_ tag: OrderTag, _ body: (inout WorkingOrder) -> Void) {
        guard let index = orders.firstIndex(where: { $0.tag == tag }) else { return }
        body(&orders[index])
    }

    mutating func end(_ tag: OrderTag) {
        guard let index = orders.firstIndex(where: { $0.tag == tag }) else { return }
        workingCounts[Int(orders.remove(at: index).instrument)] -= 1
    }

    // MARK: What the host reports

    /// The host has put this instance to work. Its memory may be older than that, so that of the orders in it those work that
    /// the host names after this.
    mutating func beginSession() {
        formerOrders = orders
        orders.removeAll(keepingCapacity: true)
        brackets.removeAll()
        workingCounts.update(repeating: 0, count: Int(instrumentCount))
    }

    /// An order that is not known works: one from before the session, or one that was sent after the memory was saved.
    private mutating func recall(_ update: OrderUpdate) {
        guard order(update.tag) == nil, update.instrument < instrumentCount else { return }
        if let index = formerOrders.firstIndex(where: { $0.tag == update.tag }) {
            add(formerOrders.remove(at: index))
        } else if update.reason == .unspecified, let side = update.side {
            add(
                WorkingOrder(
                    tag: update.tag, instrument: update.instrument, side: side, quantity: update.filledQuantity,
                    limitPrice: .zero, stopPrice: .zero))
        }
        nextTag = max(nextTag, update.tag.raw &+ 1)
    }

    @usableFromInline
    mutating func apply(_ update: OrderUpdate) {
        if update.isExternal { return }
        if !brackets.isEmpty { follow(update) }
        if update.state.isTerminal || update.reason == .unknownOrder { return end(update.tag) }
        recall(update)
        change(update.tag) { order in
            order.isAccepted = order.isAccepted || update.state != .pending
            order.filled = update.filledQuantity
            if update.reason == .modified, let wanted = order.wanted {
                order.quantity = wanted.quantity
                order.limitPrice = wanted.limitPrice
                order.stopPrice = wanted.stopPrice
            }
            if update.reason == .modified || update.reason == .modifyDenied { order.wanted = nil }
        }
    }

    /// A denial ends an order that was not accepted yet; later it speaks of a modify, and the order stands.
    @usableFromInline
    mutating func apply(_ denial: Denial) {
        guard order(denial.tag)?.isAccepted == false else { return }
        end(denial.tag)
        brackets.removeAll { $0.entry.tag == denial.tag }
    }

    @usableFromInline
    mutating func apply(_ position: Position, instrument: UInt32) {
        guard instrument < instrumentCount else { return }
        positions[Int(instrument)] = position
    }
}

/// What is known of an instrument.
public struct InstrumentFacts: Sendable, Equatable {
    public var id: String
    public var quoteCurrency: String
    /// Smallest price step.
    public var tick: Price
    /// Smallest quantity step.
    public var lot: Quantity
    public var minQuantity: Quantity
    public var maxQuantity: Quantity
    /// Units of the underlying in one unit of quantity.
    public var multiplier: Int64

    public init(
        id: String, quoteCurrency: String, tick: Price, lot: Quantity, minQuantity: Quantity, maxQuantity: Quantity,
        multiplier: Int64 = 1
    ) {
        self.id = id
        self.quoteCurrency = quoteCurrency
        self.tick = tick
        self.lot = lot
        self.minQuantity = minQuantity
        self.maxQuantity = maxQuantity
        self.multiplier = multiplier
    }
}
