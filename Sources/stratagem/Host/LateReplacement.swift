import API
import Engine
import Glibc
import PluginHost

// A running instance that answers late (a worker) cannot be lived beside: nobody knows which event an answer belongs to. What
// it is to be given waits instead, until it has answered everything and its memory is in the new one.

extension StrategyInstance {
    var answersLate: Bool { poll != nil }
}

extension HostCore {
    /// The running instance, from which on everything waits; nil = it answers at once, or hands nothing over.
    func hold(_ replacement: Replacement, _ tape: EventTape) throws(HostRefusal) -> StrategyInstance? {
        let plan = replacement.plan
        let record = strategies[plan.slot]
        guard record.incoming === replacement, plan.memory == .keep, !record.lifecycle.state.isOut,
            let old = record.instance, old.answersLate, old.plugin.hasState
        else { return nil }
        guard plan.mode == .swap else {
            throw .conflict(
                "\(plan.id) runs in a worker, whose answers come late, so that a shadow could not be compared; "
                    + "use isolation host, or mode swap")
        }
        replacement.held = engine.hold(strategy: plan.slot, on: tape)
        return replacement.held == nil ? nil : old
    }
}

extension Replacement {
    private static let emptyMost = 2_000

    /// Waits until the old one has answered all that it was given. Beside the engine thread.
    static func waitForAnswers(of old: StrategyInstance) throws(HostRefusal) {
        for _ in 0..<emptyMost where old.waitingEvents > 0 && old.end == nil { usleep(1_000) }
        guard old.end == nil, old.waitingEvents == 0 else {
            throw .conflict("the running worker does not answer; try again")
        }
    }
}
