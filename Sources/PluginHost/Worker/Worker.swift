internal import CWorker
internal import Glibc
internal import Synchronization
internal import Trading

/// The host's end of one worker process: the shared memory, what it is asked, and how it ended. Events go through `link` by
/// one thread at a time; everything else may be called by any.
final class Worker: @unchecked Sendable {
    let link: OpaquePointer
    let settings: WorkerSettings
    private let questions = Mutex(Questions())
    private let ending = Mutex(Ending())

    private struct Questions {
        /// A save that was asked for and not yet answered.
        var isSaving = false
        var newest: WorkerMemory?
    }

    private struct Ending {
        var end: WorkerEnd?
        var observer: (@Sendable (WorkerEnd) -> Void)?
    }

    /// The watch looks whether calls come back: not before the instance is made, and not while somebody waits by himself.
    let isWatched = Atomic(false)
    let process = Atomic<Int32>(0)
    /// It was asked to end.
    let isQuitting = Atomic(false)

    private init(_ settings: WorkerSettings, link: OpaquePointer) {
        self.settings = settings
        self.link = link
    }

    deinit { worker_link_close(link) }

    /// Starts a process that may load this library and waits for its first question.
    static func start(_ settings: WorkerSettings, library: String) -> Result<Worker, PluginProblem> {
        var terms = worker_terms_t(
            budget_nanoseconds: settings.budgetNanoseconds, slow_nanoseconds: settings.slowNanoseconds,
            lock_step: settings.pace == .lockStep ? 1 : 0, spin_nanoseconds: settings.spinNanoseconds)
        var memory: Int32 = -1
        guard let link = worker_link_open(&terms, &memory) else {
            return .failure(.creation("no memory to share with a worker: \(FileBytes.systemMessage())"))
        }
        defer { close(memory) }
        let worker = Worker(settings, link: link)
        if let problem = WorkerWatch.shared.start(worker, library: library, memory: memory) { return .failure(problem) }
        return .success(worker)
    }

    // MARK: Questions

    /// Asks and waits; a worker that does not answer in time is ended.
    func ask(
        _ operation: WorkerOperation, _ payload: [UInt8] = [], within nanoseconds: Int64
    ) -> Result<[UInt8], PluginRefusalReasons> {
        questions.withLock { questions in
            let wasWatched = isWatched.exchange(false, ordering: .sequentiallyConsistent)
            defer { isWatched.store(wasWatched, ordering: .sequentiallyConsistent) }
            if questions.isSaving, worker_await_answer(link, nanoseconds) != 0 { takeSaved(&questions) }
            payload.withUnsafeBytes { worker_ask(link, operation.rawValue, $0.baseAddress, $0.count) }
            guard worker_await_answer(link, nanoseconds) != 0 else {
                worker_fail(link, UInt32(WORKER_HUNG))
                let end = waitForEnd()
                guard case .hung = end.cause else { return .failure(PluginRefusalReasons([.creation(end.text)])) }
                let text = "its worker did not answer within \(nanoseconds / 1_000_000) ms"
                return .failure(PluginRefusalReasons([.creation(text)]))
            }
            return answer()
        }
    }

    private func answer() -> Result<[UInt8], PluginRefusalReasons> {
        var status: UInt32 = 0
        var size = 0
        worker_answer(link, &status, &size)
        let bytes = [UInt8](UnsafeRawBufferPointer(start: worker_transfer(link), count: size))
        guard status != 0 else { return .success(bytes) }
        do {
            return .failure(PluginRefusalReasons(try PluginProblem.list(bytes)))
        } catch {
            return .failure(PluginRefusalReasons([.creation("its worker answered what makes no sense: \(error)")]))
        }
    }

    // MARK: The instance's memory

    /// Asks for the memory and waits for no answer; nothing while an earlier question is open.
    func requestMemory() {
        _ = questions.withLockIfAvailable { questions in
            takeSaved(&questions)
            guard !questions.isSaving, worker_failure(link) == 0 else { return }
            questions.isSaving = true
            worker_ask(link, WorkerOperation.save.rawValue, nil, 0)
        }
    }

    /// The newest that was saved, without waiting; nil = none was yet.
    var newestMemory: WorkerMemory? {
        questions.withLockIfAvailable { questions in
            takeSaved(&questions)
            return questions.newest
        } ?? nil
    }

    /// The memory as it is now; the newest saved one where the worker is gone.
    func freshMemory(within nanoseconds: Int64) -> Result<WorkerMemory, PluginRefusalReasons> {
        guard worker_failure(link) == 0 else {
            let newest = questions.withLock { $0.newest }
            return newest.map { .success($0) } ?? .failure(PluginRefusalReasons([.state("its worker is gone")]))
        }
        return ask(.save, within: nanoseconds).flatMap { bytes in
            guard let memory = try? WorkerMemory(bytes) else {
                return .failure(PluginRefusalReasons([.state("its worker saved what makes no sense")]))
            }
            questions.withLock { $0.newest = memory }
            return .success(memory)
        }
    }

    private func takeSaved(_ questions: inout Questions) {
        // One that has failed may have written anything.
        guard questions.isSaving, worker_failure(link) == 0, worker_await_answer(link, 0) != 0 else { return }
        questions.isSaving = false
        guard case .success(let bytes) = answer(), let memory = try? WorkerMemory(bytes) else { return }
        questions.newest = memory
    }

    // MARK: The end

    /// In good order; a worker that does not end soon is ended.
    func quit() {
        isQuitting.store(true, ordering: .sequentiallyConsistent)
        worker_quit(link)
        WorkerWatch.shared.expectEnd(of: self)
    }

    /// nil = it lives.
    var end: WorkerEnd? { ending.withLock { $0.end } }

    /// Called once, on the watching thread, or at once where it has ended already.
    func observeEnd(_ observer: @escaping @Sendable (WorkerEnd) -> Void) {
        let end = ending.withLock { ending in
            ending.observer = observer
            return ending.end
        }
        if let end { observer(end) }
    }

    func finish(_ end: WorkerEnd) {
        let observer = ending.withLock { ending in
            ending.end = end
            return ending.observer
        }
        worker_fail(link, UInt32(WORKER_ENDED))
        observer?(end)
    }

    /// After it was taken out of service: the system needs a moment to tell how it ended.
    private func waitForEnd() -> WorkerEnd {
        for _ in 0..<2000 {
            if let end { return end }
            usleep(1000)
        }
        return WorkerEnd(.hung(milliseconds: Int(settings.budgetNanoseconds / 1_000_000)))
    }
}

/// Problems on their way to a refusal, which names the file, too.
struct PluginRefusalReasons: Error {
    var problems: [PluginProblem]
    init(_ problems: [PluginProblem]) { self.problems = problems }
}
