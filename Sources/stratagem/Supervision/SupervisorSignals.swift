import Glibc

/// The signals that a supervisor waits for instead of being interrupted by them. It has one thread, no handler and no
/// descriptor, so that a child inherits nothing of it.
struct SupervisorSignals {
    struct Received {
        var number: Int32
        /// The terminal sends to the whole foreground group: the host has it already.
        var isFromTerminal: Bool
    }

    /// What was blocked before, for the child.
    let maskBefore: sigset_t
    /// Those whose effect was changed, for the child too.
    let changed: sigset_t
    private let awaited: sigset_t

    init() {
        // A child's end must be kept for us, and a broken pipe must not end us.
        signal(SIGCHLD, SIG_DFL)
        changed = SupervisorSignals.set(SupervisorSignals.isIgnored(SIGPIPE) ? [SIGCHLD] : [SIGCHLD, SIGPIPE])
        signal(SIGPIPE, SIG_IGN)
        // `nohup` has the last word about a terminal that goes away.
        let stops = [SIGTERM, SIGINT, SIGHUP].filter { !SupervisorSignals.isIgnored($0) }
        awaited = SupervisorSignals.set(stops + [SIGCHLD])
        var before = sigset_t()
        var block = awaited
        pthread_sigmask(SIG_BLOCK, &block, &before)
        maskBefore = before
    }

    /// The next one; nil when the monotonic time `deadline` comes first (nil = never), or now and then for no reason.
    func next(until deadline: Int64?) -> Received? {
        let left = deadline.map { max($0 - MonotonicClock.now, 0) } ?? 60_000_000_000
        var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
        var information = siginfo_t()
        var awaited = awaited
        let number = sigtimedwait(&awaited, &information, &time)
        guard number > 0 else { return nil }
        return Received(number: number, isFromTerminal: information.si_code == SupervisorSignals.fromKernel)
    }

    /// SI_KERNEL of the kernel's interface.
    private static let fromKernel: Int32 = 0x80

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        // SIG_IGN is the address 1.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    private static func set(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}
