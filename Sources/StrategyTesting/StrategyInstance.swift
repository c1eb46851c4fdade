import CStrategyABI
import Glibc
import StrategyKit

/// What a scenario could not do: the strategy does not load, refuses a parameter, refuses a state.
public struct ScenarioError: Error, CustomStringConvertible, Equatable {
    public var description: String
    init(_ description: String) { self.description = description }
}

/// One instance behind the C ABI, as a host holds it.
final class StrategyInstance {
    let descriptor: UnsafePointer<strategy_descriptor_v1_t>
    private let instance: UnsafeMutableRawPointer

    init(
        entry: UnsafePointer<strategy_entry_v1_t>?, instruments: [InstrumentFacts], seed: UInt64
    ) throws(ScenarioError) {
        guard let descriptor = entry?.pointee.descriptor, let create = descriptor.pointee.create,
            descriptor.pointee.destroy != nil, descriptor.pointee.process != nil
        else { throw ScenarioError("the strategy's entry is not for this version of the ABI, or incomplete") }
        let records = instruments.map(strategy_instrument_v1_t.init)
        let bound = Array(0..<UInt32(instruments.count))
        let made = withErrorText { error, size in
            records.withUnsafeBufferPointer { records in
                bound.withUnsafeBufferPointer { bound in
                    var config = strategy_config_v1_t()
                    config.struct_size = UInt32(MemoryLayout<strategy_config_v1_t>.size)
                    config.instrument_count = UInt32(records.count)
                    config.instruments = records.baseAddress
                    config.bound = bound.baseAddress
                    config.bound_count = UInt32(bound.count)
                    config.seed = seed
                    return create(descriptor, &config, error, size)
                }
            }
        }
        guard let instance = made.result else { throw ScenarioError("create: \(made.text)") }
        self.descriptor = descriptor
        self.instance = instance
    }

    deinit { descriptor.pointee.destroy(instance) }

    /// The entry of a built plugin. The library stays loaded: a closed Swift library breaks the program's casts.
    static func entry(ofLibrary path: String) throws(ScenarioError) -> UnsafePointer<strategy_entry_v1_t>? {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            throw ScenarioError(dlerror().map { String(cString: $0) } ?? "\(path) cannot be loaded")
        }
        guard let symbol = dlsym(handle, "strategy_entry_v1") else {
            throw ScenarioError("\(path) does not export strategy_entry_v1")
        }
        typealias Entry = @convention(c) (UInt32) -> UnsafePointer<strategy_entry_v1_t>?
        return unsafeBitCast(symbol, to: Entry.self)(hostABI)
    }

    static var hostABI: UInt32 { STRATEGY_ABI_MAJOR << 16 | STRATEGY_ABI_MINOR }

    /// Hands a block over; returns the consumed records and the intents' records.
    func process(_ events: [strategy_event_v1_t], capacity: Int) -> (consumed: Int, records: [strategy_intent_v1_t]) {
        var records = [strategy_intent_v1_t](repeating: .init(), count: capacity)
        var count = 0
        let consumed = events.withUnsafeBufferPointer { events in
            records.withUnsafeMutableBufferPointer { records in
                var table = strategy_intents_v1_t(records: records.baseAddress, capacity: capacity, count: 0)
                let consumed = descriptor.pointee.process(instance, events.baseAddress, events.count, &table)
                count = table.count
                return consumed
            }
        }
        return (consumed, Array(records.prefix(count)))
    }

    private func table<Table>(_ id: String, _ type: Table.Type) -> Table? {
        descriptor.pointee.extension(descriptor, id)?.assumingMemoryBound(to: type).pointee
    }

    // MARK: Parameters

    var parameters: [strategy_param_info_v1_t] {
        guard let params = table(STRATEGY_EXT_PARAMS, strategy_params_v1_t.self) else { return [] }
        return (0..<params.count).compactMap { params.describe(descriptor, $0)?.pointee }
    }

    func set(_ name: String, _ setting: Setting) throws(ScenarioError) -> UInt32 {
        let infos = parameters
        guard let params = table(STRATEGY_EXT_PARAMS, strategy_params_v1_t.self),
            let index = infos.firstIndex(where: { String(cString: $0.name) == name })
        else { throw ScenarioError("there is no parameter \(name)") }
        guard var value = setting.value(for: infos[index]) else {
            throw ScenarioError("\(name): '\(setting.text)' is no value of its kind")
        }
        let done = withErrorText { params.set(instance, UInt32(index), &value, $0, $1) }
        guard done.result == 0 else { throw ScenarioError(done.text) }
        return UInt32(index)
    }

    func get(_ name: String) -> strategy_value_v1_t? {
        guard let params = table(STRATEGY_EXT_PARAMS, strategy_params_v1_t.self),
            let index = parameters.firstIndex(where: { String(cString: $0.name) == name })
        else { return nil }
        var value = strategy_value_v1_t()
        return params.get(instance, UInt32(index), &value) == 0 ? value : nil
    }

    func validate() throws(ScenarioError) {
        guard let validate = table(STRATEGY_EXT_PARAMS, strategy_params_v1_t.self)?.validate else { return }
        let done = withErrorText { validate(instance, $0, $1) }
        guard done.result == 0 else { throw ScenarioError(done.text) }
    }

    // MARK: State and log

    var stateTable: strategy_state_v1_t? { table(STRATEGY_EXT_STATE, strategy_state_v1_t.self) }

    func save() -> [UInt8] {
        guard let save = stateTable?.save else { return [] }
        var bytes = [UInt8](repeating: 0, count: save(instance, nil, 0))
        let size = save(instance, &bytes, bytes.count)
        return Array(bytes.prefix(size))
    }

    func restore(_ bytes: [UInt8], version: UInt32? = nil) throws(ScenarioError) {
        guard let table = stateTable else { throw ScenarioError("the strategy keeps no state") }
        let done = withErrorText {
            table.restore(instance, version ?? table.schema_version, bytes, bytes.count, $0, $1)
        }
        guard done.result == 0 else { throw ScenarioError(done.text) }
    }

    func setLogLevel(_ level: LogLevel) {
        table(STRATEGY_EXT_LOG, strategy_log_ext_v1_t.self)?.set_level(instance, level.rawValue)
    }
}

/// Calls `body` with a buffer for the plugin's error text.
private func withErrorText<Result>(
    _ body: (UnsafeMutablePointer<CChar>?, Int) -> Result
) -> (result: Result, text: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
        buffer.initialize(repeating: 0)
        let result = body(buffer.baseAddress, buffer.count)
        return (result, buffer.baseAddress.map { String(cString: $0) } ?? "")
    }
}

extension strategy_instrument_v1_t {
    init(_ facts: InstrumentFacts) {
        self.init()
        withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: facts.id.utf8.prefix(31)) }
        withUnsafeMutableBytes(of: &quote_currency) { $0.copyBytes(from: facts.quoteCurrency.utf8.prefix(15)) }
        tick = facts.tick.raw
        lot = facts.lot.raw
        min_quantity = facts.minQuantity.raw
        max_quantity = facts.maxQuantity.raw
        multiplier = facts.multiplier
    }
}
