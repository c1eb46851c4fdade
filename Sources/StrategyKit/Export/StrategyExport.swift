public import CStrategyABI
import Synchronization

/// Makes the entry of a plugin. A plugin's one line of export:
///
///     @c @implementation public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
///         StrategyExport.entry(GoldenCross.self, hostABI) { processBlock(GoldenCross.self, $0, $1, $2, $3) }
///     }
///
/// The closure names the concrete type, so that the event loop is compiled for it alone.
public enum StrategyExport {
    public typealias ProcessFunction =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<strategy_event_v1_t>?, Int,
            UnsafeMutablePointer<strategy_intents_v1_t>?
        ) -> Int

    /// The entry for a host of version `hostABI`; NULL when its major version is another one. Each call makes tables
    /// that live for ever, so the result is kept: a plugin exports one strategy.
    public static func entry<S: Strategy>(
        _ type: S.Type, _ hostABI: UInt32, process: @escaping ProcessFunction
    ) -> UnsafePointer<strategy_entry_v1_t>? {
        guard hostABI >> 16 == STRATEGY_ABI_MAJOR else { return nil }
        return kept.withLock { entry in
            let made = entry ?? UncheckedPointer(table(type, process: process))
            entry = made
            return made.pointer
        }
    }

    /// A fresh entry whose `process` finds the strategy's type at run time: slower, for tests that hold many strategies
    /// in one program.
    public static func testEntry<S: Strategy>(_ type: S.Type, _ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>?
    {
        guard hostABI >> 16 == STRATEGY_ABI_MAJOR else { return nil }
        return table(type) { instance, events, count, intents in
            guard let instance else { return 0 }
            return StrategyKind.of(instance).process(instance, events, count, intents)
        }
    }

    private static let kept = Mutex<UncheckedPointer?>(nil)

    private static func table<S: Strategy>(
        _ type: S.Type, process: @escaping ProcessFunction
    ) -> UnsafePointer<strategy_entry_v1_t> {
        let kind = TypedStrategy<S>(process: process)
        let entry = UnsafeMutablePointer<strategy_entry_v1_t>.allocate(capacity: 1)
        entry.initialize(
            to: strategy_entry_v1_t(
                struct_size: UInt32(MemoryLayout<strategy_entry_v1_t>.size),
                abi_version: STRATEGY_ABI_MAJOR << 16 | STRATEGY_ABI_MINOR,
                descriptor: UnsafePointer(kind.descriptor)))
        return UnsafePointer(entry)
    }
}

/// The pointer is to a table that nobody writes again.
private struct UncheckedPointer: @unchecked Sendable {
    let pointer: UnsafePointer<strategy_entry_v1_t>
    init(_ pointer: UnsafePointer<strategy_entry_v1_t>) { self.pointer = pointer }
}
