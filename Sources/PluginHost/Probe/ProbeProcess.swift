internal import CProcess
internal import FoundationEssentials
internal import Glibc

/// A child process of the same executable that does one thing with a library, and may crash or hang at it. Its report is
/// believed as little as the library.
struct ProbeProcess {
    /// The lines that came, and how it ended where it did not come to its end.
    struct Outcome {
        var lines: [ProbeLine] = []
        /// "crashed with signal 11", …; nil = it did all that it was asked.
        var end: String?
        /// What it was doing then.
        var step = ProbeStep.start
    }

    static let outputMax = 4 << 20
    /// Of all steps together: a library could report steps of its own without end.
    static let secondsMax: Int64 = 120

    private let process: pid_t
    private let output: Int32
    private var outcome = Outcome()
    private var rest: [UInt8] = []
    private var received = 0
    private var stepBegan = MonotonicTime.now
    /// How long it had waited for a processor when the step began, in nanoseconds.
    private var waitedBefore: Int64 = 0
    private let began = MonotonicTime.now

    /// Runs a probe to its end, whatever end that is; it blocks.
    static func run(_ request: ProbeRequest, executable: String) -> Outcome {
        switch start(request, executable) {
        case .success(var probe): return probe.finish()
        case .failure(let failure): return Outcome(end: failure.reason)
        }
    }

    private struct Failure: Error {
        var reason: String
        init(_ what: String) { reason = "no probe could be started: \(what)" }
    }

    private init(_ process: pid_t, _ output: Int32) {
        self.process = process
        self.output = output
    }

    // MARK: Starting

    private static func start(_ request: ProbeRequest, _ executable: String) -> Result<ProbeProcess, Failure> {
        let input = process_memory_file("stratagem-probe")
        guard input >= 0 else { return .failure(Failure(FileBytes.systemMessage())) }
        defer { close(input) }
        guard let document = try? JSONEncoder().encode(request), write(Array(document), to: input),
            lseek(input, 0, SEEK_SET) == 0
        else { return .failure(Failure("the request could not be written")) }
        var ends: [Int32] = [-1, -1]
        guard process_pipe(&ends) == 0 else { return .failure(Failure(FileBytes.systemMessage())) }
        defer { close(ends[1]) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        var id = pid_t()
        let failure = spawn(executable, request.library, input: input, report: ends[1], &id)
        guard failure == 0 else {
            close(ends[0])
            return .failure(Failure("\(executable): \(String(cString: strerror(failure)))"))
        }
        return .success(ProbeProcess(id, ends[0]))
    }

    /// The child has descriptors 0 (request), 1 and 2 (nowhere) and 3 (report), default signals, a group of its own and few
    /// words of the environment: nothing of the host's secrets.
    private static func spawn(
        _ executable: String, _ library: String, input: Int32, report: Int32, _ id: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Above the places that are written below, so that neither covers the other.
        let held = fcntl(report, F_DUPFD_CLOEXEC, 10)
        guard held >= 0 else { return errno }
        defer { close(held) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, held, ProbeRun.reportDescriptor)
        let failure = process_spawn_without_descriptors(&actions, ProbeRun.reportDescriptor + 1)
        guard failure == 0 else { return failure }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var words: [UnsafeMutablePointer<CChar>?] = [executable, "probe", library].map(copy) + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map(copy) + [nil]
        defer { for word in words + variables { free(word) } }
        return posix_spawn(&id, executable, &actions, &attributes, &words, &variables)
    }

    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar>? { strdup(text) }

    /// Swift's own backtraces cost milliseconds and print into nowhere.
    private static var environment: [String] {
        let kept: [String] = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG", "TZ"]
        let variables = kept.compactMap { (name: String) -> String? in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
        return variables + ["SWIFT_BACKTRACE=enable=no"]
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, bytes.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    // MARK: Watching

    private mutating func finish() -> Outcome {
        defer {
            close(output)
            // What it may have started of its own, too.
            kill(-process, SIGKILL)
        }
        while true {
            var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, 10)
            let isOpen = takeOutput()
            var status: Int32 = 0
            let taken = waitpid(process, &status, WNOHANG)
            if taken == process || (taken < 0 && errno != EINTR) {
                _ = takeOutput()
                outcome.end = isDone ? nil : (received > Self.outputMax ? tooMuch : Self.text(ofEnd: status))
                return outcome
            }
            if received > Self.outputMax {
                end(because: tooMuch)
                return outcome
            }
            if MonotonicTime.now - began > Self.secondsMax * 1_000_000_000 {
                end(because: "was not done after \(Self.secondsMax) s")
                return outcome
            }
            if isOverdue {
                end(
                    because: isDone
                        ? nil : "did not come back within \(outcome.step.limitNanoseconds / 1_000_000_000) s")
                return outcome
            }
            // A closed pipe polls at once: the process is about to end, or closed it to be left alone.
            if !isOpen { usleep(2_000) }
        }
    }

    /// The step took longer than it may. What the child waited for a processor or a disk is the machine's time and not the
    /// library's, up to the limit of all steps.
    private var isOverdue: Bool {
        let time = MonotonicTime.now - stepBegan
        let limit = outcome.step.limitNanoseconds
        guard time > limit else { return false }
        let wait = ProcessWait(process: process)
        return time - (wait.forProcessor - waitedBefore) > limit && !wait.isForDisk
    }

    private var tooMuch: String { "reported more than \(Self.outputMax) bytes" }

    private mutating func end(because reason: String?) {
        kill(-process, SIGKILL)
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        outcome.end = reason
    }

    private var isDone: Bool { if case .done = outcome.lines.last { true } else { false } }

    /// False when no more can come.
    private mutating func takeOutput() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while received <= Self.outputMax {
            let count = read(output, &chunk, chunk.count)
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count == 0 { return false }
            received += count
            rest += chunk[..<count]
            takeLines()
        }
        return true
    }

    private mutating func takeLines() {
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
        for line in rest[..<end].split(separator: UInt8(ascii: "\n")) {
            // What is no line of a report, the library wrote.
            guard let line = try? JSONDecoder().decode(ProbeLine.self, from: Data(line)) else { continue }
            if case .step(let step) = line {
                outcome.step = step
                stepBegan = MonotonicTime.now
                waitedBefore = ProcessWait(process: process).forProcessor
            }
            outcome.lines.append(line)
        }
        rest.removeSubrange(...end)
    }

    private static func text(ofEnd status: Int32) -> String {
        let signal = status & 0x7f
        guard signal != 0 else { return "ended the process (exit code \(status >> 8 & 0xff))" }
        switch signal {
        case SIGXCPU, SIGALRM: return "took too long"
        case SIGKILL: return "was killed (signal 9): it may have used too much memory"
        default: return "crashed with signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }
}
