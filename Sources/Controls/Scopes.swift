import Trading

/// The four scopes that cover one order, as pointers into the gate's table: valid while the gate judges.
struct Scopes: BitwiseCopyable {
    private var system, account, strategy, instrument: UnsafeMutablePointer<ScopeState>

    init(
        system: UnsafeMutablePointer<ScopeState>, account: UnsafeMutablePointer<ScopeState>,
        strategy: UnsafeMutablePointer<ScopeState>, instrument: UnsafeMutablePointer<ScopeState>
    ) {
        self.system = system
        self.account = account
        self.strategy = strategy
        self.instrument = instrument
    }

    subscript(_ scope: LimitScope) -> UnsafeMutablePointer<ScopeState> {
        switch scope {
        case .system: system
        case .account: account
        case .strategy: strategy
        case .instrument: instrument
        }
    }

    /// Calls `body` for each scope from the widest to the narrowest.
    @inline(__always)
    func forEach(_ body: (LimitScope, UnsafeMutablePointer<ScopeState>) -> Void) {
        body(.system, system)
        body(.account, account)
        body(.strategy, strategy)
        body(.instrument, instrument)
    }

    /// The smallest value of one limit over the scopes, and whose it is.
    @inline(__always)
    func strictest<Value: Comparable>(_ limit: (LimitSet) -> Value?) -> (value: Value, scope: LimitScope)? {
        var result: (value: Value, scope: LimitScope)?
        forEach { scope, state in
            guard let value = limit(state.pointee.limits) else { return }
            if let best = result, best.value <= value { return }
            result = (value, scope)
        }
        return result
    }
}
