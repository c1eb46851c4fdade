import API
import Engine
import Glibc
import PluginHost

// While a running instance that answers late (a worker) is handed over, what it is to be given waits, until it has answered
// everything and its memory is in the new one.

extension StrategyInstance {
    var answersLate: Bool { poll != nil }
}

extension HostCore {
    /// The running instance, from which on everything waits; nil = it answers at once, or hands nothing over.
    func hold(_ replacement: Replacement, _ tape: EventTape) -> StrategyInstance? {
        let plan = replacement.plan
        let record = strategies[plan.slot]
        guard record.incoming === replacement, !record.lifecycle.state.isOut, let old = record.instance,
            old.answersLate, plan.mode == .shadow || replacement.takesMemory(of: old)
        else { return nil }
        replacement.held = engine.hold(strategy: plan.slot, on: tape)
        return replacement.held == nil ? nil : old
    }

    /// A shadow that is to take over from a worker, from which on everything waits; nil = it answers at once.
    func holdForPromotion(_ id: String, _ tape: EventTape) throws(HostRefusal) -> Promotion? {
        let slot = try wired(id)
        guard let shadow = strategies[slot].shadow, engine.shadow(strategy: slot) != nil,
            let running = strategies[slot].instance, running.answersLate
        else { return nil }
        guard strategies[slot].incoming == nil, !strategies[slot].isPromoting else {
            throw .conflict("\(id) is being replaced at this moment; try again")
        }
        guard let held = engine.hold(strategy: slot, on: tape) else { return nil }
        strategies[slot].isPromoting = true
        return Promotion(slot: slot, held: held, running: running, shadow: shadow.instance)
    }

    /// Whatever became of it. The old one goes on with what waited, unless the shadow has taken over.
    func end(_ promotion: Promotion) {
        strategies[promotion.slot].isPromoting = false
        engine.endHold(promotion.held, strategy: promotion.slot)
    }
}

/// A shadow on its way from beside a worker into its place.
struct Promotion: @unchecked Sendable {
    let slot: Int
    let held: HeldCall
    let running: StrategyInstance
    let shadow: StrategyInstance
}

extension Replacement {
    private static let emptyMost = 2_000

    func takesMemory(of old: StrategyInstance) -> Bool { plan.memory == .keep && old.plugin.hasState }

    /// Waits until the old one has answered all that it was given. Beside the engine thread.
    static func waitForAnswers(of old: StrategyInstance) throws(HostRefusal) {
        for _ in 0..<emptyMost where old.waitingEvents > 0 && old.end == nil { usleep(1_000) }
        guard old.end == nil, old.waitingEvents == 0 else {
            throw .conflict("the running worker does not answer; try again")
        }
    }
}
