import Glibc
import Synchronization

/// Takes the signals that ask a run to stop, to draw anew or to pause. A thread of its own waits for them, so that a
/// second one ends the process even when a plugin does not come back.
final class SignalWatch: Sendable {
    private let stopSignal = Atomic<Int32>(0)
    private let stopTime = Atomic<Int64>(0)
    private let resized = Atomic<Bool>(false)
    private let suspended = Atomic<Bool>(false)
    /// The alternate screen is in use and has to be left before the end.
    private let screenInUse = Atomic<Bool>(false)
    /// A pipe whose reading end has something when a signal has come.
    private let wakeUp: (reading: Int32, writing: Int32)

    /// Call it before anything can start a thread: threads inherit which signals are left to the watch.
    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe could be made: \(String(cString: strerror(errno)))")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakeUp = (ends[0], ends[1])
        signal(SIGPIPE, SIG_IGN)
        var signals = SignalWatch.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        let watch = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { watch in
                Unmanaged<SignalWatch>.fromOpaque(watch!).takeRetainedValue().wait()
                return nil
            }, watch)
        precondition(failure == 0, "no thread could be made: \(String(cString: strerror(failure)))")
        pthread_detach(thread)
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGWINCH, SIGTSTP] { sigaddset(&signals, signal) }
        return signals
    }

    private func wait() {
        var signals = SignalWatch.signals
        while true {
            var signal: Int32 = 0
            guard sigwait(&signals, &signal) == 0 else { continue }
            switch signal {
            case SIGWINCH: resized.store(true, ordering: .relaxed)
            case SIGTSTP: suspended.store(true, ordering: .relaxed)
            default: stop(signal)
            }
            _ = write(wakeUp.writing, [1], 1)
        }
    }

    private func stop(_ signal: Int32) {
        let isFirst = stopSignal.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
        let now = MonotonicClock.now
        if isFirst {
            stopTime.store(now, ordering: .relaxed)
            return
        }
        // Who signals a whole group reaches the supervisor as well, which passes it on: that is the same request again.
        if now - stopTime.load(ordering: .relaxed) < StopRequests.echoNanoseconds { return }
        if screenInUse.load(ordering: .relaxed) { _ = OutputFile.write(Screen.leaving, to: STDOUT_FILENO) }
        _exit(128 + signal)
    }

    var isStopping: Bool { stopSignal.load(ordering: .relaxed) != 0 }
    func setScreenInUse(_ flag: Bool) { screenInUse.store(flag, ordering: .relaxed) }
    /// Each is true once for each time.
    func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }
    func takeSuspension() -> Bool { suspended.exchange(false, ordering: .relaxed) }

    /// Sleeps until the monotonic time `deadline`, in whole milliseconds, or until a signal comes.
    func sleep(until deadline: Int64) {
        let left = deadline - MonotonicClock.now
        guard left > 0 else { return }
        var wait = pollfd(fd: wakeUp.reading, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, Int32(clamping: (left + 999_999) / 1_000_000)) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = read(wakeUp.reading, &bytes, bytes.count)
    }
}

/// Time that only goes forward, in nanoseconds; it stands while the machine sleeps.
enum MonotonicClock {
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// The time of day, for the start of a simulated market.
enum WallClock {
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
