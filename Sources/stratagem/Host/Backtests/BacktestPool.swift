import API
import Dispatch
import Glibc
import Synchronization

/// The backtests that clients ask for: some run, some wait, and the latest that have ended are kept as files.
final class BacktestPool: Sendable {
    struct Limits {
        /// At the same time: half of the processors, so that the host has the rest.
        var running = max(1, min(4, processorCount / 2))
        var waiting = 16
        /// That have ended; the oldest go.
        var kept = 200
        var process = BacktestProcess.Bounds()

        private static var processorCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
    }

    private struct State {
        /// Oldest first.
        var jobs: [BacktestJob] = []
        /// By number, of those that run.
        var progress: [Int: Double] = [:]
        /// Have a process; one that was cancelled has it a moment longer than it runs.
        var busy: Set<Int> = []
        var isClosed = false
        var lastNumber = 0
    }

    let limits: Limits
    private let program: String
    private let strategies: String
    private let data: String
    private let files: BacktestFiles
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "stratagem.backtests", attributes: .concurrent)

    /// `program` is the executable of the command line.
    init(program: String, strategies: String, data: String, limits: Limits = Limits()) {
        self.program = program
        self.strategies = strategies
        self.data = data
        self.limits = limits
        files = BacktestFiles(data)
        let (kept, lastNumber) = files.load()
        state.withLock { state in
            state.jobs = kept
            state.lastNumber = lastNumber
            for index in state.jobs.indices where !state.jobs[index].isOver {
                state.jobs[index].end(.failed("the host ended before it did"))
                _ = files.store(state.jobs[index])
            }
        }
    }

    // MARK: Clients

    /// `make` gets the new one's number. Blocks on the disk.
    func add(_ make: (Int) -> BacktestJob) throws(HostRefusal) -> BacktestView {
        let added = Result { () throws(HostRefusal) -> BacktestJob in
            try state.withLock { state throws(HostRefusal) in
                guard !state.isClosed else { throw .unavailable("the host is stopping") }
                let waiting = state.jobs.count { !$0.isOver } - state.progress.count
                guard waiting < limits.waiting else {
                    throw .unavailable("\(waiting) backtests wait already; try again when one has ended")
                }
                if let obstacle = DataCollection.diskObstacle(data) { throw .unavailable(obstacle) }
                let job = make(state.lastNumber + 1)
                if let problem = files.make(job) { throw .unavailable("the backtest cannot be kept: \(problem)") }
                state.lastNumber = job.number
                state.jobs.append(job)
                prune(&state)
                return job
            }
        }
        let view = try added.get().view()
        startWaiting()
        return view
    }

    /// Newest first, without results.
    func all(of strategy: String) -> [BacktestView] {
        state.withLock { state in
            state.jobs.reversed().filter { $0.strategy == strategy }.map {
                $0.view(progress: state.progress[$0.number] ?? 0)
            }
        }
    }

    /// With its result.
    func find(_ id: String, of strategy: String) throws(HostRefusal) -> BacktestView {
        let found = state.withLock { state in
            state.jobs.first { $0.id == id && $0.strategy == strategy }
                .map { ($0, state.progress[$0.number] ?? 0) }
        }
        guard let (job, progress) = found else { throw .unknown(kind: "backtest", id: id) }
        return job.view(progress: progress, withResult: true)
    }

    func cancel(_ id: String, of strategy: String, by user: String) throws(HostRefusal) -> BacktestView {
        let ended = Result { () throws(HostRefusal) -> BacktestJob in
            try state.withLock { state throws(HostRefusal) in
                guard let index = state.jobs.firstIndex(where: { $0.id == id && $0.strategy == strategy }) else {
                    throw .unknown(kind: "backtest", id: id)
                }
                guard !state.jobs[index].isOver else { throw .conflict("the backtest \(id) has ended already") }
                return finish(&state, index, .failed("cancelled by \(user)"))
            }
        }
        return try ended.get().view()
    }

    /// The page of one that is completed.
    func report(_ id: String, of strategy: String) throws(HostRefusal) -> String {
        let view = try find(id, of: strategy)
        guard view.state == .completed else {
            throw .conflict("the backtest \(id) is \(view.state.rawValue): it has no report")
        }
        guard let page = files.report(id) else { throw .conflict("the report of \(id) is gone") }
        return page
    }

    /// Those that are not over, and some that are.
    func recent() -> [BacktestView] {
        state.withLock { state in
            let ended = state.jobs.filter(\.isOver).suffix(BacktestPool.recentMax)
            return (ended + state.jobs.filter { !$0.isOver })
                .map { $0.view(progress: state.progress[$0.number] ?? 0) }
        }
    }

    private static let recentMax = 16

    /// Nothing runs when it returns, and nothing starts any more.
    func close() {
        state.withLock { state in
            state.isClosed = true
            while let index = state.jobs.firstIndex(where: { !$0.isOver }) {
                finish(&state, index, .failed("the host was stopped before it ended"))
            }
        }
        queue.sync(flags: .barrier) {}
    }

    // MARK: Runs

    private func startWaiting() {
        state.withLock { state in
            while !state.isClosed, state.busy.count < limits.running,
                let index = state.jobs.firstIndex(where: { !$0.isOver && $0.startedAt == nil })
            {
                state.jobs[index].begin()
                _ = files.store(state.jobs[index])
                let job = state.jobs[index]
                state.progress[job.number] = 0
                state.busy.insert(job.number)
                queue.async { self.run(job) }
            }
        }
    }

    private func run(_ job: BacktestJob) {
        let folder = files.folder(job.id)
        let process = BacktestProcess(
            program: program,
            arguments: job.arguments(strategies: strategies, data: data, folder: folder, process: getpid()),
            folder: folder, bounds: limits.process)
        let outcome = process.run(
            isWanted: { state.withLock { $0.progress[job.number] != nil } },
            progress: { part in state.withLock { if $0.progress[job.number] != nil { $0.progress[job.number] = part } }
            })
        files.clear(job.id)
        state.withLock { state in
            state.busy.remove(job.number)
            if let index = state.jobs.firstIndex(where: { $0.number == job.number && !$0.isOver }) {
                finish(&state, index, outcome)
            } else {
                prune(&state)
            }
        }
        startWaiting()
    }

    /// The job as it has ended; older ones may have left their places then.
    @discardableResult
    private func finish(_ state: inout State, _ index: Int, _ outcome: BacktestOutcome) -> BacktestJob {
        state.jobs[index].end(outcome)
        state.progress[state.jobs[index].number] = nil
        if let problem = files.store(state.jobs[index]) {
            state.jobs[index].end(.failed("its result could not be kept: \(problem)"))
        }
        let ended = state.jobs[index]
        prune(&state)
        return ended
    }

    /// A process that has not ended yet writes into its folder.
    private func prune(_ state: inout State) {
        let canGo = { [busy = state.busy] (job: BacktestJob) in job.isOver && !busy.contains(job.number) }
        var surplus = state.jobs.count(where: canGo) - limits.kept
        while surplus > 0, let oldest = state.jobs.firstIndex(where: canGo) {
            files.remove(state.jobs[oldest].id)
            state.jobs.remove(at: oldest)
            surplus -= 1
        }
    }
}
