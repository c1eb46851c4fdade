import API
import Configuration
import Engine
import PluginHost
import Synchronization
import Trading

// Generations and logs for clients; what takes its time is done here, beside the engine thread.

extension RunningHost {
    func generations(of id: String) async throws(HostRefusal) -> GenerationsView {
        try await ask { core throws(HostRefusal) in core.generationsView(try core.wired(id)) }
    }

    func reload(_ id: String, _ request: ReloadRequest, by requester: Requester) async throws(HostRefusal) -> ReloadView
    {
        try await reload(id, request, nil, by: requester)
    }

    /// `plugin`: what is to run, where it was loaded already; nil = the file that the running one came from is loaded anew.
    func reload(
        _ id: String, _ request: ReloadRequest, _ plugin: LoadedPlugin?, by requester: Requester
    ) async throws(HostRefusal) -> ReloadView {
        var plan = try await ask { core throws(HostRefusal) in try core.reloadPlan(id, request) }
        if let plugin { plan.code = .loaded(plugin) }
        do throws(HostRefusal) {
            if plugin == nil, let library = try await compiled(plan) { plan.code = .load(path: library) }
            if request.gate == .replay { try await passReplay(plan) }
            let finished = try await replace(plan, by: requester)
            return try await view(finished, request.mode)
        } catch {
            // The reason is for whoever looks at the strategy later, too.
            await onEngine { core in core.noteRefusal(id, "not reloaded: \(error.text)") }
            throw error
        }
    }

    /// The code that is to take over, against what this run has recorded.
    private func passReplay(_ plan: StrategyPlan) async throws(HostRefusal) {
        let gate = try await ask { core throws(HostRefusal) in try core.replayGate }
        let id = plan.id
        let library =
            switch plan.code {
            case .load(let path): path
            case .loaded(let plugin): plugin.path
            default: plan.plugin.path
            }
        try await beside { Result { () throws(HostRefusal) in try gate.judge(id, library) } }
    }

    /// The library of the sources in the strategy's folder as they are now; nil = its code comes from elsewhere.
    private func compiled(_ plan: StrategyPlan) async throws(HostRefusal) -> String? {
        let folder = plan.configuration.folder
        let builder = try await ask { core throws(HostRefusal) in core.catalog.builder }
        guard let builder, plan.configuration.plugin == nil, SourceBuilder.hasSources(folder) else { return nil }
        switch await builder.build(folder) {
        case .success(let library): return library.path
        case .failure(let failure):
            throw .conflict(failure.refusal.findings.map(\.description).joined(separator: "; "))
        }
    }

    func rollback(
        _ id: String, to generation: Int?, memory: ReloadRequest.Memory, by requester: Requester
    ) async throws(HostRefusal) -> ReloadView {
        let plan = try await ask { core throws(HostRefusal) in try core.rollbackPlan(id, to: generation, memory) }
        return try await view(try await replace(plan, by: requester), .swap)
    }

    func promote(_ id: String, by requester: Requester) async throws(HostRefusal) -> ReloadView {
        let tape = takeTape()
        let begun = await onEngine { core in
            Result { () throws(HostRefusal) -> Promotion? in try core.holdForPromotion(id, tape) }
        }
        let promotion = try RunningHost.got(begun)
        do throws(HostRefusal) {
            if let promotion { try await waitForAnswers(promotion) }
            let outcome = await onEngine { core in
                core.timed { core throws(HostRefusal) in try core.promote(id, promotion, by: requester) }
            }
            guard let finished = try RunningHost.got(outcome) else { throw .conflict("\(id) has no shadow generation") }
            if let promotion { await onEngine { core in core.end(promotion) } }
            return try await view(await retired(finished), .swap)
        } catch {
            if let promotion { await onEngine { core in core.end(promotion) } }
            throw error
        }
    }

    /// Of both, so that all that they were given is compared before the shadow takes over.
    private func waitForAnswers(_ promotion: Promotion) async throws(HostRefusal) {
        try await beside {
            Result { () throws(HostRefusal) -> Void in
                try Replacement.waitForAnswers(of: promotion.running)
                try Replacement.waitForAnswers(of: promotion.shadow)
            }
        }
        await onEngine { core in core.engine.pollLate() }
    }

    func discardShadow(of id: String, by requester: Requester) async throws(HostRefusal) -> GenerationsView {
        let finished = await retired(
            try await ask { core throws(HostRefusal) in try core.discardShadow(id, by: requester) })
        return try await ask(.required) { core throws(HostRefusal) in core.generationsView(finished.slot) }
    }

    /// Once it is durable.
    private func view(_ finished: FinishedReplacement, _ mode: ReloadRequest.Mode) async throws(HostRefusal)
        -> ReloadView
    {
        let strategy = try await ask(.required) { core throws(HostRefusal) in core.strategyView(finished.slot) }
        return ReloadView(
            strategy: strategy, mode: mode, generation: finished.generation, previousGeneration: finished.previous,
            memory: finished.memory, snapshotNanoseconds: finished.snapshotNanoseconds,
            pauseNanoseconds: finished.pauseNanoseconds)
    }

    // MARK: The way of a replacement

    /// Snapshots that are taken when the market is faster than the new instance can follow.
    private static let attemptsMax = 4
    /// Tapes that are taken away before the engine thread itself gives the new instance the rest, however much it is.
    private static let tapesMax = 50

    func replace(_ plan: StrategyPlan, by requester: Requester) async throws(HostRefusal) -> FinishedReplacement {
        let catalog = try await ask { core throws(HostRefusal) in core.catalog }
        let replacement = try await beside { plan.replacement(catalog) }
        do throws(HostRefusal) {
            for _ in 0..<RunningHost.attemptsMax {
                if let finished = try await attempt(replacement, by: requester) { return await retired(finished) }
            }
            throw .conflict("\(plan.id) is told more than the new instance can catch up with; try again")
        } catch {
            await onEngine { core in core.abandon(replacement) }
            throw error
        }
    }

    /// What was replaced ends here, and the memory of code that does not run any more is given back.
    private func retired(_ finished: consuming FinishedReplacement) async -> FinishedReplacement {
        finished.old = nil
        finished.oldShadow = nil
        if let (loader, used) = await onEngine({ core in (core.catalog.loader, core.generationsInUse) }) {
            try? await BlockingWork.run { loader.dropPages(exceptOf: used) }
        }
        return finished
    }

    /// nil = the market was faster.
    private func attempt(_ replacement: Replacement, by requester: Requester) async throws(HostRefusal)
        -> FinishedReplacement?
    {
        let tape = takeTape()
        let begun = await onEngine { core in
            let clock = MonotonicClock.now
            defer { replacement.snapshotNanoseconds = MonotonicClock.now - clock }
            return Result { () throws(HostRefusal) -> StateSnapshot? in try core.begin(replacement, tape) }
        }
        guard let snapshot = try RunningHost.got(begun) else {
            try await takeOverMemory(to: replacement, tape)
            return try await complete(replacement, isForced: true, by: requester)
        }
        try await beside {
            CrashPage.during(replacement.plan.id) {
                Result { () throws(HostRefusal) -> Void in try replacement.restore(snapshot) }
            }
        }
        var empty = takeTape()
        for round in 0..<RunningHost.tapesMax {
            let isLast = round == RunningHost.tapesMax - 1
            if let finished = try await complete(replacement, isForced: isLast, by: requester) {
                tapes.withLock { $0 = [finished.tape, empty].compactMap(\.self) }
                return finished
            }
            guard let full = await onEngine({ [empty] core in core.nextTape(of: replacement, empty) }) ?? nil else {
                throw .conflict("\(replacement.plan.id) was changed by someone else in the meantime; try again")
            }
            if full.isOverrun { return nil }
            try await beside {
                CrashPage.during(replacement.plan.id) { replacement.call.catchUp(full) }
                return .success(())
            }
            full.rewind()
            empty = full
        }
        return nil
    }

    /// Of one that answers late: all that it is to be given waits meanwhile.
    private func takeOverMemory(to replacement: Replacement, _ tape: EventTape) async throws(HostRefusal) {
        guard let old = await onEngine({ core in core.hold(replacement, tape) }) ?? nil,
            replacement.takesMemory(of: old)
        else { return }
        try await beside { Result { () throws(HostRefusal) -> Void in try Replacement.waitForAnswers(of: old) } }
        // What it answered last counts, before its memory is asked for.
        await onEngine { core in core.engine.pollLate() }
        try await beside {
            CrashPage.during(replacement.plan.id) {
                Result { () throws(HostRefusal) -> Void in try replacement.restore(old.freshState()) }
            }
        }
    }

    private func takeTape() -> EventTape {
        let tape = tapes.withLock { $0.popLast() } ?? EventTape()
        tape.rewind()
        return tape
    }

    private func complete(_ replacement: Replacement, isForced: Bool, by requester: Requester) async throws(HostRefusal)
        -> FinishedReplacement?
    {
        let outcome = await onEngine { core in
            core.timed { core throws(HostRefusal) in
                try core.complete(replacement, isForced: isForced, by: requester)
            }
        }
        var finished = try RunningHost.got(outcome)
        finished?.snapshotNanoseconds = replacement.snapshotNanoseconds
        return finished
    }

    /// An answer at once, without waiting for the disk; nil = the host is stopping, or does not keep up.
    @discardableResult
    func onEngine<T: Sendable>(_ work: @escaping @Sendable (HostCore) -> T) async -> T? {
        await withCheckedContinuation { continuation in
            let isTaken = engineThread.mailbox.post { core in continuation.resume(returning: work(core)) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    private static func got<T>(_ outcome: Result<T, HostRefusal>?) throws(HostRefusal) -> T {
        guard let outcome else { throw .unavailable("the host is stopping, or does not keep up") }
        return try outcome.get()
    }

    /// What blocks or computes for long.
    @discardableResult
    private func beside<T: Sendable>(
        _ work: @escaping @Sendable () -> Result<T, HostRefusal>
    ) async throws(HostRefusal) -> T {
        guard let outcome = try? await BlockingWork.run(work) else { throw .unavailable("the host is stopping") }
        return try outcome.get()
    }
}

extension HostCore {
    /// With the time that the engine stood for it.
    func timed(
        _ work: (HostCore) throws(HostRefusal) -> FinishedReplacement?
    ) -> Result<FinishedReplacement?, HostRefusal> {
        let begin = MonotonicClock.now
        let outcome = Result { () throws(HostRefusal) -> FinishedReplacement? in try work(self) }
        let pause = MonotonicClock.now - begin
        return outcome.map { finished in
            var finished = finished
            finished?.pauseNanoseconds = pause
            return finished
        }
    }

    func noteRefusal(_ id: String, _ text: String) {
        guard let slot = try? wired(id) else { return }
        activity.add(.problem, slot, engine.now, text)
        logs.add(id, .error, text, at: engine.now)
    }
}

extension HostRefusal {
    /// For a log.
    var text: String {
        switch self {
        case .invalid(let faults): faults.map { "\($0.path): \($0.message)" }.joined(separator: "; ")
        case .unknown(let kind, let id): "no \(kind) has the id '\(id)'"
        case .conflict(let reason), .forbidden(let reason), .halted(let reason), .unavailable(let reason),
            .weakSignal(let reason):
            reason
        case .denied(let findings), .awaitingApproval(_, let findings):
            findings.map(\.rule.name).joined(separator: ", ")
        }
    }
}

// MARK: Logs

extension RunningHost {
    func logs(of id: String, _ filter: LogFilter) async throws(HostRefusal) -> [LogEntryView] {
        let logs = try await logs(of: id)
        return logs.entries(of: id, filter)
    }

    func logStream(of id: String, from severity: LogSeverity) async throws(HostRefusal) -> AsyncStream<LogEntryView> {
        let logs = try await logs(of: id)
        guard let stream = logs.stream(of: id, from: severity) else {
            throw .unavailable("\(StrategyLogs.readersMax) clients follow logs already; end one of them")
        }
        return stream
    }

    /// A strategy without a slot has no lines, but it is there.
    private func logs(of id: String) async throws(HostRefusal) -> StrategyLogs {
        try await ask { core throws(HostRefusal) in
            if !core.neverWired.contains(where: { $0.id == id }) { _ = try core.wired(id) }
            return core.logs
        }
    }
}
