import API
import Configuration
import Engine
import Journal
import PluginHost
import Trading

// Reload, rollback, shadow and promotion as commands of the engine thread. A change of configuration goes the same way with
// the code that is there:
//
// plan (a command) → load and make the instance (beside) → `begin`: what the running one remembers, and a tape of what it is
// told from here on (a command) → restore, catch up from the tape (beside) → `complete`: the last records, the swap (a command).

extension HostCore {
    func reloadPlan(_ id: String, _ request: ReloadRequest) throws(HostRefusal) -> StrategyPlan {
        var plan = try planOfCode(id)
        if plan.configuration.executionMode == .live, request.mode != .shadow {
            throw .conflict("\(id) trades live: load the new generation with mode shadow, then promote it")
        }
        plan.code = .load(path: strategies[plan.slot].library)
        plan.mode = request.mode
        plan.memory = request.memory
        return plan
    }

    /// `number` nil = the generation before the active one.
    func rollbackPlan(_ id: String, to number: Int?, _ memory: ReloadRequest.Memory) throws(HostRefusal) -> StrategyPlan
    {
        var plan = try planOfCode(id)
        let record = strategies[plan.slot]
        if plan.configuration.executionMode == .live {
            throw .conflict("\(id) trades live: a rollback needs a promotion")
        }
        guard
            let generation = number.map({ number in record.generations.first { $0.number == number } })
                ?? record.previous
        else {
            if let number { throw .unknown(kind: "generation of \(id)", id: String(number)) }
            throw .conflict("\(id) has no generation before the active one")
        }
        guard generation.number != record.generation else {
            throw .conflict("generation \(generation.number) of \(id) is active already")
        }
        guard generation.isThere else {
            throw .conflict("the code of generation \(generation.number) of \(id) is not there any more")
        }
        plan.code = .kept(generation)
        plan.memory = memory
        return plan
    }

    private func planOfCode(_ id: String) throws(HostRefusal) -> StrategyPlan {
        if let view = neverWired.first(where: { $0.id == id }) {
            throw .conflict("\(id) is faulted: \(view.problem ?? "")")
        }
        let slot = try wired(id)
        guard !isClosing else { throw .unavailable("the host is stopping") }
        guard let configuration = strategies[slot].configuration, let plugin = strategies[slot].plugin else {
            throw .conflict("\(id) is faulted: \(problem(slot) ?? "")")
        }
        return plan(slot, configuration, plugin)
    }

    // MARK: The way of a replacement

    /// What the running instance remembers; from here on the tape has what it is told. nil = the new one begins anew.
    /// To be called again with the same replacement when the tape did not hold all.
    func begin(_ replacement: Replacement, _ tape: EventTape) throws(HostRefusal) -> StateSnapshot? {
        let plan = replacement.plan
        let slot = plan.slot
        let isSame =
            strategies[slot].replacements == plan.replacements
            && (plan.override == nil || strategies[slot].updatedAt == plan.basis)
        let incoming = strategies[slot].incoming
        guard isSame, !strategies[slot].isPromoting, incoming == nil || incoming === replacement else {
            throw .conflict("\(plan.id) was changed by someone else in the meantime; look at it and try again")
        }
        strategies[slot].incoming = replacement
        // One that failed begins anew: its memory may be what fails.
        guard plan.memory == .keep, !strategies[slot].lifecycle.state.isOut, let old = strategies[slot].instance,
            old.plugin.hasState, !old.answersLate
        else { return nil }
        engine.setTape(tape, strategy: slot)
        return CrashPage.during(plan.id) { StateSnapshot(of: old) }
    }

    /// Takes what the tape has away from the engine, which goes on with the empty one. nil = the strategy was put out of
    /// service or replaced in between.
    func nextTape(of replacement: Replacement, _ empty: EventTape) -> EventTape? {
        let slot = replacement.plan.slot
        guard strategies[slot].incoming === replacement, let tape = engine.setTape(empty, strategy: slot) else {
            return nil
        }
        return tape
    }

    /// Nothing comes of it; the running one goes on as if nothing had been.
    func abandon(_ replacement: Replacement) {
        let slot = replacement.plan.slot
        guard strategies[slot].incoming === replacement else { return }
        strategies[slot].incoming = nil
        engine.setTape(nil, strategy: slot)
        if let held = replacement.held { engine.endHold(held, strategy: slot) }
        eventsPerPieceMax = HostCore.pieceEvents
    }

    /// Records that the engine thread may give the new instance before the swap.
    private static let restMax = 64

    /// The last step. nil = there is still too much on the tape: catch up and call again; `isForced` = however much it is.
    func complete(_ replacement: Replacement, isForced: Bool, by requester: Requester) throws(HostRefusal)
        -> FinishedReplacement?
    {
        let plan = replacement.plan
        let slot = plan.slot
        guard strategies[slot].incoming === replacement else {
            throw .conflict("\(plan.id) was changed by someone else in the meantime; look at it and try again")
        }
        var used: EventTape?
        if let held = replacement.held {
            guard !strategies[slot].lifecycle.state.isOut, engine.isHeld(held, strategy: slot), !held.isBroken else {
                throw .conflict("the running \(plan.id) broke down in the meantime, or is told too much; try again")
            }
        } else if replacement.memory == .keep {
            guard !strategies[slot].lifecycle.state.isOut, engine.fault(strategy: slot) == nil,
                let tape = engine.setTape(nil, strategy: slot)
            else {
                throw .conflict("the running \(plan.id) broke down in the meantime; try again")
            }
            guard tape.recordCount <= HostCore.restMax || isForced, !tape.isOverrun else {
                engine.setTape(tape, strategy: slot)
                // The market comes in smaller pieces until the new one has caught up.
                eventsPerPieceMax = HostCore.restMax / 2
                return nil
            }
            used = tape
            replacement.call.catchUp(tape)
            if let fault = replacement.call.fault {
                throw .conflict("the new instance of \(plan.id) answered with \(fault.text)")
            }
        }
        eventsPerPieceMax = HostCore.pieceEvents
        strategies[slot].incoming = nil
        var finished =
            plan.mode == .shadow ? try addShadow(replacement, by: requester) : takeOver(replacement, by: requester)
        finished.tape = used
        return finished
    }

    private func addShadow(_ replacement: Replacement, by requester: Requester) throws(HostRefusal)
        -> FinishedReplacement
    {
        let slot = replacement.plan.slot
        let before = strategies[slot].generation
        var generation = replacement.generation
        generation?.number = strategies[slot].lastGeneration + 1
        let old = strategies[slot].shadow
        let isNew = replacement.memory == .discard
        if let held = replacement.held {
            guard engine.pair(held, strategy: slot, with: replacement.call, isNew: isNew) else {
                engine.endHold(held, strategy: slot)
                throw .conflict("the new instance of \(replacement.plan.id) does not answer like the running one")
            }
        } else {
            if isNew { engine.introduce(replacement.call, strategy: slot) }
            engine.setShadow(replacement.call, strategy: slot)
        }
        if let generation {
            strategies[slot].shadow = ShadowGeneration(
                generation: generation, instance: replacement.instance, since: engine.now)
            notes.append(.generation(generation.record(of: strategies[slot].id, isActive: false)))
        }
        let number = generation?.number ?? before
        note(slot, "strategy.shadow", "generation \(number) runs as a shadow beside \(before)", number, by: requester)
        return FinishedReplacement(
            slot: slot, generation: number, previous: before, memory: replacement.memory, old: old?.instance)
    }

    private func takeOver(_ replacement: Replacement, by requester: Requester) -> FinishedReplacement {
        let plan = replacement.plan
        let slot = plan.slot
        let before = strategies[slot].generation
        let discarded = strategies[slot].shadow
        if let held = replacement.held {
            engine.release(
                held, strategy: slot, to: replacement.call.call, plan.override == nil ? nil : plan.terms)
        } else if replacement.memory == .keep {
            engine.swap(strategy: slot, to: replacement.call, plan.override == nil ? nil : plan.terms)
        } else {
            engine.rebind(strategy: slot, plan.terms, call: replacement.call.call)
        }
        // New terms bring the file's limits with them.
        defer { if plan.override != nil || replacement.memory != .keep { keepLimits(strategy: slot) } }
        let old = strategies[slot].instance
        strategies[slot].instance = replacement.instance
        strategies[slot].shadow = nil
        strategies[slot].problem = nil
        strategies[slot].replacements += 1
        // After a fault it would come back.
        if replacement.memory != .keep { strategies[slot].savedState = nil }
        if let override = plan.override {
            strategies[slot].configuration = plan.configuration
            strategies[slot].override = override
            strategies[slot].instruments = plan.instruments
            strategies[slot].timeframe = plan.timeframe
            strategies[slot].fileHash = plan.fileHash ?? strategies[slot].fileHash
            returnToService(slot, "configured anew by \(requester.user)")
            writeSetting(slot, json: replacement.overrideJSON, by: requester)
            audit("strategy.configure", plan.id, by: requester, ["configuration": replacement.overrideJSON ?? ""])
        }
        if let shadow = discarded?.generation { keep(shadow, slot) }
        if let generation = replacement.generation {
            activate(generation, slot)
            let number = strategies[slot].generation
            let memory = replacement.memory == .keep ? "with its memory" : "without its memory"
            note(
                slot, generation.number == 0 ? "strategy.reload" : "strategy.rollback",
                "generation \(number) takes over from \(before) \(memory)", number, by: requester)
            returnToService(slot, "generation \(number) was loaded by \(requester.user)")
        }
        return FinishedReplacement(
            slot: slot, generation: strategies[slot].generation, previous: before, memory: replacement.memory,
            old: old, oldShadow: discarded?.instance)
    }

    /// Generations that are listed; the oldest go.
    private static let generationsListed = 100

    func activate(_ generation: Generation, _ slot: Int) {
        var generation = generation
        if generation.number == 0 { generation.number = strategies[slot].lastGeneration + 1 }
        keep(generation, slot)
        strategies[slot].generation = generation.number
        strategies[slot].plugin = generation.plugin
        // What was put back came out of the archive; a reload takes the folder's again.
        if let path = generation.plugin?.path, !GenerationArchive(dataPath: dataPath).holds(path) {
            strategies[slot].library = path
        }
        notes.append(.generation(generation.record(of: strategies[slot].id, isActive: true)))
    }

    /// What the start found out, for the journal.
    func noteGenerations() {
        for record in strategies {
            guard let active = record.generations.first(where: { $0.number == record.generation }) else { continue }
            notes.append(.generation(active.record(of: record.id, isActive: true)))
        }
    }

    private func keep(_ generation: Generation, _ slot: Int) {
        // A new one belongs to the end.
        let before = strategies[slot].generations.lastIndex { $0.number <= generation.number }
        if let before, strategies[slot].generations[before].number == generation.number {
            strategies[slot].generations[before] = generation
            return
        }
        strategies[slot].generations.insert(generation, at: (before ?? -1) + 1)
        if strategies[slot].generations.count > HostCore.generationsListed {
            strategies[slot].generations.removeFirst()
        }
    }

    // MARK: The shadow

    /// `promotion`: what waits for it, where the two answer late.
    func promote(_ id: String, _ promotion: Promotion? = nil, by requester: Requester) throws(HostRefusal)
        -> FinishedReplacement
    {
        let slot = try wired(id)
        guard let shadow = strategies[slot].shadow, let call = engine.shadow(strategy: slot) else {
            throw .conflict("\(id) has no shadow generation; load one with reload, mode shadow")
        }
        guard strategies[slot].incoming == nil else {
            throw .conflict("\(id) is being replaced at this moment; try again")
        }
        if let fault = call.fault {
            throw .conflict("the shadow generation \(shadow.generation.number) answered with \(fault.text)")
        }
        let state = strategies[slot].lifecycle.state
        guard !state.isOut, engine.fault(strategy: slot) == nil else {
            throw .conflict("\(id) is \(state.rawValue): \(problem(slot) ?? ""); reload it first")
        }
        let before = strategies[slot].generation
        let old = strategies[slot].instance
        if let promotion {
            guard engine.isHeld(promotion.held, strategy: slot), !promotion.held.isBroken else {
                throw .conflict("the running \(id) broke down in the meantime, or is told too much; try again")
            }
            engine.promote(promotion.held, strategy: slot)
        } else {
            engine.swap(strategy: slot, to: call)
        }
        strategies[slot].instance = shadow.instance
        strategies[slot].shadow = nil
        strategies[slot].replacements += 1
        activate(shadow.generation, slot)
        let number = shadow.generation.number
        note(
            slot, "strategy.promote", "the shadow generation \(number) takes over from \(before)", number, by: requester
        )
        return FinishedReplacement(slot: slot, generation: number, previous: before, memory: .keep, old: old)
    }

    /// It lived beside a worker that is gone.
    func forgetLostShadow(_ slot: Int) {
        guard let shadow = strategies[slot].shadow, engine.shadow(strategy: slot) == nil else { return }
        keep(shadow.generation, slot)
        strategies[slot].shadow = nil
    }

    /// Its number is not given again.
    func discardShadow(_ id: String, by requester: Requester) throws(HostRefusal) -> FinishedReplacement {
        let slot = try wired(id)
        guard let shadow = strategies[slot].shadow?.generation else {
            throw .conflict("\(id) has no shadow generation")
        }
        guard strategies[slot].incoming == nil, !strategies[slot].isPromoting else {
            throw .conflict("\(id) is being replaced at this moment; try again")
        }
        let old = strategies[slot].shadow?.instance
        engine.setShadow(nil, strategy: slot)
        strategies[slot].shadow = nil
        keep(shadow, slot)
        note(
            slot, "strategy.discard", "the shadow generation \(shadow.number) is discarded", shadow.number,
            by: requester)
        return FinishedReplacement(
            slot: slot, generation: strategies[slot].generation, previous: shadow.number, memory: .discard, old: old)
    }

    /// Tells everybody; the journal too.
    private func note(
        _ slot: Int, _ action: String, _ text: @escaping @autoclosure () -> String, _ number: Int,
        by requester: Requester
    ) {
        let wall = Timestamp(nanoseconds: WallClock.now)
        strategies[slot].updatedAt = wall
        let time = engine.now
        sayLater { core in
            let record = core.strategies[slot]
            let generation = record.generations.last { $0.number == number } ?? record.shadow?.generation
            core.audit(
                action, record.id, by: requester,
                ["generation": String(number), "sha256": generation?.sha256 ?? ""])
            let text = text()
            core.activity.add(.note, slot, time, text)
            core.logs.add(record.id, .info, text, at: time)
            let (loaded, most) = core.generationsLoaded
            if loaded * 5 >= most * 4 { core.alerts.raise(.generations(loaded: loaded, max: most), of: [], at: time) }
        }
    }
}

/// A replacement that was made. What it leaves behind ends beside the engine thread.
struct FinishedReplacement: @unchecked Sendable {
    let slot: Int
    let generation: Int
    let previous: Int
    let memory: ReloadRequest.Memory
    var old: StrategyInstance?
    /// To be used again.
    var tape: EventTape?
    var oldShadow: StrategyInstance?
    /// How long the engine stood for the snapshot, and for the swap.
    var snapshotNanoseconds: Int64 = 0
    var pauseNanoseconds: Int64 = 0
}
