internal import CWorker
internal import Dispatch
internal import Glibc
internal import Synchronization

/// The thread that starts workers, sees how they end, and ends those that hang. It lives as long as the process, because the
/// kernel ends a worker with the thread that started it.
final class WorkerWatch: @unchecked Sendable {
    static let shared = WorkerWatch()

    private let jobs = Mutex<[@Sendable (WorkerWatch) -> Void]>([])
    /// A pipe: a byte in it wakes the thread.
    private let bell: (output: Int32, input: Int32)
    /// The thread's own.
    private var watched: [WatchedWorker] = []

    private init() {
        var ends: (output: Int32, input: Int32) = (-1, -1)
        let refusal = worker_pipe(&ends.output, &ends.input, 0)
        precondition(refusal == 0, "no pipe could be made: \(String(cString: strerror(refusal)))")
        bell = ends
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { watch in
                Unmanaged<WorkerWatch>.fromOpaque(watch!).takeUnretainedValue().run()
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        precondition(failure == 0, "no thread could be made: \(String(cString: strerror(failure)))")
        pthread_detach(thread)
    }

    // MARK: For other threads

    /// Starts the process and watches over it from then on; nil = done.
    func start(_ worker: Worker, library: String, memory: Int32) -> PluginProblem? {
        let answer = Answer()
        post { watch in
            let problem = watch.spawn(worker, library: library, memory: memory)
            answer.problem.withLock { $0 = problem }
            answer.isThere.signal()
        }
        answer.isThere.wait()
        return answer.problem.withLock { $0 }
    }

    private final class Answer: Sendable {
        let problem = Mutex<PluginProblem?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    /// The worker was asked to end.
    func expectEnd(of worker: Worker) {
        let link = UInt(bitPattern: worker.link)
        post { watch in
            for index in watch.watched.indices where UInt(bitPattern: watch.watched[index].worker.link) == link {
                watch.watched[index].quitDeadline = WatchedWorker.clock + 1_000_000_000
            }
        }
    }

    private func post(_ job: @escaping @Sendable (WorkerWatch) -> Void) {
        jobs.withLock { $0.append(job) }
        var one: UInt8 = 1
        // A full pipe wakes it, too.
        _ = write(bell.input, &one, 1)
    }

    // MARK: The thread

    private func spawn(_ worker: Worker, library: String, memory: Int32) -> PluginProblem? {
        switch WatchedWorker.start(worker, library: library, memory: memory) {
        case .success(let entry):
            watched.append(entry)
            return nil
        case .failure(let problem): return problem
        }
    }

    private func run() {
        while true {
            let waiting = jobs.withLock { jobs in
                defer { jobs.removeAll() }
                return jobs
            }
            for job in waiting { job(self) }
            var polls = [pollfd(fd: bell.output, events: Int16(POLLIN), revents: 0)]
            for entry in watched {
                polls.append(pollfd(fd: entry.processDescriptor, events: Int16(POLLIN), revents: 0))
                polls.append(pollfd(fd: entry.output, events: Int16(POLLIN), revents: 0))
            }
            _ = poll(&polls, nfds_t(polls.count), timeout)
            var bytes = [UInt8](repeating: 0, count: 256)
            if polls[0].revents != 0 { _ = read(bell.output, &bytes, bytes.count) }
            look(polls)
        }
    }

    /// In milliseconds, so that several looks fall into the shortest budget; as long as nothing can hang, nearly none are taken.
    private var timeout: Int32 {
        var nanoseconds: Int64 = 5_000_000_000
        for entry in watched { nanoseconds = min(nanoseconds, entry.lookNanoseconds) }
        return watched.isEmpty ? -1 : Int32(clamping: max(1, nanoseconds / 1_000_000))
    }

    private func look(_ polls: [pollfd]) {
        var ended: [Int] = []
        for index in watched.indices {
            if polls[2 + 2 * index].revents != 0 { watched[index].readOutput() }
            if polls[1 + 2 * index].revents != 0, watched[index].takeEnd() {
                ended.append(index)
            } else {
                watched[index].look()
            }
        }
        for index in ended.reversed() { watched.remove(at: index) }
    }
}
