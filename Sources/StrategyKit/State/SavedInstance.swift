/// All that an instance remembers, as it is written down. Instruments are named by id: indices may differ next time.
struct SavedInstance<S: Strategy>: Codable {
    struct Value: Codable {
        var instrument: String
        var isStarted: Bool
        /// It has not heard of its new parameters yet; absent in older states.
        var awaitsParameters: Bool?
        var state: S
    }
    struct Holding: Codable {
        var instrument: String
        var position: Position
    }
    struct Working: Codable {
        var instrument: String
        var order: WorkingOrder
    }

    var strategies: [Value]
    var positions: [Holding]
    var orders: [Working]
    var nextTag: UInt64

    init(_ copy: InstanceCopy<S>) {
        strategies = copy.slots.map { slot in
            Value(
                instrument: copy.names[Int(slot.instrument)], isStarted: slot.isStarted,
                awaitsParameters: slot.parametersChanged ? true : nil, state: slot.strategy)
        }
        positions = zip(copy.names, copy.positions).compactMap { name, position in
            position == Position() ? nil : Holding(instrument: name, position: position)
        }
        orders = copy.orders.map { Working(instrument: copy.names[Int($0.instrument)], order: $0) }
        nextTag = copy.nextTag
    }

    /// Puts this state into an instance. Parameters belong to the host: the values in force stay, and where they differ
    /// from the saved ones the strategy hears `onParameters` before its next event.
    func restore(
        _ instance: UnsafeMutablePointer<Instance<S>>, parameters: [Parameter<S>]
    ) throws(StrategyFault) {
        let book = instance.pointee.book
        var indices: [String: InstrumentIndex] = [:]
        for index in 0..<book.instrumentCount { indices[book.instruments[Int(index)].id] = index }
        for order in orders where indices[order.instrument] == nil {
            throw .init("an order works in \(order.instrument), which the host does not know")
        }
        for index in 0..<instance.pointee.slotCount {
            let slot = instance.pointee.slots + index
            let id = book.instruments[Int(slot.pointee.instrument)].id
            let match = S.scope == .allInstruments ? strategies.first : strategies.first { $0.instrument == id }
            guard let match else { continue }
            var strategy = match.state
            var changed = match.awaitsParameters ?? false
            for parameter in parameters {
                let wanted = parameter.get(slot.pointee.strategy)
                guard !(parameter.get(strategy) == wanted) else { continue }
                parameter.set(&strategy, wanted)
                changed = true
            }
            slot.pointee.strategy = strategy
            slot.pointee.isStarted = match.isStarted
            slot.pointee.parametersChanged = changed
        }
        for index in 0..<Int(book.instrumentCount) {
            book.positions[index] = Position()
            book.workingCounts[index] = 0
        }
        for holding in positions {
            if let index = indices[holding.instrument] { book.positions[Int(index)] = holding.position }
        }
        instance.pointee.book.orders = []
        for working in orders {
            guard let index = indices[working.instrument] else { continue }
            var order = working.order
            order.instrument = index
            instance.pointee.book.add(order)
        }
        instance.pointee.book.nextTag = max(nextTag, 1)
        instance.pointee.book.needsAttention = true
    }
}

// MARK: Names in the bytes

extension SavedInstance {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: StateKey.self)
        strategies = try container.decode([Value].self, forKey: "strategies")
        positions = try container.decode([Holding].self, forKey: "positions")
        orders = try container.decode([Working].self, forKey: "orders")
        nextTag = try container.decode(UInt64.self, forKey: "nextTag")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: StateKey.self)
        try container.encode(strategies, forKey: "strategies")
        try container.encode(positions, forKey: "positions")
        try container.encode(orders, forKey: "orders")
        try container.encode(nextTag, forKey: "nextTag")
    }
}

extension SavedInstance.Value {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: StateKey.self)
        instrument = try container.decode(String.self, forKey: "instrument")
        isStarted = try container.decode(Bool.self, forKey: "isStarted")
        awaitsParameters = try container.decodeIfPresent(Bool.self, forKey: "awaitsParameters")
        state = try container.decode(S.self, forKey: "state")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: StateKey.self)
        try container.encode(instrument, forKey: "instrument")
        try container.encode(isStarted, forKey: "isStarted")
        try container.encodeIfPresent(awaitsParameters, forKey: "awaitsParameters")
        try container.encode(state, forKey: "state")
    }
}

extension SavedInstance.Holding {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: StateKey.self)
        instrument = try container.decode(String.self, forKey: "instrument")
        position = try container.decode(Position.self, forKey: "position")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: StateKey.self)
        try container.encode(instrument, forKey: "instrument")
        try container.encode(position, forKey: "position")
    }
}

extension SavedInstance.Working {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: StateKey.self)
        instrument = try container.decode(String.self, forKey: "instrument")
        order = try container.decode(WorkingOrder.self, forKey: "order")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: StateKey.self)
        try container.encode(instrument, forKey: "instrument")
        try container.encode(order, forKey: "order")
    }
}
