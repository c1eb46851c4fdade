internal import CStrategyABI

/// An instance's memory at one moment. Taking it is all that the engine has to wait for; its bytes are written by whoever
/// asks for them, on one thread.
public final class StateSnapshot: @unchecked Sendable {
    private enum Content {
        case written(Result<StrategyState?, PluginRefusal>)
        /// What the plugin's `snapshot` returned.
        case taken(UnsafeMutableRawPointer, strategy_state_v1_t)
    }
    private let content: Content
    private let instance: StrategyInstance

    /// To be called on the instance's own thread.
    public init(of instance: StrategyInstance) {
        self.instance = instance
        if let table = instance.stateTable, let snapshot = table.snapshot, table.write != nil, table.discard != nil,
            let taken = snapshot(instance.pointer)
        {
            content = .taken(taken, table)
        } else {
            content = .written(instance.saveState())
        }
    }

    deinit {
        if case .taken(let snapshot, let table) = content { table.discard?(snapshot) }
    }

    /// nil = the plugin keeps no memory.
    public var state: Result<StrategyState?, PluginRefusal> {
        switch content {
        case .written(let outcome): outcome
        case .taken(let snapshot, let table): instance.written(table) { table.write?(snapshot, $0, $1) ?? 0 }
        }
    }
}

extension StrategyInstance {
    /// Of an instance in this process; what lives in a worker cannot be called here.
    fileprivate var stateTable: strategy_state_v1_t? { isInWorker ? nil : plugin.functions?.state }
}
