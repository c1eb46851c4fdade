import CStrategyABI
import StrategyKit
import Testing

/// An instance driven record by record, for what a scenario hides: blocks, consumed counts, buffers, error texts.
final class RawInstance {
    let descriptor: UnsafePointer<strategy_descriptor_v1_t>
    let pointer: UnsafeMutableRawPointer

    init<S: Strategy>(_ type: S.Type, instruments: [String] = ["AAA"], bound: [UInt32]? = nil) throws {
        let entry = try #require(StrategyExport.testEntry(type, STRATEGY_ABI_MAJOR << 16))
        let descriptor = try #require(entry.pointee.descriptor)
        let records = instruments.map { id in
            var record = strategy_instrument_v1_t()
            withUnsafeMutableBytes(of: &record.id) { $0.copyBytes(from: id.utf8) }
            record.tick = 10_000_000
            record.lot = 1
            return record
        }
        let bound = bound ?? Array(0..<UInt32(instruments.count))
        var error = [CChar](repeating: 0, count: 256)
        let made = records.withUnsafeBufferPointer { records in
            bound.withUnsafeBufferPointer { bound in
                var config = strategy_config_v1_t()
                config.struct_size = UInt32(MemoryLayout<strategy_config_v1_t>.size)
                config.instrument_count = UInt32(records.count)
                config.instruments = records.baseAddress
                config.bound = bound.baseAddress
                config.bound_count = UInt32(bound.count)
                config.seed = 42
                return descriptor.pointee.create(descriptor, &config, &error, error.count)
            }
        }
        self.descriptor = descriptor
        guard let made else { throw Refusal(text: errorText(error)) }
        pointer = made
    }

    deinit { descriptor.pointee.destroy(pointer) }

    struct Refusal: Error, Equatable { var text: String }

    func table<Table>(_ id: String, _ type: Table.Type) throws -> Table {
        try #require(descriptor.pointee.extension(descriptor, id)?.assumingMemoryBound(to: type)).pointee
    }

    /// How many records were consumed, and the records that were written.
    func process(_ events: [strategy_event_v1_t], capacity: Int = 64) -> (
        consumed: Int, records: [strategy_intent_v1_t]
    ) {
        // One more than the plugin may use, to see that it stays inside.
        var memory = [strategy_intent_v1_t](repeating: .init(), count: capacity + 1)
        memory[capacity].type = 0xABCD
        var count = 0
        let consumed = memory.withUnsafeMutableBufferPointer { memory in
            var intents = strategy_intents_v1_t(records: memory.baseAddress, capacity: capacity, count: 0)
            let consumed = descriptor.pointee.process(pointer, events, events.count, &intents)
            count = intents.count
            return consumed
        }
        #expect(memory[capacity].type == 0xABCD)
        return (consumed, Array(memory.prefix(count)))
    }

    func set(_ index: UInt32, _ value: strategy_value_v1_t) throws -> String? {
        let params = try table(STRATEGY_EXT_PARAMS, strategy_params_v1_t.self)
        var value = value
        var error = [CChar](repeating: 0, count: 256)
        return params.set(pointer, index, &value, &error, error.count) == 0 ? nil : errorText(error)
    }

    func save() throws -> [UInt8] {
        let save = try #require(try table(STRATEGY_EXT_STATE, strategy_state_v1_t.self).save)
        var bytes = [UInt8](repeating: 0, count: save(pointer, nil, 0))
        #expect(save(pointer, &bytes, bytes.count) == bytes.count)
        return bytes
    }

    /// nil when it was taken, else the plugin's text.
    func restore(_ bytes: [UInt8], version: UInt32 = 1) throws -> String? {
        let restore = try #require(try table(STRATEGY_EXT_STATE, strategy_state_v1_t.self).restore)
        var error = [CChar](repeating: 0, count: 256)
        return restore(pointer, version, bytes, bytes.count, &error, error.count) == 0 ? nil : errorText(error)
    }
}

func errorText(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// An event record with nothing but its head.
func event(_ type: Int, instrument: UInt32 = 0, time: Int64 = 1, flags: UInt16 = 0) -> strategy_event_v1_t {
    var record = strategy_event_v1_t()
    record.type = UInt16(type)
    record.flags = flags
    record.instrument = instrument
    record.time = time
    return record
}

func bar(_ close: Int64, instrument: UInt32 = 0, time: Int64 = 1, flags: UInt16 = 0) -> strategy_event_v1_t {
    var record = strategy_bar_v1_t()
    record.type = UInt16(STRATEGY_EVENT_BAR)
    record.flags = flags
    record.instrument = instrument
    record.time = time
    record.open = close
    record.high = close
    record.low = close
    record.close = close
    record.interval = 1_000_000_000
    return unsafeBitCast(record, to: strategy_event_v1_t.self)
}
