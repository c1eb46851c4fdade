import Glibc

/// Children of this program that share the runs of a sweep. A run that ends its child is tried once more in another one, then it
/// has failed; one that takes too long has failed at once. The sweep goes on either way.
final class SweepPool {
    private let program: String
    private let arguments: [String]
    private let jobs: Int
    private let secondsMax: Int
    private let watch: SignalWatch
    private var children: [SweepChild] = []
    /// Since the last one that came up.
    private var failedStarts = 0
    /// Of tasks that ended a child: numbers.
    private var repeated: Set<Int> = []

    private static let failedStartsMax = 3
    private static let lookMilliseconds: Int32 = 100

    /// `secondsMax`: for a child to come up, and for a run, with the data that it reads before.
    init(program: String, arguments: [String], jobs: Int, secondsMax: Int, watch: SignalWatch) {
        self.program = program
        self.arguments = arguments
        self.jobs = jobs
        self.secondsMax = secondsMax
        self.watch = watch
    }

    deinit { close() }

    /// Hands out the tasks in their order and gives each row as it comes. false = it was asked to stop before the end.
    func run(
        _ tasks: [SweepTask], take: (SweepRow) throws(CommandError) -> Void
    ) throws(CommandError) -> Bool {
        var waiting = Array(tasks.reversed())
        while !waiting.isEmpty || children.contains(where: { $0.task != nil }) {
            if watch.isStopping { return false }
            if watch.takeSuspension() { suspend() }
            while children.count < min(jobs, waiting.count + children.count { $0.task != nil }) {
                children.append(try SweepChild(program, arguments, secondsMax: secondsMax))
            }
            for child in children where child.isReady && child.task == nil {
                if let task = waiting.popLast() { child.begin(task, secondsMax: secondsMax) }
            }
            waitForNews()
            for child in children { try listen(to: child, &waiting, take) }
        }
        return true
    }

    /// Ends all children.
    func close() {
        for child in children { child.end() }
        children = []
    }

    private func listen(
        to child: SweepChild, _ waiting: inout [SweepTask], _ take: (SweepRow) throws(CommandError) -> Void
    ) throws(CommandError) {
        switch child.news() {
        case .nothing: break
        case .ready: failedStarts = 0
        case .row(let row): try take(row)
        case .gone(let reason):
            child.forget()
            children.removeAll { $0 === child }
            // Who stops the sweep may have stopped the child too.
            if watch.isStopping { break }
            guard let task = child.task else {
                failedStarts += 1
                guard failedStarts < SweepPool.failedStartsMax else {
                    throw CommandError(
                        .environment, "its processes do not come up: \(reason)", at: "sweep",
                        "mend that, or give it fewer with --jobs")
                }
                break
            }
            if child.wasLate || !repeated.insert(task.number).inserted {
                try take(SweepRow(task, .failed, reason: reason))
            } else {
                waiting.append(task)
            }
        }
    }

    private func waitForNews() {
        var ends = children.flatMap { [$0.output, $0.errors] }.map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        poll(&ends, nfds_t(ends.count), SweepPool.lookMilliseconds)
    }

    /// Ctrl-Z: the children stop by themselves, and the time that all of them stand still counts for nobody.
    private func suspend() {
        let begin = MonotonicClock.now
        kill(getpid(), SIGSTOP)
        for child in children { child.postpone(by: MonotonicClock.now - begin) }
    }
}
