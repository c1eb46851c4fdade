import API
import Configuration
import Engine
import Execution
import Journal
import PluginHost
import Trading

/// A strategy that is to be made anew.
struct PendingRestart {
    /// Of the monotonic clock.
    var due: Int64
    var withMemory: Bool
    /// The making has begun; its outcome comes back with this number.
    var number: UInt64?
}

// From a fault to the strategy's return, or to its quarantine. The engine thread alone does this.

extension HostCore {
    /// The one entry for every fault, whoever has noticed it. The strategy's policy for faults has acted on its orders and
    /// positions when this returns; the move is in the journal with the next batch.
    func fault(_ slot: Int, _ cause: FaultCause) {
        engine.stopFailed(strategy: slot)
        // One that broke the contract may still have threads at work.
        strategies[slot].instance?.endWorker()
        guard let (move, decision) = strategies[slot].lifecycle.fault(cause, at: wallTime, faultPolicy) else { return }
        note(move, slot, isFault: true)
        switch decision {
        case .quarantine: strategies[slot].restart = nil
        case .restart(let delay, let withMemory):
            strategies[slot].restart = PendingRestart(due: clock + delay, withMemory: withMemory)
        }
    }

    private var faultPolicy: FaultPolicy {
        FaultPolicy(restartsMax: host.faults.restartsMax, windowSeconds: host.faults.restartWindowSeconds)
    }

    var wallTime: Timestamp { Timestamp(nanoseconds: WallClock.now) }

    /// Each turn: contracts that were broken since the last one, restarts that are due, positions that are to be closed.
    func tendFaults(_ clock: Int64) {
        self.clock = clock
        for slot in strategies.indices {
            let isOut = strategies[slot].lifecycle.state.isOut
            if let broken = engine.fault(strategy: slot), !isOut, let cause = cause(of: broken, slot) {
                fault(slot, cause)
            }
            if let restart = strategies[slot].restart, restart.number == nil, restart.due <= clock, !isClosing {
                beginRestart(slot)
            }
            if isOut, strategies[slot].configuration?.onFault == .flatten { flattenFailed(slot) }
            noteWorkersSlowCalls(slot)
            if strategies[slot].lifecycle.state == .degraded { tendDegraded(slot) }
        }
    }

    /// The gate or a full order book may have refused the first attempt.
    private func flattenFailed(_ slot: Int) {
        for instrument in 0..<engine.instrumentCount
        where engine.position(strategy: slot, instrument: instrument).quantity != .zero {
            let working = engine.workingTotals(strategy: slot, instrument: instrument)
            guard working.buys == .zero, working.sells == .zero else { continue }
            engine.flattenPosition(strategy: slot, instrument: instrument)
        }
    }

    // MARK: Slow calls

    /// Whoever measures a call that took longer than `faults.callback_soft_us` says it here.
    func noteSlowCall(_ slot: Int, nanoseconds: Int64, count: UInt64 = 1) {
        guard strategies.indices.contains(slot) else { return }
        strategies[slot].slowCalls &+= count
        strategies[slot].lastSlow = clock
        let text =
            "a call took \(HostCore.milliseconds(nanoseconds)), more than the "
            + "\(HostCore.milliseconds(Int64(host.faults.callbackSoftMicroseconds) * 1000)) of faults.callback_soft_us"
        note(strategies[slot].lifecycle.slow(text, at: wallTime), slot)
    }

    /// A worker measures each call by itself.
    private func noteWorkersSlowCalls(_ slot: Int) {
        guard let instance = strategies[slot].instance, instance.isInWorker else { return }
        let (count, longest) = instance.slowCalls
        // A new worker counts from 0.
        let known = count < strategies[slot].workerSlowCalls ? 0 : strategies[slot].workerSlowCalls
        strategies[slot].workerSlowCalls = count
        if count > known { noteSlowCall(slot, nanoseconds: longest, count: count - known) }
    }

    private func tendDegraded(_ slot: Int) {
        guard clock - strategies[slot].lastSlow >= HostCore.quietNanoseconds else { return }
        note(strategies[slot].lifecycle.recover("no slow call for 10 s", at: wallTime), slot)
    }

    /// So long without a slow call, and a strategy is not degraded any more.
    private static let quietNanoseconds: Int64 = 10_000_000_000

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        NumberText.fixed(Double(nanoseconds) / 1e6, 1) + " ms"
    }

    /// Runs a turn's events, and times the calls of some turns.
    func runTimed(_ events: UnsafeBufferPointer<EventRecord>) {
        let soft = Int64(host.faults.callbackSoftMicroseconds) * 1000
        let isTimed = timing.begin()
        if isTimed {
            for slot in strategies.indices { strategies[slot].stopwatch.enter(&engine, slot: slot) }
        }
        let begin = MonotonicClock.now
        engine.run(events)
        timing.end(nanoseconds: MonotonicClock.now - begin, events: events.count, softNanoseconds: soft)
        guard isTimed else { return }
        for slot in strategies.indices {
            let longest = strategies[slot].stopwatch.leave(&engine, slot: slot)
            if longest > soft { noteSlowCall(slot, nanoseconds: longest) }
        }
    }

    // MARK: Restart

    /// A new instance is made beside the engine: the others do not wait for it.
    private func beginRestart(_ slot: Int) {
        guard let restart = strategies[slot].restart, let plugin = strategies[slot].plugin,
            let configuration = strategies[slot].configuration
        else { return strategies[slot].restart = nil }
        restartNumber += 1
        let number = restartNumber
        strategies[slot].restart?.number = number
        let instruments = universe.instruments
        let bound = strategies[slot].instruments.map { UInt32($0) }
        let memory = restart.withMemory ? newestMemory(slot) : nil
        // It may fail again before it has saved anything itself.
        if let memory { strategies[slot].savedState = memory }
        let isolation = catalog.isolation(of: configuration, plugin)
        let seed = strategies[slot].seed
        let work: @Sendable () -> Mailbox.Command = {
            CrashPage.during(configuration.id) {
                let made = StrategyInstance.create(
                    plugin, isolation: isolation, instruments: instruments, bound: bound, seed: seed,
                    parameters: configuration.parameterValues)
                let isRemembering = (try? made.get()).map { $0.takes(memory) } ?? false
                return { core in core.finishRestart(slot, number, made, isRemembering: isRemembering) }
            }
        }
        if let beside { beside(work) } else { work()(self) }
    }

    private func finishRestart(
        _ slot: Int, _ number: UInt64, _ made: Result<StrategyInstance, PluginRefusal>, isRemembering: Bool
    ) {
        // Someone may have loaded or configured it anew in the meantime.
        guard strategies[slot].restart?.number == number, !isClosing else { return }
        strategies[slot].restart = nil
        guard case .success(let instance) = made else {
            guard case .failure(let refusal) = made else { return }
            return fault(slot, .notRestarted(refusal.problems.map(\.text).joined(separator: "; ")))
        }
        engine.attach(StrategyCall(instance), strategy: slot)
        forgetLostShadow(slot)
        // The old one goes here, and its code may fail once more.
        CrashPage.during(strategies[slot].id) { strategies[slot].instance = instance }
        engine.clearFault(strategy: slot)
        let isEnabled = strategies[slot].configuration?.enabled == true
        let text = isRemembering ? "started again with the memory that it saved last" : "started again without memory"
        note(strategies[slot].lifecycle.restarted(isEnabled: isEnabled, text, at: wallTime), slot)
        if isEnabled { engine.enable(strategy: slot) }
    }

    // MARK: Moves

    /// A strategy's first start in this process. What put it into quarantine is not over because the host was started again.
    func startFirst(_ slot: Int) {
        let lifecycle = strategies[slot].lifecycle
        guard lifecycle.state != .quarantined else { return }
        if lifecycle.isNew, let broken = engine.fault(strategy: slot) { return fault(slot, .brokenContract(broken)) }
        engine.clearFault(strategy: slot)
        let isEnabled = strategies[slot].configuration?.enabled == true
        if lifecycle.state == .faulted {
            note(
                strategies[slot].lifecycle.restarted(isEnabled: isEnabled, "started with the host", at: wallTime), slot)
        }
        if isEnabled {
            engine.enable(strategy: slot)
            note(strategies[slot].lifecycle.enable("started with the host", at: wallTime), slot)
        } else {
            note(strategies[slot].lifecycle.disable("it is not enabled", at: wallTime), slot)
        }
    }

    /// After new code or a new configuration is in the slot: what the old one did is over. One that is switched on runs.
    func returnToService(_ slot: Int, _ text: @autoclosure () -> String) {
        strategies[slot].restart = nil
        engine.clearFault(strategy: slot)
        let isEnabled = strategies[slot].configuration?.enabled == true
        let move = strategies[slot].lifecycle.reload(isEnabled: isEnabled, text(), at: wallTime)
        note(move, slot)
        if move != nil, isEnabled { engine.enable(strategy: slot) }
    }

    /// Writes a move down, and tells people. nil = nothing has moved.
    func note(_ move: Lifecycle.Move?, _ slot: Int, isFault: Bool = false) {
        guard let move else { return }
        let id = strategies[slot].id
        notes.append(
            .lifecycle(
                LifecycleRecord(
                    strategy: slot, from: move.from.rawValue, to: move.to.rawValue, code: move.code, text: move.text,
                    isFault: isFault, generation: strategies[slot].generation,
                    faultCount: strategies[slot].lifecycle.faultCount,
                    restartCount: strategies[slot].lifecycle.restartCount, time: move.time, eventTime: engine.now)))
        let account = [accountID(ofStrategy: slot)]
        switch move.to {
        case .faulted: alerts.raise(.faulted(id, move.text), of: account, at: engine.now)
        case .quarantined: alerts.raise(.quarantined(id, move.text), of: account, at: engine.now)
        case .degraded: alerts.raise(.slow(id, move.text), of: account, at: engine.now)
        case .disabled, .running, .paused: break
        }
        let isProblem = move.to.isOut || move.to == .degraded
        // The start and the end of a host are no news about each strategy.
        let isNews = isProblem || move.from.isOut || move.from == .degraded
        let time = engine.now
        sayLater { core in
            let text = "\(move.to.rawValue): \(move.text)"
            if isNews { core.activity.add(isProblem ? .problem : .note, slot, time, text) }
            let severity: LogSeverity = move.to.isOut ? .error : move.to == .degraded ? .warning : .info
            core.logs.add(id, severity, text, at: time)
        }
    }
}

extension StrategyInstance {
    /// Memory that the plugin refuses is left behind: it starts as on its first day.
    fileprivate func takes(_ memory: StrategyState?) -> Bool {
        guard let memory, case .success = restoreState(memory) else { return false }
        return true
    }
}

extension Lifecycle {
    /// From the records of one strategy, oldest first.
    init(_ records: [LifecycleRecord]) {
        guard let last = records.last else {
            self.init()
            return
        }
        self.init(
            // What another version calls by a word of its own is held back until a person has looked at it.
            state: State(rawValue: last.to) ?? .quarantined, code: last.code, text: last.text, since: last.time,
            faultCount: last.faultCount, restartCount: last.restartCount,
            recentFaults: records.filter(\.isFault).map(\.time))
    }

    /// The journal knows nothing of it.
    var isNew: Bool { code.isEmpty }
}
