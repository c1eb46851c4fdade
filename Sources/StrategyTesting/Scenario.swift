import CStrategyABI
public import StrategyKit

/// Plays events to a strategy through the C ABI, as the host does, and keeps what it answered.
///
///     let scenario = try Scenario(GoldenCross.self, ["quantity": 2])
///     var market = SyntheticMarket(seed: 1)
///     scenario.play(market.trend(bars: 100, percentPerBar: 0.1))
///     try scenario.expectPosition(2)
///
/// Orders fill at the next price, in whole and without cost; the verdict comes at once, a fill before the market event
/// that made it, and after the fill the new position.
public final class Scenario {
    /// All intents so far, oldest first.
    public private(set) var intents: [Intent] = []
    /// What a host would not accept: a wrong consumed count, intents beyond the buffer, a flood of answers.
    public private(set) var faults: [String] = []
    /// While set, every new order is denied.
    public var deniesOrders = false
    /// While set, accepted orders are not filled.
    public var holdsFills = false
    /// Records that the intent buffer holds; a host gives at least 64.
    public var intentCapacity = 64

    private let entry: UnsafePointer<strategy_entry_v1_t>?
    private let instruments: [InstrumentFacts]
    private let seed: UInt64
    private var settings: [String: Setting]
    private var strategy: StrategyInstance
    private var venue = NextPriceFills()
    private var positions: [HeldPosition]
    private var timers: [UInt64: Timestamp] = [:]
    private var orderCount: UInt64 = 0
    private(set) var now = Timestamp(nanoseconds: 0)

    /// A scenario of a strategy type.
    public convenience init<S: Strategy>(
        _ type: S.Type, _ settings: [String: Setting] = [:], instruments: [InstrumentFacts] = [.example],
        seed: UInt64 = 1
    ) throws(ScenarioError) {
        try self.init(
            entry: StrategyExport.testEntry(type, StrategyInstance.hostABI), settings, instruments, seed)
    }

    /// A scenario of a built plugin, in any language.
    public convenience init(
        library path: String, _ settings: [String: Setting] = [:], instruments: [InstrumentFacts] = [.example],
        seed: UInt64 = 1
    ) throws(ScenarioError) {
        try self.init(entry: StrategyInstance.entry(ofLibrary: path), settings, instruments, seed)
    }

    private init(
        entry: UnsafePointer<strategy_entry_v1_t>?, _ settings: [String: Setting], _ instruments: [InstrumentFacts],
        _ seed: UInt64
    ) throws(ScenarioError) {
        self.entry = entry
        self.instruments = instruments
        self.seed = seed
        self.settings = settings
        positions = Array(repeating: HeldPosition(), count: instruments.count)
        strategy = try Scenario.instance(entry, settings, instruments, seed)
    }

    private static func instance(
        _ entry: UnsafePointer<strategy_entry_v1_t>?, _ settings: [String: Setting], _ instruments: [InstrumentFacts],
        _ seed: UInt64
    ) throws(ScenarioError) -> StrategyInstance {
        let instance = try StrategyInstance(entry: entry, instruments: instruments, seed: seed)
        for (name, setting) in settings.sorted(by: { $0.key < $1.key }) { _ = try instance.set(name, setting) }
        try instance.validate()
        return instance
    }

    // MARK: What happens

    public func play(_ events: [MarketEvent]) { for event in events { play(event) } }

    /// Due timers, then the fills that this event makes, then the event.
    public func play(_ event: MarketEvent) {
        for (id, due) in timers.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) where due <= event.time {
            timers[id] = nil
            var record = strategy_timer_v1_t()
            record.type = UInt16(STRATEGY_EVENT_TIMER)
            record.time = due.nanoseconds
            record.timer_id = id
            deliver([eventRecord(record)])
        }
        now = event.time
        if !holdsFills { fill(event) }
        if strategy.descriptor.pointee.events & (1 << UInt64(event.type)) != 0 { deliver(event.records) }
    }

    /// Changes a parameter while running.
    public func set(_ name: String, _ setting: Setting) throws(ScenarioError) {
        var record = strategy_parameter_v1_t()
        record.type = UInt16(STRATEGY_EVENT_PARAMETER)
        record.time = now.nanoseconds
        record.index = try strategy.set(name, setting)
        try strategy.validate()
        settings[name] = setting
        deliver([eventRecord(record)])
    }

    /// Tells the strategy a change of trading state, feed, instrument or session.
    public func tell(_ status: StatusChange, instrument: InstrumentIndex = 0) {
        var record = strategy_status_v1_t()
        let (type, code): (Int, UInt32) =
            switch status {
            case .trading(let state): (STRATEGY_EVENT_TRADING_STATE, state.rawValue)
            case .feed(let state): (STRATEGY_EVENT_FEED, state.rawValue)
            case .instrument(let state): (STRATEGY_EVENT_INSTRUMENT, state.rawValue)
            case .session(let state): (STRATEGY_EVENT_SESSION, state.rawValue)
            }
        record.type = UInt16(type)
        record.instrument = instrument
        record.time = now.nanoseconds
        record.code = code
        deliver([eventRecord(record)])
    }

    public func setLogLevel(_ level: LogLevel) { strategy.setLogLevel(level) }

    /// The strategy's state as bytes, to be given to `restore` of another scenario.
    public func save() -> [UInt8] { strategy.save() }
    public func restore(_ state: [UInt8], version: UInt32? = nil) throws(ScenarioError) {
        try strategy.restore(state, version: version)
    }
    /// What a hot reload does: a new instance takes the old one's state and its place; orders and positions stay.
    public func reload() throws(ScenarioError) {
        let fresh = try Scenario.instance(entry, settings, instruments, seed)
        try fresh.restore(strategy.save())
        strategy = fresh
    }
    /// Equal hashes = equal shapes of the state; nil when the strategy keeps none.
    public var stateHash: UInt64? { strategy.stateTable?.schema_hash }

    // MARK: What came of it

    public var orders: [SubmittedOrder] {
        intents.compactMap { if case .submit(let order) = $0 { order } else { nil } }
    }
    public var logLines: [String] {
        intents.compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }
    /// Of the newest fill.
    public private(set) var lastFillPrice: Price?
    /// Orders that have not ended.
    public var workingOrders: [SubmittedOrder] { venue.working.map(\.order) }
    public func position(in instrument: InstrumentIndex = 0) -> Quantity { positions[Int(instrument)].quantity }
    /// A parameter's value: integer, 1e-8, 1e-9 or nanoseconds, as its kind says; nil for an unknown name.
    public func integer(_ parameter: String) -> Int64? { strategy.get(parameter)?.integer }
    public func number(_ parameter: String) -> Double? { strategy.get(parameter)?.number }

    // MARK: The host's part

    /// Hands records of one event over and handles the answer, and the answers to the verdicts.
    private func deliver(_ records: [strategy_event_v1_t]) {
        var waiting = [records]
        var rounds = 0
        while !waiting.isEmpty {
            rounds += 1
            guard rounds <= 1000 else { return faults.append("the strategy answers every verdict with new intents") }
            let event = waiting.removeFirst()
            let (consumed, answer) = strategy.process(event, capacity: intentCapacity)
            if consumed != event.count { faults.append("consumed \(consumed) records of \(event.count)") }
            if answer.count > intentCapacity {
                faults.append("\(answer.count) records in a buffer of \(intentCapacity)")
            }
            answer.withUnsafeBufferPointer { buffer in
                var index = 0
                while index < buffer.count {
                    let (intent, count) = Intent.read(buffer, at: index)
                    index += count
                    intents.append(intent)
                    waiting += handle(intent).map { [$0] }
                }
            }
        }
    }

    private func handle(_ intent: Intent) -> [strategy_event_v1_t] {
        switch intent {
        case .submit(let order):
            if deniesOrders { return [denial(order)] }
            orderCount += 1
            venue.working.append(.init(order: order))
            return [update(order, STRATEGY_ORDER_SUBMITTED, STRATEGY_REASON_ACCEPTED)]
        case .modify(let tag, let quantity, let limitPrice, let stopPrice):
            guard let index = venue.working.firstIndex(where: { $0.order.tag == tag }) else { return [] }
            venue.working[index].order.quantity = quantity
            venue.working[index].order.limitPrice = limitPrice
            venue.working[index].order.stopPrice = stopPrice
            return [update(venue.working[index].order, STRATEGY_ORDER_SUBMITTED, STRATEGY_REASON_MODIFIED)]
        case .cancel(let tag, let instrument):
            let ended = venue.working.map(\.order).filter { order in
                tag.map { $0 == order.tag } ?? (order.instrument == instrument)
            }
            venue.working.removeAll { entry in ended.contains { $0.tag == entry.order.tag } }
            return ended.map { update($0, STRATEGY_ORDER_CANCELLED, STRATEGY_REASON_CANCEL_REQUESTED) }
        case .timer(let id, let due):
            timers[id] = due
            return []
        case .unknown(let type):
            faults.append("an intent of unknown type \(type)")
            return []
        case .signal, .metric, .log: return []
        }
    }

    /// Stop and target of brackets.
    private var pairs: [(OrderTag, OrderTag)] = []

    private func fill(_ event: MarketEvent) {
        let (fills, ended) = venue.fills(at: event)
        for end in ended { deliver([update(end.order, end.state, end.reason)]) }
        for fill in fills {
            guard let side = fill.order.side else { continue }
            let index = Int(fill.order.instrument)
            let held = positions[index].quantity
            let reducible = (side == .buy) == (held < .zero) ? held.magnitude : .zero
            let quantity = fill.order.reduceOnly ? min(fill.order.quantity, reducible) : fill.order.quantity
            guard quantity > .zero else {
                deliver([update(fill.order, STRATEGY_ORDER_CANCELLED, STRATEGY_REASON_REDUCE_ONLY)])
                continue
            }
            lastFillPrice = fill.price
            positions[index].apply(side, quantity, at: fill.price, time: event.time)
            deliver([update(fill.order, STRATEGY_ORDER_FILLED, STRATEGY_REASON_FILL, quantity, fill.price)])
            let position = positions[index].record(instrument: fill.order.instrument, time: event.time)
            deliver([eventRecord(position)])
            follow(fill.order, quantity)
        }
    }

    /// An entry's fill brings its legs; a leg's ends the other one.
    private func follow(_ order: SubmittedOrder, _ quantity: Quantity) {
        let legs = order.legs(quantity)
        for leg in legs {
            orderCount += 1
            venue.working.append(.init(order: leg))
            deliver([update(leg, STRATEGY_ORDER_SUBMITTED, STRATEGY_REASON_ACCEPTED)])
        }
        if legs.count == 2 { pairs.append((legs[0].tag, legs[1].tag)) }
        guard let index = pairs.firstIndex(where: { $0.0 == order.tag || $0.1 == order.tag }) else { return }
        let pair = pairs.remove(at: index)
        let other = pair.0 == order.tag ? pair.1 : pair.0
        guard let place = venue.working.firstIndex(where: { $0.order.tag == other }) else { return }
        let ended = venue.working.remove(at: place).order
        deliver([update(ended, STRATEGY_ORDER_CANCELLED, STRATEGY_REASON_BRACKET)])
    }

    private func update(
        _ order: SubmittedOrder, _ state: Int, _ reason: Int, _ quantity: Quantity = .zero, _ price: Price = .zero
    ) -> strategy_event_v1_t {
        var record = strategy_order_update_v1_t()
        record.type = UInt16(STRATEGY_EVENT_ORDER)
        record.instrument = order.instrument
        record.time = now.nanoseconds
        record.tag = order.tag.raw
        record.order_id = orderCount
        record.filled_quantity = quantity.raw
        record.last_quantity = quantity.raw
        record.last_price = price.raw
        record.state = UInt8(state)
        record.side = order.side?.rawValue ?? 0
        record.reason = UInt16(reason)
        return eventRecord(record)
    }

    private func denial(_ order: SubmittedOrder) -> strategy_event_v1_t {
        var record = strategy_denial_v1_t()
        record.type = UInt16(STRATEGY_EVENT_DENIAL)
        record.instrument = order.instrument
        record.time = now.nanoseconds
        record.tag = order.tag.raw
        record.failed_rules = 1
        return eventRecord(record)
    }
}

extension InstrumentFacts {
    /// An instrument for scenarios that do not care: tick 0.01, lot 0.00000001.
    public static let example = InstrumentFacts(
        id: "EXAMPLE", quoteCurrency: "USDT", tick: 0.01, lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1),
        maxQuantity: 1_000_000_000)
}
