internal import CProcess
internal import Glibc

/// One run of a compiler: in a process group of its own, behind the host in priority, with an environment that holds none of
/// the host's secrets, and with an end in any case.
struct CompilerProcess {
    enum End: Equatable {
        case exited(Int32)
        case signal(Int32)
        case timedOut
        case notStarted(String)
    }

    struct Outcome {
        var end: End
        /// Standard output and error, the first `outputBytesMax`.
        var output: String
    }

    var program: String
    var arguments: [String]
    /// Where it runs, and where its temporary files go.
    var folder: String
    var seconds: Double
    var outputBytesMax = 1 << 20
    /// What it writes in one file at most.
    static let fileBytesMax: UInt = 256 << 20
    private static let niceness: Int32 = 10

    /// Runs to the end; `started` is told the process, so that it can be killed from elsewhere.
    func run(_ started: (pid_t) -> Void) -> Outcome {
        var process: pid_t = 0
        var pipe: Int32 = -1
        let failure = start(&process, &pipe)
        guard failure == 0 else { return Outcome(end: .notStarted(String(cString: strerror(failure))), output: "") }
        defer { close(pipe) }
        started(process)
        let deadline = MonotonicTime.now + Int64(seconds * 1e9)
        let (output, isInTime) = read(pipe, until: deadline)
        let end = isInTime ? wait(process, until: deadline) : nil
        // Whatever it left behind goes with it.
        Self.kill(process)
        if let end { return Outcome(end: end, output: output) }
        _ = Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return Outcome(end: .timedOut, output: output)
    }

    /// A compiler with all that it started.
    static func kill(_ process: pid_t) { _ = Glibc.kill(-process, SIGKILL) }

    private func start(_ process: inout pid_t, _ output: inout Int32) -> Int32 {
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var variables = environment.map { strdup($0) } + [nil]
        defer { variables.forEach { free($0) } }
        return program.withCString { program in
            folder.withCString { folder in
                words.withUnsafeMutableBufferPointer { words in
                    variables.withUnsafeMutableBufferPointer { variables in
                        // Should the host itself be killed, a compiler that hangs busily still ends.
                        var aside = process_aside_t(
                            program: program, arguments: words.baseAddress, environment: variables.baseAddress,
                            folder: folder, niceness: Self.niceness, cpu_seconds: UInt(seconds * 4) + 1,
                            file_bytes: Self.fileBytesMax)
                        return process_start_aside(&aside, &process, &output)
                    }
                }
            }
        }
    }

    /// What compilers need, and nothing else of the host's.
    private static let passedOn: [String] = [
        "PATH", "HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_HOME", "LD_LIBRARY_PATH",
    ]

    private var environment: [String] {
        let passedOn = Self.passedOn.compactMap { name in getenv(name).map { name + "=" + String(cString: $0) } }
        return passedOn + ["LC_ALL=C", "TMPDIR=" + folder]
    }

    /// All that it writes, until the last writer has closed; false when the deadline came before.
    private func read(_ descriptor: Int32, until deadline: Int64) -> (output: String, isInTime: Bool) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = deadline - MonotonicTime.now
            guard left > 0 else { return (String(decoding: bytes, as: UTF8.self), false) }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, Int32(clamping: left / 1_000_000 + 1))
            if ready < 0, errno != EINTR { break }
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<min(count, max(outputBytesMax - bytes.count, 0))]
        }
        return (String(decoding: bytes, as: UTF8.self), true)
    }

    private func wait(_ process: pid_t, until deadline: Int64) -> End? {
        var status: Int32 = 0
        while MonotonicTime.now < deadline {
            let taken = waitpid(process, &status, WNOHANG)
            if taken == process {
                let signal = status & 0x7f
                return signal == 0 ? .exited(status >> 8 & 0xff) : .signal(signal)
            }
            if taken < 0, errno != EINTR { return .exited(-1) }
            usleep(1000)
        }
        return nil
    }
}

enum MonotonicTime {
    /// Nanoseconds.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
