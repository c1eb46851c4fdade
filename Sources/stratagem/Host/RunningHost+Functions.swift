import API
import Dispatch
import Engine
import PluginHost
import Synchronization
import Trading

// Functions of plugins. A call is tried in a probe first, each time anew: whether it crashes depends on its arguments and on
// what the instance remembers, so that no verdict of an earlier call holds for the next one.

extension RunningHost {
    func functions(of id: String) async throws(HostRefusal) -> [FunctionView] {
        try await ask { core throws(HostRefusal) in
            try core.callable(id).instance.plugin.exportedFunctions.map(FunctionView.init)
        }
    }

    func call(_ function: String, of id: String, _ arguments: [JSONValue.Member], by requester: Requester)
        async throws(HostRefusal) -> JSONValue
    {
        let call = try await ask { core throws(HostRefusal) in try core.prepare(function, of: id, arguments) }
        let verdict = try await ProbeQueue.run { call.tried() }
        if case .failure(let failure) = verdict {
            throw .conflict(
                "\(function) was tried in a process of its own and not called in the host, which is untouched: "
                    + "\(failure)")
        }
        guard call.instance.isInWorker else {
            return try await ask { core throws(HostRefusal) in
                try core.admit(call, by: requester)
                return try call.made()
            }
        }
        // A worker answers when it has come to it; the engine does not wait for that.
        try await ask { core throws(HostRefusal) in try core.admit(call, by: requester) }
        return try await ProbeQueue.run { () -> Result<JSONValue, HostRefusal> in
            Result { () throws(HostRefusal) in try call.made() }
        }.get()
    }
}

/// A call that is ready to be tried, and then made.
struct PreparedFunctionCall: Sendable {
    var strategy: String
    var function: PluginFunction
    var arguments: [FunctionValue]
    /// The one that is meant: a reload in between makes the call out of date.
    var instance: StrategyInstance
    var instruments: [Instrument]
    var bound: [UInt32]
    var parameters: [(name: String, text: String)]
    /// Of an instance in this process.
    var memory: StateSnapshot?

    func tried() -> Result<FunctionValue, ProbeFailure> {
        let state: StrategyState?
        switch CrashPage.during(strategy, { memory?.state ?? instance.freshState() }) {
        case .success(let saved): state = saved
        case .failure(let refusal):
            return .failure(.ended(refusal.problems.map(\.text).joined(separator: "; ")))
        }
        guard let probe = PluginProbe.own else {
            return .failure(.ended("the program that tries it does not lie beside this one"))
        }
        return probe.call(
            function, of: instance.plugin, arguments, instruments: instruments, bound: bound, seed: 0,
            parameters: parameters, state: state, isConfined: instance.isInWorker)
    }

    /// On the strategy itself.
    func made() throws(HostRefusal) -> JSONValue {
        switch CrashPage.during(strategy, { instance.call(function, arguments) }) {
        case .success(let value): return value.json
        case .failure(let failure): throw .conflict("\(function.name): \(failure)")
        }
    }
}

extension HostCore {
    /// A strategy with an instance, out of whose code functions can be called.
    fileprivate func callable(_ id: String) throws(HostRefusal) -> (slot: Int, instance: StrategyInstance) {
        if let view = neverWired.first(where: { $0.id == id }) {
            throw .conflict("\(id) is faulted: \(view.problem ?? "")")
        }
        let slot = try wired(id)
        guard let instance = strategies[slot].instance else {
            throw .conflict("\(id) is \(state(slot).rawValue): \(problem(slot) ?? "it has no instance")")
        }
        return (slot, instance)
    }

    func prepare(
        _ name: String, of id: String, _ members: [JSONValue.Member]
    ) throws(HostRefusal) -> PreparedFunctionCall {
        let (slot, instance) = try callable(id)
        guard let function = instance.plugin.exportedFunctions.first(where: { $0.name == name }) else {
            throw .unknown(kind: "function", id: name)
        }
        let arguments = FunctionArguments(members, function.signature)
        guard arguments.faults.isEmpty else { throw .invalid(arguments.faults) }
        try refuseWhenOut(slot)
        var call = PreparedFunctionCall(
            strategy: id, function: function, arguments: arguments.values, instance: instance,
            instruments: universe.instruments, bound: strategies[slot].instruments.map { UInt32($0) },
            parameters: instance.parameterTexts)
        if !instance.isInWorker {
            call.memory = CrashPage.during(id) { StateSnapshot(of: instance) }
        }
        return call
    }

    /// The call may be made now: nothing that it was tried with has changed but the strategy's own memory.
    fileprivate func admit(_ call: PreparedFunctionCall, by requester: Requester) throws(HostRefusal) {
        let slot = try wired(call.strategy)
        guard strategies[slot].instance === call.instance else {
            throw .conflict("\(call.strategy) was changed in the meantime; look at it and try again")
        }
        try refuseWhenOut(slot)
        // It may change what the strategy remembers, so it is noted who asked.
        audit("strategy.function", call.strategy, by: requester, ["function": call.function.name])
    }

    private func refuseWhenOut(_ slot: Int) throws(HostRefusal) {
        let record = strategies[slot]
        guard record.lifecycle.state.isOut || engine.fault(strategy: slot) != nil else { return }
        throw .conflict("\(record.id) is \(state(slot).rawValue): \(problem(slot) ?? "it broke the contract")")
    }
}

/// Probes run one after the other beside the host: they take processor time from it.
enum ProbeQueue {
    private static let queue = DispatchQueue(label: "stratagem.probe")
    private static let waiting = Mutex(0)
    private static let waitingMax = 16

    static func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async throws(HostRefusal) -> T {
        let isTaken = waiting.withLock { count in
            guard count < waitingMax else { return false }
            count += 1
            return true
        }
        guard isTaken else { throw .unavailable("\(waitingMax) calls wait to be tried already") }
        return await withCheckedContinuation { continuation in
            queue.async {
                let result = work()
                waiting.withLock { $0 -= 1 }
                continuation.resume(returning: result)
            }
        }
    }
}
