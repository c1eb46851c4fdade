import CProcess
import Configuration
import Glibc
import Journal
import Synchronization

/// Looks from a thread of its own at what the engine calls, so that no clock is read on the event path. A call over the soft
/// budget makes its strategy degraded. One over the hard budget cannot be ended in this process: the watchdog writes down
/// whose it is and ends the host, and the supervisor starts the next one, which quarantines that strategy.
final class Watchdog: Sendable {
    private let page: CrashPage
    private let host: RunningHost
    private let budgets: CallWatch.Budgets
    /// Kernel number and clock of the engine's thread.
    private let engineClock: clockid_t?
    private let isStopped = Atomic<Bool>(false)

    /// Starts looking. `engineThread` runs as long as the watchdog.
    init(_ page: CrashPage, _ host: RunningHost, _ settings: FaultSettings) {
        self.page = page
        self.host = host
        budgets = CallWatch.Budgets(settings)
        var clock = clockid_t()
        engineClock = pthread_getcpuclockid(host.engineThread.thread, &clock) == 0 ? clock : nil
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { watchdog in
                Unmanaged<Watchdog>.fromOpaque(watchdog!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(failure == 0, "no thread could be made: \(String(cString: strerror(failure)))")
        pthread_detach(thread)
    }

    /// Before the engine's thread ends.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func run() {
        var watch = CallWatch(budgets)
        var last = MonotonicClock.now
        // When the call was seen first.
        var firstWork = engineWork
        while !isStopped.load(ordering: .relaxed) {
            pause(watch.pauseNanoseconds)
            let now = MonotonicClock.now
            let finding = watch.look(crash_page_call(page.page), elapsedNanoseconds: now - last)
            last = now
            if watch.age == 0 { firstWork = engineWork }
            guard let finding else { continue }
            // A thread that has to wait for a core is neither slow nor hung – unless it waits for ever.
            let isItsOwn = engineWork - firstWork >= watch.age / 2 || isEngineBlocked
            switch finding {
            case .slow(let slot, let nanoseconds):
                guard isItsOwn else { continue }
                _ = host.engineThread.mailbox.post { $0.noteSlowCall(slot, nanoseconds: nanoseconds) }
            case .hung(_, let call, let nanoseconds):
                guard isItsOwn || nanoseconds > 8 * budgets.hardNanoseconds else { continue }
                endHost(call, milliseconds: Int(nanoseconds / 1_000_000))
            }
        }
    }

    /// The engine's thread waits for something else than a core: "S" or "D" behind the name in its line of the system.
    private var isEngineBlocked: Bool {
        let path = "/proc/self/task/\(crash_page_lane(page.page, 0).pointee.thread)/stat"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else {
            return false
        }
        return bytes[end + 2] != UInt8(ascii: "R")
    }

    /// What the journal has been given becomes durable; the facts of the turn that hangs are lost, as with a kill.
    private func endHost(_ call: UInt64, milliseconds: Int) -> Never {
        page.keep(CrashReport.Hang(call: call, milliseconds: milliseconds))
        _ = host.journal.flush(timeoutMilliseconds: 500)
        Console.error(
            "error: a strategy did not come back from a call within \(milliseconds) ms, so the host ends itself – "
                + "the next one says which – mend it and reload it")
        _exit(CommandError.Code.bug.rawValue)
    }

    /// CPU time of the engine's thread.
    private var engineWork: Int64 {
        guard let engineClock else { return 0 }
        var time = timespec()
        guard clock_gettime(engineClock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func pause(_ nanoseconds: Int64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }
}

extension CallWatch.Budgets {
    init(_ settings: FaultSettings) {
        softNanoseconds = Int64(settings.callbackSoftMicroseconds) * 1000
        hardNanoseconds = max(Int64(settings.callbackHardMilliseconds) * 1_000_000, softNanoseconds)
    }
}
