internal import CWorker
internal import Synchronization
internal import Trading

// The memory of a strategy in a worker, and the worker's end.

extension StrategyInstance {
    /// Asks a worker to save its memory soon, and waits for nothing. Nothing in host isolation and in lock-step, where
    /// `saveState` asks by itself.
    public func requestState() {
        guard let worker, plugin.hasState, worker.settings.pace == .free else { return }
        worker.requestMemory()
    }

    /// Has a worker save its memory and waits for it; the newest saved one where the worker is gone. For any thread but the
    /// engine's. In host isolation as `saveState`.
    public func freshState(within nanoseconds: Int64 = 1_000_000_000) -> Result<StrategyState?, PluginRefusal> {
        guard let worker else { return saveState() }
        guard plugin.hasState else { return .success(nil) }
        return worker.freshMemory(within: nanoseconds).map(\.state)
            .mapError { PluginRefusal(path: plugin.path, problems: $0.problems) }
    }

    /// How many event records the newest saved memory has seen; nil = none was saved, or it lives in this process.
    public var savedSequence: UInt64? { worker?.newestMemory?.sequence }

    func savedState(_ worker: Worker) -> Result<StrategyState?, PluginRefusal> {
        guard plugin.hasState else { return .success(nil) }
        guard worker.settings.pace == .lockStep else { return .success(worker.newestMemory?.state) }
        return worker.freshMemory(within: worker.settings.startNanoseconds).map(\.state)
            .mapError { PluginRefusal(path: plugin.path, problems: $0.problems) }
    }

    func restore(_ state: StrategyState, in worker: Worker) -> Result<Void, PluginRefusal> {
        guard plugin.hasState else { return refuse("the plugin has no state extension") }
        var writer = ByteWriter()
        WorkerMemory(state: state, sequence: 0).encode(into: &writer)
        return worker.ask(.restore, writer.bytes, within: worker.settings.startNanoseconds).map { _ in }
            .mapError { PluginRefusal(path: plugin.path, problems: $0.problems) }
    }

    // MARK: The worker

    /// Takes it out of service: its process ends, by itself or a second later by force. What it saved last stays.
    public func endWorker() {
        guard let worker, worker.end == nil else { return }
        worker.quit()
        worker_fail(worker.link, UInt32(WORKER_CLOSED))
    }

    public var isInWorker: Bool { worker != nil }
    /// How its worker ended; nil = it lives, or there is none.
    public var end: WorkerEnd? { worker?.end }
    /// Calls of the plugin that took longer than they may, and the longest of all, as the worker measures them; 0 in this
    /// process and in lock-step.
    public var slowCalls: (count: UInt64, longestNanoseconds: Int64) {
        guard let worker else { return (0, 0) }
        let progress = worker_progress(worker.link)
        return (progress.slow_calls, Int64(clamping: progress.slowest_nanoseconds))
    }
    /// Events that it was given and has not answered to.
    public var waitingEvents: UInt64 {
        guard let worker else { return 0 }
        return worker_waiting(worker.link)
    }
    /// nil = it lives in this process, or its worker has ended.
    public var processID: Int32? { worker.flatMap { $0.end == nil ? $0.process.load(ordering: .relaxed) : nil } }
    /// What its process holds of the machine's memory; 0 = unknown.
    public var residentMemoryBytes: Int64 { processID.map { worker_resident_bytes($0) } ?? 0 }
    /// Called once when the worker ends, on a thread of its own.
    public func observeEnd(_ observer: @escaping @Sendable (WorkerEnd) -> Void) { worker?.observeEnd(observer) }
}
