import Configuration
import Engine
import Glibc
import MarketData
import PluginHost
import Portfolio
import Trading

/// The child's side of a sweep: runs what it is told to over data that it reads once for each span of time.
final class SweepRunner {
    private let plan: BacktestPlan
    private let folder: StrategiesFolder
    private let catalog: PluginCatalog
    private var prepared: (from: Timestamp?, to: Timestamp?, backtest: PreparedBacktest)?

    /// What a child says when it is up; it reads the data for its first run.
    static let ready = "ready"

    init(_ plan: BacktestPlan, _ folder: StrategiesFolder, _ catalog: PluginCatalog) {
        self.plan = plan
        self.folder = folder
        self.catalog = catalog
    }

    /// Takes tasks from standard input until it ends, and answers each with a row. The rows have standard output for
    /// themselves: what a strategy prints goes nowhere.
    func serve() throws(CommandError) {
        // A terminal's Ctrl-C reaches the children too; the parent says when they end.
        signal(SIGINT, SIG_IGN)
        // A crash leaves no core file: it could be as large as the memory.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard output >= 0, nowhere >= 0, dup2(nowhere, STDOUT_FILENO) >= 0 else {
            throw CommandError(
                .environment, "has no room for descriptors: \(String(cString: strerror(errno)))", at: "sweep",
                "raise the limit of open files")
        }
        _ = OutputFile.write(SweepRunner.ready + "\n", to: output)
        while let line = readLine() {
            guard let task = SweepTask(line: line) else {
                throw CommandError(.bug, "was given what is no task", at: "sweep", "start the sweep by hand")
            }
            guard OutputFile.write(run(task).json.text + "\n", to: output) == 0 else { return }
        }
    }

    private func run(_ task: SweepTask) -> SweepRow {
        var backtest: PreparedBacktest
        do throws(CommandError) {
            backtest = try prepare(from: task.from, to: task.to)
        } catch {
            return SweepRow(task, .failed, reason: error.what)
        }
        if let cash = task.cash { backtest.setup.accounts[0].terms.openingBalance = cash }
        var values = backtest.sole.parameters
        for parameter in task.values { values[parameter.name] = .text(parameter.text) }
        let begun: Backtest
        switch backtest.begin([values]) {
        case .success(let made): begun = made
        case .failure(let refusal):
            return SweepRow(
                task, SweepRunner.isAboutValues(refusal) ? .refused : .failed,
                reason: backtest.reasons(refusal).joined(separator: "; "))
        }
        let result = begun.run(
            keepsFills: false, keepsTrades: false, progress: ProgressLine("sweep", isShown: false))
        if let end = end(of: begun.members[0].instance, isSure: !result.faults.isEmpty) {
            return SweepRow(task, .failed, reason: end)
        }
        guard result.faults.isEmpty else {
            return SweepRow(task, .failed, reason: result.faults.joined(separator: "; "))
        }
        return SweepRow(task, result)
    }

    /// Else it could not be made at all.
    private static func isAboutValues(_ refusal: PreparedBacktest.Refusal) -> Bool {
        refusal.members.flatMap(\.refusal.problems).allSatisfy { problem in
            switch problem {
            case .parameter, .validation: true
            default: false
            }
        }
    }

    /// Why its worker ended; nil where it did not. Who watches over the worker learns it a moment later than the engine.
    private func end(of instance: StrategyInstance, isSure: Bool) -> String? {
        let deadline = MonotonicClock.now + SweepRunner.patienceNanoseconds
        while isSure, instance.isInWorker, instance.end == nil, MonotonicClock.now < deadline { usleep(1_000) }
        return instance.end?.text
    }

    private static let patienceNanoseconds: Int64 = 1_000_000_000

    /// Tasks of one span come one after another.
    private func prepare(from: Timestamp?, to: Timestamp?) throws(CommandError) -> PreparedBacktest {
        if let prepared, prepared.from == from, prepared.to == to { return prepared.backtest }
        prepared = nil
        var plan = plan
        if let from { plan.csv.from = from }
        if let to { plan.csv.to = to }
        let backtest = try plan.prepare(folder, catalog)
        prepared = (from, to, backtest)
        return backtest
    }
}
