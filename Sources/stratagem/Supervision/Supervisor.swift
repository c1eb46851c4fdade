import Engine
import Glibc
import PluginHost

/// Runs the host as a child and starts it again when it crashes. What ends on purpose stays ended: exit codes other than
/// 70 are passed on (after a crash also those of a start that failed are tried again), and whoever asks the supervisor to stop asks the host.
struct Supervisor {
    /// The program of the host.
    var executable: String
    var policy = RestartPolicy()
    /// How long a host may take to stop before it is killed.
    var graceNanoseconds: Int64 = 10_000_000_000
    /// Where the host writes what it calls; nil = it does not.
    var crashPagePath: String?
    /// How long after a second Ctrl-C: time to leave the terminal in order.
    var hurryNanoseconds: Int64 = 500_000_000

    init(executable: String) { self.executable = executable }

    /// `stratagem run`: starts this program again with the same arguments (without the program's own name) and
    /// `--supervised <this process>`, and comes back with the exit code of it all.
    static func run(arguments: [String], dataFolder: String) throws(CommandError) -> Int32 {
        var supervisor = Supervisor(executable: ownExecutable)
        supervisor.crashPagePath = CrashPage.path(in: dataFolder)
        return try supervisor.run(supervised(arguments))
    }

    /// The flag stands behind the command's name, where no `--` can hide it.
    static func supervised(_ arguments: [String]) -> [String] {
        let flag = ["--supervised", String(getpid())]
        let place = arguments.firstIndex(of: "run").map { $0 + 1 } ?? arguments.count
        return Array(arguments[..<place]) + flag + Array(arguments[place...])
    }

    /// By name, so that the process is listed under it; a file that was replaced or removed still runs as it was.
    private static var ownExecutable: String {
        guard let folder = PluginDiscovery.executableFolder, access(folder + "/stratagem", X_OK) == 0 else {
            return "/proc/self/exe"
        }
        return folder + "/stratagem"
    }

    /// Comes back when the host has ended for good.
    func run(_ arguments: [String]) throws(CommandError) -> Int32 {
        let signals = SupervisorSignals()
        var policy = policy
        var hasCrashed = false
        while true {
            let begin = MonotonicClock.now
            let host = try ChildProcess.start(
                executable, arguments, mask: signals.maskBefore, reset: signals.changed)
            let (end, wasAsked) = wait(for: host, signals)
            let life = MonotonicClock.now - begin
            let isCut = keepOnPage(end, wasAsked: wasAsked)
            guard !wasAsked, isCut || isCrash(end) || (hasCrashed && isFailedStart(end, life)) else {
                return end.exitCode
            }
            hasCrashed = true
            switch policy.crashed(at: MonotonicClock.now, lifeNanoseconds: life) {
            case .giveUp(let restarts):
                Console.error(
                    "error: the host crashed again (\(end.text)) after \(restarts) restarts in "
                        + "\(policy.windowNanoseconds / 1_000_000_000) s – \(executable) – read what it wrote last, "
                        + "mend that, and start it again")
                return CommandError.Code.bug.rawValue
            case .restart(let delay, let number):
                Console.error(
                    "host ended by \(end.text) after \(seconds(life)) s; restarting in \(seconds(delay)) s (\(number))")
                if pause(until: MonotonicClock.now + delay, signals) { return 0 }
            }
        }
    }

    /// The next host reads there how this one has ended. True when a strategy has ended it by the way: whatever the exit
    /// code, nobody has meant the host.
    private func keepOnPage(_ end: ChildProcess.End, wasAsked: Bool) -> Bool {
        guard let path = crashPagePath, let page = CrashPage(path: path, makesFile: false) else { return false }
        page.keep(end, wasAsked: wasAsked)
        let report = page.report
        return report.crash != nil || (report.end != nil && CallMark.slot(report.engineCall) != nil)
    }

    /// A crash is worth another try; a request to end, even one that came before the host could listen, is not.
    private func isCrash(_ end: ChildProcess.End) -> Bool {
        switch end {
        case .exited(let code): code == CommandError.Code.bug.rawValue
        case .signal(let number): ![SIGTERM, SIGINT, SIGHUP].contains(number)
        }
    }

    /// A host that crashed and cannot start again (the disk is still full, another process holds the database): what is in
    /// its way may go away by itself.
    private func isFailedStart(_ end: ChildProcess.End, _ lifeNanoseconds: Int64) -> Bool {
        guard case .exited(let code) = end, lifeNanoseconds < policy.goodLifeNanoseconds else { return false }
        return code == CommandError.Code.environment.rawValue || code == CommandError.Code.usage.rawValue
    }

    /// Passes requests to stop on until the host has ended; says whether there was one.
    private func wait(for host: ChildProcess, _ signals: SupervisorSignals) -> (ChildProcess.End, wasAsked: Bool) {
        var stop = StopRequests()
        var deadline: Int64?
        while true {
            if let end = host.takeEnd() { return (end, stop.isAsked) }
            if let limit = deadline, MonotonicClock.now >= limit {
                Console.error("host did not stop in time; killing it")
                host.send(SIGKILL)
                deadline = nil
            }
            guard let received = signals.next(until: deadline) else { continue }
            switch stop.took(received, at: MonotonicClock.now) {
            case .none: break
            case .first:
                if !received.isFromTerminal { host.send(received.number) }
                deadline = MonotonicClock.now + graceNanoseconds
            case .again: deadline = min(deadline ?? .max, MonotonicClock.now + hurryNanoseconds)
            }
        }
    }

    /// True when a request to stop came meanwhile.
    private func pause(until deadline: Int64, _ signals: SupervisorSignals) -> Bool {
        while MonotonicClock.now < deadline {
            if let received = signals.next(until: deadline), received.number != SIGCHLD { return true }
        }
        return false
    }

    private func seconds(_ nanoseconds: Int64) -> String { NumberText.fixed(Double(nanoseconds) / 1e9, 1) }
}

/// Requests to stop, told apart from echoes: a service manager and `timeout` send one request to the whole group or to
/// each process in turn, so that the same request comes twice.
struct StopRequests {
    enum Meaning: Equatable { case none, first, again }

    /// A person needs longer for a second Ctrl-C.
    static let echoNanoseconds: Int64 = 300_000_000

    private var first: Int64?

    var isAsked: Bool { first != nil }

    mutating func took(_ signal: SupervisorSignals.Received, at now: Int64) -> Meaning {
        guard signal.number != SIGCHLD else { return .none }
        guard let first else {
            self.first = now
            return .first
        }
        return signal.number == SIGINT && now - first >= StopRequests.echoNanoseconds ? .again : .none
    }
}
