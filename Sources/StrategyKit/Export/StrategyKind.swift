import CStrategyABI

/// A strategy type as the C tables see it. The tables' functions are not generic: they find this object through the
/// descriptor's `context` or the instance's book, and call the method that `TypedStrategy` fills in for the type.
@usableFromInline
class StrategyKind {
    let descriptor: UnsafeMutablePointer<strategy_descriptor_v1_t>

    init(info: StrategyInfo, events: EventSet, process: @escaping StrategyExport.ProcessFunction) {
        descriptor = .allocate(capacity: 1)
        var table = strategy_descriptor_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_descriptor_v1_t>.size)
        table.id = permanentText(info.id)
        table.name = permanentText(info.name)
        table.version = permanentText(info.version)
        table.description = permanentText(info.description)
        table.events = events.rawValue
        table.process = process
        table.create = { descriptor, config, error, size in
            guard let descriptor, let kind = StrategyKind.of(descriptor) else { return nil }
            do throws(StrategyFault) { return try kind.create(config) } catch let fault {
                writeText(fault.text, error, size)
                return nil
            }
        }
        table.destroy = { instance in
            guard let instance else { return }
            StrategyKind.of(instance).destroy(instance)
        }
        table.extension = { descriptor, id in
            guard let descriptor, let id, let kind = StrategyKind.of(descriptor) else { return nil }
            return kind.table(String(cString: id))
        }
        descriptor.initialize(to: table)
        // Lives as long as the library: the host keeps pointers to what hangs on it.
        descriptor.pointee.context = Unmanaged.passRetained(self).toOpaque()
    }

    static func of(_ descriptor: UnsafePointer<strategy_descriptor_v1_t>) -> StrategyKind? {
        guard let context = descriptor.pointee.context else { return nil }
        return Unmanaged<StrategyKind>.fromOpaque(context).takeUnretainedValue()
    }

    static func of(_ instance: UnsafeMutableRawPointer) -> StrategyKind {
        instance.assumingMemoryBound(to: Book.self).pointee.kind.takeUnretainedValue()
    }

    // What TypedStrategy fills in. A kind of its own would be no strategy.
    func table(_ id: String) -> UnsafeRawPointer? { nil }
    func create(_ config: UnsafePointer<strategy_config_v1_t>?) throws(StrategyFault) -> UnsafeMutableRawPointer? {
        nil
    }
    func destroy(_ instance: UnsafeMutableRawPointer) {}
    func process(
        _ instance: UnsafeMutableRawPointer, _ events: UnsafePointer<strategy_event_v1_t>?, _ count: Int,
        _ intents: UnsafeMutablePointer<strategy_intents_v1_t>?
    ) -> Int { 0 }
    func describe(_ index: Int) -> UnsafePointer<strategy_param_info_v1_t>? { nil }
    func describeFunction(_ index: Int) -> UnsafePointer<strategy_function_v1_t>? { nil }
    func get(_ instance: UnsafeMutableRawPointer, _ index: Int) throws(StrategyFault) -> strategy_value_v1_t {
        throw .init("no parameters")
    }
    func set(
        _ instance: UnsafeMutableRawPointer, _ index: Int, _ value: strategy_value_v1_t
    ) throws(StrategyFault) {}
    func validate(_ instance: UnsafeMutableRawPointer) throws(StrategyFault) {}
    func save(_ instance: UnsafeMutableRawPointer) throws(StrategyFault) -> [UInt8] { [] }
    /// What `save` would write, to be written later; nil = only `save` can do it.
    func snapshot(_ instance: UnsafeMutableRawPointer) -> StateWriting? { nil }
    func restore(_ instance: UnsafeMutableRawPointer, version: UInt32, _ bytes: [UInt8]) throws(StrategyFault) {}
}

/// Why the host's request cannot be done, as the text that the host shows.
struct StrategyFault: Error {
    var text: String
    init(_ text: String) { self.text = text }
}
