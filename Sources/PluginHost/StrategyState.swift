internal import CStrategyABI

/// An instance's memory as bytes, with what is needed to read them again.
public struct StrategyState: Sendable, Equatable {
    public var schemaVersion: UInt32
    public var schemaHash: UInt64
    public var bytes: [UInt8]

    /// A plugin that claims more is refused.
    public static let sizeLimitBytes = 64 << 20

    public init(schemaVersion: UInt32, schemaHash: UInt64, bytes: [UInt8]) {
        self.schemaVersion = schemaVersion
        self.schemaHash = schemaHash
        self.bytes = bytes
    }
}

extension StrategyInstance {
    /// The instance's memory now; nil where the plugin has no state extension. Of a worker that is not waited for it is the
    /// newest that it has saved (see `requestState`), and nil before the first.
    public func saveState() -> Result<StrategyState?, PluginRefusal> {
        if let worker { return savedState(worker) }
        guard let table = plugin.functions?.state, let save = table.save else { return .success(nil) }
        return written(table) { save(pointer, $0, $1) }
    }

    /// What `write` writes; it says how much that is.
    func written(
        _ table: strategy_state_v1_t, _ write: (UnsafeMutablePointer<UInt8>?, Int) -> Int
    ) -> Result<StrategyState?, PluginRefusal> {
        var capacity = 4096
        // The state cannot change between two calls, so a plugin whose size grows each time is lying.
        for _ in 0..<4 {
            var size = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                buffer.initialize(repeating: 0)
                size = write(buffer.baseAddress, capacity)
                count = max(0, min(size, capacity))
            }
            if size >= 0, size <= capacity {
                return .success(
                    StrategyState(schemaVersion: table.schema_version, schemaHash: table.schema_hash, bytes: bytes))
            }
            guard size > 0, size <= StrategyState.sizeLimitBytes else {
                return refuse("has \(UInt(bitPattern: size)) bytes, above the limit of \(StrategyState.sizeLimitBytes)")
            }
            capacity = size
        }
        return refuse("its size changes from call to call")
    }

    /// Gives the instance a saved memory; on a failure it is as before.
    /// A worker is waited for, so this is nothing for the engine's thread unless it is in lock-step.
    public func restoreState(_ state: StrategyState) -> Result<Void, PluginRefusal> {
        if let worker { return restore(state, in: worker) }
        guard let restore = plugin.functions?.state?.restore else {
            return refuse("the plugin has no state extension")
        }
        var message = PluginMessage()
        let status = state.bytes.withUnsafeBufferPointer { bytes in
            message.fill { restore(pointer, state.schemaVersion, bytes.baseAddress, bytes.count, $0, $1) }
        }
        return status == 0 ? .success(()) : refuse(message.text)
    }

    func refuse<T>(_ message: String) -> Result<T, PluginRefusal> {
        .failure(PluginRefusal(path: plugin.path, problems: [.state(message)]))
    }
}
