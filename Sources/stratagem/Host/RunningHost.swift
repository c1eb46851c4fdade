import API
import Dispatch
import Engine
import Glibc
import Journal
import PluginHost
import Synchronization
import Trading

/// The host as everyone outside the engine thread sees it: each question becomes a command between two events, and its answer
/// leaves once all that it shows is durable.
final class RunningHost: TradingHost {
    let engineThread: EngineThread
    let journal: Journal
    private let unsaved: UnsavedLog
    let recentNews: RecentNews
    let accounts: [AccountGrant]
    /// What is traded here never changes while the host lives.
    let listed: [InstrumentView]
    let backtests: BacktestPool
    /// Of clients' sessions; nil = this host is such a simulator itself.
    let simulators: Simulators?
    /// For the next replacements: tapes are large.
    let tapes = Mutex<[EventTape]>([])

    /// `core`: before the thread has it.
    init(_ engineThread: EngineThread, _ core: HostCore, simulators limits: Simulators.Limits? = Simulators.Limits()) {
        simulators = limits.map { Simulators(folder: core.dataPath + "/simulators", limits: $0, core.controls) }
        core.onControls = simulators.map { simulators in { simulators.follow($0) } }
        recentNews = core.news
        accounts = core.accountGrants
        listed = core.universe.instruments.map { InstrumentView(instrument: $0, aliases: $0.aliases) }
        self.engineThread = engineThread
        journal = core.journal
        unsaved = core.unsaved
        backtests = BacktestPool(program: core.backtestProgram, strategies: core.folderPath, data: core.dataPath)
    }

    var revision: UInt64? { engineThread.revision.current }

    /// What a failed commit means to the one who asked.
    enum Durability {
        /// Reads: answered from memory while the journal does not work.
        case whenPossible
        /// Refused when it cannot be made durable.
        case required
    }

    func ask<T: Sendable>(
        _ durability: Durability = .whenPossible,
        _ work: @escaping @Sendable (HostCore) throws(HostRefusal) -> T
    ) async throws(HostRefusal) -> T {
        let (result, failure) = await carryOut(work)
        guard durability == .required, let failure else { return try result.get() }
        switch result {
        case .success: throw .unavailable("it was done, but could not be made durable yet: \(failure)")
        // The same request may pass after a crash.
        case .failure(.denied): throw .unavailable("it was denied, but could not be made durable yet: \(failure)")
        case .failure(let refusal): throw refusal
        }
    }

    /// For what changes nothing at all: answers that were made before stay good.
    func read<T: Sendable>(_ work: @escaping @Sendable (HostCore) throws(HostRefusal) -> T)
        async throws(HostRefusal) -> T
    {
        try await carryOut(onlyReads: true, work).answer.get()
    }

    /// For what must be possible at any time: stop, switch off, cancel. While the journal does not work, the entry in the log
    /// beside it is what a host after a crash knows of the answer.
    func ask<T: Sendable>(
        unsaved entry: (T) -> UnsavedLog.Entry?, _ work: @escaping @Sendable (HostCore) throws(HostRefusal) -> T
    ) async throws(HostRefusal) -> T {
        try await ask(unsavedAll: { entry($0).map { [$0] } ?? [] }, work)
    }

    func ask<T: Sendable>(
        unsavedAll entries: (T) -> [UnsavedLog.Entry], _ work: @escaping @Sendable (HostCore) throws(HostRefusal) -> T
    ) async throws(HostRefusal) -> T {
        let (result, failure) = await carryOut(work)
        let answer = try result.get()
        guard failure != nil else { return answer }
        let left = entries(answer)
        _ = try? await BlockingWork.run { [unsaved] in left.forEach { unsaved.append($0) } }
        return answer
    }

    /// The answer, once it is durable; or with the reason why it cannot be made so.
    private func carryOut<T: Sendable>(
        onlyReads: Bool = false, _ work: @escaping @Sendable (HostCore) throws(HostRefusal) -> T
    ) async -> (answer: Result<T, HostRefusal>, failure: JournalError?) {
        await withCheckedContinuation { continuation in
            let command: Mailbox.Command = { core in
                let result = Result { () throws(HostRefusal) -> T in try work(core) }
                core.afterDurable { outcome in
                    switch outcome {
                    case .success: continuation.resume(returning: (result, nil))
                    case .failure(let reason): continuation.resume(returning: (result, reason))
                    }
                }
            }
            if !engineThread.mailbox.post(command, onlyReads: onlyReads) {
                continuation.resume(
                    returning: (.failure(.unavailable("the host is stopping, or does not keep up")), nil))
            }
        }
    }
}

extension RunningHost {
    /// Asks and waits, for a thread of its own; nil = the engine has ended. What it says may not be durable yet.
    func askNow<T: Sendable>(_ work: @escaping @Sendable (HostCore) -> T) -> T? {
        let done = DispatchSemaphore(value: 0)
        let box = AnswerBox<T>()
        let isTaken = engineThread.mailbox.post { core in
            let answer = work(core)
            box.answer.withLock { $0 = answer }
            done.signal()
        }
        guard isTaken else { return nil }
        done.wait()
        return box.answer.withLock { $0 }
    }

    /// Stops all strategies by their policies, gives those that flatten some more of the market, writes a last checkpoint
    /// and ends the engine. The last picture; nil = it had ended already.
    func stop() -> RunPicture? {
        simulators?.close()
        askNow { $0.logs }?.close()
        backtests.close()
        guard askNow({ $0.close() }) != nil else { return nil }
        let limit = MonotonicClock.now + 1_500_000_000
        while MonotonicClock.now < limit, askNow({ $0.hasPositionsToFlatten && !$0.isAtEnd }) == true { usleep(20_000) }
        // A session that runs goes on with the next host.
        let work = askNow { $0.takeSessionWork() }
        work?.backtest?.cancel()
        _ = work?.recorder?.close()
        // The last checkpoint has what workers know by now; the engine does not wait for them.
        for instance in askNow({ $0.strategies.compactMap(\.instance) }) ?? [] where instance.isInWorker {
            _ = instance.freshState(within: 500_000_000)
        }
        return askNow { core in
            core.requestCheckpoint()
            core.isStopping = true
            return core.picture()
        }
    }

    private final class AnswerBox<T: Sendable>: Sendable {
        let answer = Mutex<T?>(nil)
    }
}
