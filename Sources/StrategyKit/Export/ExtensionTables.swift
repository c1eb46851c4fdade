import CStrategyABI

/// The optional tables. Their functions serve every strategy type; they find it through the descriptor or the instance.
struct ExtensionTables {
    let params: UnsafePointer<strategy_params_v1_t>
    let state: UnsafePointer<strategy_state_v1_t>
    let log: UnsafePointer<strategy_log_ext_v1_t>
    /// nil = the strategy has none.
    let functions: UnsafePointer<strategy_functions_v1_t>?
    /// nil = it names none.
    let features: UnsafePointer<strategy_features_ext_v1_t>?

    init(parameterCount: Int, functionCount: Int, features: [String], stateVersion: UInt32, stateHash: UInt64) {
        params = permanent(ExtensionTables.params(count: parameterCount))
        state = permanent(ExtensionTables.state(version: stateVersion, hash: stateHash))
        log = permanent(ExtensionTables.log())
        functions = functionCount == 0 ? nil : permanent(ExtensionTables.functions(count: functionCount))
        self.features = features.isEmpty ? nil : permanent(ExtensionTables.features(features))
    }

    func table(_ id: String) -> UnsafeRawPointer? {
        switch id {
        case STRATEGY_EXT_PARAMS: UnsafeRawPointer(params)
        case STRATEGY_EXT_STATE: UnsafeRawPointer(state)
        case STRATEGY_EXT_LOG: UnsafeRawPointer(log)
        case STRATEGY_EXT_FUNCTIONS: functions.map { UnsafeRawPointer($0) }
        case STRATEGY_EXT_FEATURES: features.map { UnsafeRawPointer($0) }
        default: nil
        }
    }

    private static func params(count: Int) -> strategy_params_v1_t {
        var table = strategy_params_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_params_v1_t>.size)
        table.count = UInt32(count)
        table.describe = { descriptor, index in
            guard let descriptor, let kind = StrategyKind.of(descriptor) else { return nil }
            return kind.describe(Int(index))
        }
        table.get = { instance, index, value in
            guard let instance, let value else { return 1 }
            return attempt(nil, 0) { () throws(StrategyFault) in
                value.pointee = try StrategyKind.of(instance).get(instance, Int(index))
            }
        }
        table.set = { instance, index, value, error, size in
            guard let instance, let value else { return 1 }
            return attempt(error, size) { () throws(StrategyFault) in
                try StrategyKind.of(instance).set(instance, Int(index), value.pointee)
            }
        }
        table.validate = { instance, error, size in
            guard let instance else { return 1 }
            return attempt(error, size) { () throws(StrategyFault) in
                try StrategyKind.of(instance).validate(instance)
            }
        }
        return table
    }

    private static func state(version: UInt32, hash: UInt64) -> strategy_state_v1_t {
        var table = strategy_state_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_state_v1_t>.size)
        table.schema_version = version
        table.schema_hash = hash
        table.save = { instance, bytes, capacity in
            guard let instance else { return 0 }
            let book = instance.assumingMemoryBound(to: Book.self)
            do throws(StrategyFault) {
                let state = try StrategyKind.of(instance).save(instance)
                guard let bytes, state.count <= capacity else { return state.count }
                for (index, byte) in state.enumerated() { bytes[index] = byte }
                return state.count
            } catch let fault {
                book.pointee.notes.append("the state cannot be saved: \(fault.text)")
                book.pointee.needsAttention = true
                return 0
            }
        }
        table.snapshot = { instance in
            guard let instance, let writing = StrategyKind.of(instance).snapshot(instance) else { return nil }
            return Unmanaged.passRetained(writing).toOpaque()
        }
        table.write = { snapshot, bytes, capacity in
            guard let snapshot else { return 0 }
            let state = Unmanaged<StateWriting>.fromOpaque(snapshot).takeUnretainedValue().bytes
            if let bytes, state.count <= capacity {
                for (index, byte) in state.enumerated() { bytes[index] = byte }
            }
            return state.count
        }
        table.discard = { snapshot in
            if let snapshot { Unmanaged<StateWriting>.fromOpaque(snapshot).release() }
        }
        table.restore = { instance, version, bytes, count, error, size in
            guard let instance else { return 1 }
            let copy = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
            return attempt(error, size) { () throws(StrategyFault) in
                try StrategyKind.of(instance).restore(instance, version: version, copy)
            }
        }
        return table
    }

    private static func functions(count: Int) -> strategy_functions_v1_t {
        var table = strategy_functions_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_functions_v1_t>.size)
        table.count = UInt32(count)
        table.describe = { descriptor, index in
            guard let descriptor, let kind = StrategyKind.of(descriptor) else { return nil }
            return kind.describeFunction(Int(index))
        }
        return table
    }

    private static func features(_ names: [String]) -> strategy_features_ext_v1_t {
        let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: names.count)
        for (index, name) in names.enumerated() { (list + index).initialize(to: permanentText(name)) }
        var table = strategy_features_ext_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_features_ext_v1_t>.size)
        table.count = UInt32(names.count)
        table.names = UnsafePointer(list)
        return table
    }

    private static func log() -> strategy_log_ext_v1_t {
        var table = strategy_log_ext_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_log_ext_v1_t>.size)
        table.set_level = { instance, level in
            guard let instance else { return }
            let clamped = min(max(level, LogLevel.debug.rawValue), LogLevel.error.rawValue)
            instance.assumingMemoryBound(to: Book.self).pointee.logLevel = LogLevel(rawValue: clamped) ?? .info
        }
        return table
    }
}

/// 0 when `body` works, else 1 with its text in the host's buffer.
private func attempt(
    _ error: UnsafeMutablePointer<CChar>?, _ size: Int, _ body: () throws(StrategyFault) -> Void
) -> Int32 {
    do {
        try body()
        return 0
    } catch let fault {
        writeText(fault.text, error, size)
        return 1
    }
}

/// A value that lives as long as the library.
func permanent<Value>(_ value: Value) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    pointer.initialize(to: value)
    return UnsafePointer(pointer)
}
