import CStrategyABI

/// The cold functions of one strategy type: creation, parameters, state.
final class TypedStrategy<S: Strategy>: StrategyKind {
    private let parameters: [Parameter<S>]
    private let infos: [UnsafePointer<strategy_param_info_v1_t>]
    private let functions: [UnsafePointer<strategy_function_v1_t>]
    private let tables: ExtensionTables
    /// What the author declared wrongly; no instance is made then.
    private let problems: [String]
    /// A copy of the strategy can be read while the instance goes on.
    private let isValue = ValueSemantics.hold(for: S.self)

    init(process: @escaping StrategyExport.ProcessFunction) {
        let standard = S()
        parameters = S.parameters
        infos = parameters.map { permanentInfo($0, standard: $0.get(standard)) }
        functions = S.functions.map { TypedFunctionExport($0).entry }
        tables = ExtensionTables(
            parameterCount: parameters.count, functionCount: functions.count, features: S.features,
            stateVersion: S.stateVersion, stateHash: StateShape.hash(of: standard))
        var problems = parameters.compactMap { parameter in
            parameter.problem(with: parameter.get(standard)).map { "the default of parameter \($0)" }
        }
        for (index, parameter) in parameters.enumerated()
        where parameters[..<index].contains(where: { $0.name == parameter.name }) {
            problems.append("parameter \(parameter.name) is declared twice")
        }
        self.problems = problems
        super.init(
            info: S.info, events: S.features.isEmpty ? S.events : S.events.union([.bars, .features]), process: process)
    }

    override func table(_ id: String) -> UnsafeRawPointer? { tables.table(id) }
    override func describe(_ index: Int) -> UnsafePointer<strategy_param_info_v1_t>? {
        infos.indices.contains(index) ? infos[index] : nil
    }

    override func describeFunction(_ index: Int) -> UnsafePointer<strategy_function_v1_t>? {
        functions.indices.contains(index) ? functions[index] : nil
    }

    // MARK: Instances

    private func typed(_ instance: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Instance<S>> {
        instance.assumingMemoryBound(to: Instance<S>.self)
    }

    private func slots(_ instance: UnsafeMutableRawPointer) -> UnsafeMutableBufferPointer<Slot<S>> {
        UnsafeMutableBufferPointer(start: typed(instance).pointee.slots, count: typed(instance).pointee.slotCount)
    }

    override func create(
        _ config: UnsafePointer<strategy_config_v1_t>?
    ) throws(StrategyFault) -> UnsafeMutableRawPointer? {
        guard problems.isEmpty else { throw .init(problems.joined(separator: "\n")) }
        let binding = try Binding(config)
        var slotOfInstrument = [Int32](repeating: -1, count: binding.instruments.count)
        var slots: [Slot<S>] = []
        for instrument in binding.bound where slotOfInstrument[Int(instrument)] < 0 {
            if S.scope == .eachInstrument || slots.isEmpty { slots.append(Slot(S(), instrument: instrument)) }
            slotOfInstrument[Int(instrument)] = Int32(slots.count - 1)
        }
        let memory = UnsafeMutablePointer<Slot<S>>.allocate(capacity: slots.count)
        for (index, slot) in slots.enumerated() { (memory + index).initialize(to: slot) }
        let book = Book(
            kind: self, instruments: binding.instruments, slotOfInstrument: slotOfInstrument, slots: memory,
            seed: binding.seed, featureCount: S.features.count)
        let instance = UnsafeMutablePointer<Instance<S>>.allocate(capacity: 1)
        instance.initialize(to: Instance(book: book, slots: memory, slotCount: slots.count))
        return UnsafeMutableRawPointer(instance)
    }

    override func destroy(_ instance: UnsafeMutableRawPointer) {
        let typed = typed(instance)
        typed.pointee.slots.deinitialize(count: typed.pointee.slotCount)
        typed.pointee.slots.deallocate()
        typed.pointee.book.deallocate()
        typed.deinitialize(count: 1)
        typed.deallocate()
    }

    override func process(
        _ instance: UnsafeMutableRawPointer, _ events: UnsafePointer<strategy_event_v1_t>?, _ count: Int,
        _ intents: UnsafeMutablePointer<strategy_intents_v1_t>?
    ) -> Int {
        processBlock(S.self, instance, events, count, intents)
    }

    // MARK: Parameters

    private func parameter(_ index: Int) throws(StrategyFault) -> Parameter<S> {
        guard parameters.indices.contains(index) else {
            throw .init("parameter \(index) does not exist; there are \(parameters.count)")
        }
        return parameters[index]
    }

    override func get(_ instance: UnsafeMutableRawPointer, _ index: Int) throws(StrategyFault) -> strategy_value_v1_t {
        try parameter(index).get(slots(instance)[0].strategy)
    }

    override func set(
        _ instance: UnsafeMutableRawPointer, _ index: Int, _ value: strategy_value_v1_t
    ) throws(StrategyFault) {
        let parameter = try parameter(index)
        if let problem = parameter.problem(with: value) { throw .init(problem) }
        let slots = slots(instance)
        for slot in slots.indices { parameter.set(&slots[slot].strategy, value) }
    }

    override func validate(_ instance: UnsafeMutableRawPointer) throws(StrategyFault) {
        let problems = slots(instance)[0].strategy.validate()
        guard problems.isEmpty else { throw .init(problems.joined(separator: "\n")) }
    }

    // MARK: State

    override func save(_ instance: UnsafeMutableRawPointer) throws(StrategyFault) -> [UInt8] {
        try StateCoding.encode(SavedInstance(InstanceCopy(typed(instance).pointee)))
    }

    override func snapshot(_ instance: UnsafeMutableRawPointer) -> StateWriting? {
        guard isValue else { return nil }
        typed(instance).pointee.book.snapshots &+= 1
        return StateWriting(InstanceCopy(typed(instance).pointee))
    }

    override func restore(
        _ instance: UnsafeMutableRawPointer, version: UInt32, _ bytes: [UInt8]
    ) throws(StrategyFault) {
        guard version <= S.stateVersion else {
            throw .init(
                "a state of version \(version) where \(S.info.id) reads versions up to \(S.stateVersion): "
                    + "a later version of the strategy saved it")
        }
        let saved = try StateCoding.decode(SavedInstance<S>.self, bytes, version: version, defaults: S())
        try saved.restore(typed(instance), parameters: parameters)
    }
}

/// The instruments of a `strategy_config_v1_t`, checked.
private struct Binding {
    var instruments: [InstrumentFacts]
    var bound: [InstrumentIndex]
    var seed: UInt64

    init(_ config: UnsafePointer<strategy_config_v1_t>?) throws(StrategyFault) {
        guard let config = config?.pointee, Int(config.struct_size) >= MemoryLayout<strategy_config_v1_t>.size else {
            throw .init("the host's configuration is missing or of another version")
        }
        instruments = UnsafeBufferPointer(
            start: config.instruments, count: config.instruments == nil ? 0 : Int(config.instrument_count)
        ).map { InstrumentFacts($0) }
        bound = Array(
            UnsafeBufferPointer(start: config.bound, count: config.bound == nil ? 0 : Int(config.bound_count)))
        seed = config.seed
        guard !bound.isEmpty else { throw .init("no instrument is bound to the strategy") }
        for index in bound where index >= instruments.count {
            throw .init("bound instrument \(index) does not exist; there are \(instruments.count)")
        }
    }
}

extension InstrumentFacts {
    init(_ record: strategy_instrument_v1_t) {
        self.init(
            id: text(of: record.id), quoteCurrency: text(of: record.quote_currency), tick: Price(raw: record.tick),
            lot: Quantity(raw: record.lot), minQuantity: Quantity(raw: record.min_quantity),
            maxQuantity: Quantity(raw: record.max_quantity), multiplier: record.multiplier)
    }
}

private func permanentInfo<S>(
    _ parameter: Parameter<S>, standard: strategy_value_v1_t
) -> UnsafePointer<strategy_param_info_v1_t> {
    var info = strategy_param_info_v1_t()
    info.struct_size = UInt32(MemoryLayout<strategy_param_info_v1_t>.size)
    info.kind = UInt32(parameter.kind)
    info.name = permanentText(parameter.name)
    info.description = permanentText(parameter.description)
    info.unit = permanentText(parameter.unit)
    if !parameter.choices.isEmpty {
        let names = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: parameter.choices.count)
        for (index, choice) in parameter.choices.enumerated() { (names + index).initialize(to: permanentText(choice)) }
        info.choices = UnsafePointer(names)
        info.choice_count = UInt32(parameter.choices.count)
    }
    info.minimum = parameter.minimum
    info.maximum = parameter.maximum
    info.standard = standard
    return permanent(info)
}
