import API
import Engine
import PluginHost

@testable import stratagem

extension HostLife {
    func replacement(_ plan: StrategyPlan) throws(HostRefusal) -> Replacement {
        try plan.replacement(core.catalog).get()
    }

    /// As `RunningHost.replace` does it, with `meanwhile` between the snapshot and the swap.
    @discardableResult
    func replace(_ plan: StrategyPlan, meanwhile: () -> Void = {}) throws(HostRefusal) -> FinishedReplacement {
        let replacement = try replacement(plan)
        do throws(HostRefusal) {
            if let state = try core.begin(replacement, EventTape()) {
                try replacement.restore(state)
                meanwhile()
                if let tape = core.nextTape(of: replacement, EventTape()) { replacement.call.catchUp(tape) }
            } else if let old = core.hold(replacement, EventTape()) {
                meanwhile()
                if replacement.takesMemory(of: old) {
                    try Replacement.waitForAnswers(of: old)
                    core.engine.pollLate()
                    try replacement.restore(old.freshState())
                }
            }
            guard let finished = try core.complete(replacement, isForced: true, by: HostLife.person) else {
                throw .conflict("the tape did not hold all")
            }
            return finished
        } catch {
            core.abandon(replacement)
            throw error
        }
    }

    func reload(_ id: String, _ request: ReloadRequest = ReloadRequest(), meanwhile: () -> Void = {})
        throws(HostRefusal) -> FinishedReplacement
    {
        try replace(try core.reloadPlan(id, request), meanwhile: meanwhile)
    }

    /// As `RunningHost.promote` does it, beside a worker.
    func promoteInWorker(_ id: String, meanwhile: () -> Void = {}) throws(HostRefusal) -> FinishedReplacement {
        guard let promotion = try core.holdForPromotion(id, EventTape()) else {
            throw .conflict("\(id) has no shadow in a worker")
        }
        defer { core.end(promotion) }
        meanwhile()
        for instance in [promotion.running, promotion.shadow] { try Replacement.waitForAnswers(of: instance) }
        core.engine.pollLate()
        return try core.promote(id, promotion, by: HostLife.person)
    }
}
