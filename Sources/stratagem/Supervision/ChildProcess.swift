import Glibc

/// A process that this one started and has to take the end of.
struct ChildProcess {
    enum End: Equatable {
        case exited(Int32)
        case signal(Int32)

        /// As a shell shows it.
        var exitCode: Int32 {
            switch self {
            case .exited(let code): code
            case .signal(let number): 128 + number
            }
        }

        /// "signal 9", "exit code 70".
        var text: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    let id: pid_t

    /// Starts `executable` in this process's group, with its terminal and its three standard descriptors. `mask` are the
    /// signals that the child begins with blocked; what `reset` names gets its usual effect again.
    static func start(
        _ executable: String, _ arguments: [String], mask: sigset_t, reset: sigset_t
    ) throws(CommandError) -> ChildProcess {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = mask
        var reset = reset
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var id = pid_t()
        let failure = posix_spawn(&id, executable, nil, &attributes, &words, environ)
        guard failure == 0 else {
            throw CommandError(
                .environment, "the host could not be started: \(String(cString: strerror(failure)))", at: executable,
                "make room for another process, or put the executable back")
        }
        return ChildProcess(id: id)
    }

    /// Starts `executable` with nothing to read, all signals at their usual effect, and what it prints in two files.
    static func start(
        _ executable: String, _ arguments: [String], output: String, errors: String
    ) throws(CommandError) -> ChildProcess {
        try start(executable, arguments) { files in
            posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&files, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
    }

    /// The same with three open descriptors of this process, which exec closes.
    static func start(
        _ executable: String, _ arguments: [String], input: Int32, output: Int32, errors: Int32
    ) throws(CommandError) -> ChildProcess {
        try start(executable, arguments) { files in
            for (place, descriptor) in [input, output, errors].enumerated() {
                posix_spawn_file_actions_adddup2(&files, descriptor, Int32(place))
            }
        }
    }

    private static func start(
        _ executable: String, _ arguments: [String], _ open: (inout posix_spawn_file_actions_t) -> Void
    ) throws(CommandError) -> ChildProcess {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        open(&files)
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var id = pid_t()
        let failure = posix_spawn(&id, executable, &files, &attributes, &words, environ)
        guard failure == 0 else {
            throw CommandError(
                .environment, "a process could not be started: \(String(cString: strerror(failure)))", at: executable,
                "make room for another process and on the disk")
        }
        return ChildProcess(id: id)
    }

    /// Waits for the end. `willTake` is called right before its number may become another process's.
    func waitForEnd(_ willTake: () -> Void) -> End {
        var info = siginfo_t()
        // Waits without taking the end, so that nobody sends a signal to a number that is free again.
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        willTake()
        while true {
            if let end = takeEnd() { return end }
            usleep(1_000)
        }
    }

    /// The end, where it has come; it can be taken once.
    func takeEnd() -> End? {
        var status: Int32 = 0
        while true {
            let taken = waitpid(id, &status, WNOHANG)
            if taken == id { break }
            if taken == 0 { return nil }
            // Somebody else has taken it: nothing is known but that it is over.
            if errno != EINTR { return .exited(CommandError.Code.bug.rawValue) }
        }
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signal(signal)
    }

    func send(_ signal: Int32) { kill(id, signal) }
}
