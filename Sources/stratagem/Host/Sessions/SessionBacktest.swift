import API
import FoundationEssentials
import Glibc
import Synchronization
import Trading

/// The backtests of a session, one after the other, each a process of its own at the lowest priority: whatever a strategy does
/// in one of them, the host trades on.
final class SessionBacktest: Sendable {
    /// Strategies times symbols.
    static let runsMax = 64
    private static let lowestPriority: Int32 = 19

    private struct State {
        var runs: [SessionRun] = []
        var child: ChildProcess?
        var isCancelled = false
    }

    private let request: TradingSessionRequest
    private let program: String
    private let strategies: String
    private let data: String
    private let recording: String
    /// Of the files with what a run prints.
    private let output: String
    private let state = Mutex(State())

    /// `program` is the executable of the command line.
    init(
        _ request: TradingSessionRequest, program: String, strategies: String, data: String, recording: String,
        name: String
    ) {
        self.request = request
        self.program = program
        self.strategies = strategies
        self.data = data
        self.recording = recording
        output = "\(data)/\(name)"
    }

    var runs: [SessionRun] { state.withLock { $0.runs } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Ends the run that is under way; no other follows.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.child?.send(SIGKILL)
        }
    }

    /// All of them, on the caller's thread; what went wrong beside the runs.
    func run() -> String? {
        defer { for suffix in ["out", "err"] { unlink("\(output).\(suffix)") } }
        for strategy in request.strategies {
            for symbol in request.symbols {
                guard !isCancelled else { return nil }
                do throws(CommandError) {
                    let run = try run(strategy, symbol)
                    state.withLock { $0.runs.append(run) }
                } catch {
                    return error.what
                }
            }
        }
        return nil
    }

    private func run(_ strategy: String, _ symbol: String) throws(CommandError) -> SessionRun {
        let child = try ChildProcess.start(
            program, arguments(strategy, symbol), output: "\(output).out", errors: "\(output).err")
        setpriority(Int32(PRIO_PROCESS.rawValue), id_t(child.id), SessionBacktest.lowestPriority)
        state.withLock { state in
            state.child = child
            if state.isCancelled { child.send(SIGKILL) }
        }
        let end = child.waitForEnd { state.withLock { $0.child = nil } }
        var result = SessionRun(strategy: strategy, instrument: symbol)
        if end == .exited(0), let printed: Printed = text("out").flatMap({ JournalText.decode($0) }) {
            result.performance = printed.performance
        } else {
            let last = text("err")?.split(separator: "\n").last.map(String.init)
            result.problem = last ?? "the backtest ended with \(end.text)"
        }
        return result
    }

    private struct Printed: Decodable {
        var performance: SessionRun.Statistics
    }

    private func text(_ suffix: String) -> String? {
        (try? Data(contentsOf: URL(filePath: "\(output).\(suffix)"))).map { String(decoding: $0, as: UTF8.self) }
    }

    private func arguments(_ strategy: String, _ symbol: String) -> [String] {
        var words = [
            "backtest", strategy, "--data", recording, "--instrument", symbol, "--strategies", strategies, "--data-dir",
            data, "--json", "--quiet", "--tied-to", String(getpid()),
        ]
        func add(_ flag: String, _ value: String?) {
            if let value { words += [flag, value] }
        }
        add("--speed", request.acceleration?.description)
        add("--stop-loss-percent", request.stopLoss?.percent.description)
        add("--take-profit-percent", request.takeProfit?.percent.description)
        add("--max-position-notional", request.maxPositionSize?.description)
        add("--budget", request.budgets[strategy]?.description)
        return words
    }
}
