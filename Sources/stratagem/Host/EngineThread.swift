import Dispatch
import Glibc
import Journal
import Synchronization
import Trading

/// The thread that runs the engine: commands, then the market up to now, then the journal; over and over until it is stopped.
final class EngineThread: @unchecked Sendable {
    let mailbox = Mailbox()
    private let core: HostCore
    /// nil = as fast as possible.
    private let speed: Rate?
    private var pace: Pace?
    private(set) var thread = pthread_t()
    private let checkpointNanoseconds: Int64
    /// When the last turn began; 0 = there was none yet.
    private let turn = Atomic<Int64>(0)

    /// The host's own is ahead of compilers, readers and clients; 0 = as everybody.
    static let ahead: Int32 = -10
    private let niceness: Int32
    /// SCHED_RESET_ON_FORK: threads and processes that this one makes begin at nice 0.
    private static let resetOnFork: Int32 = 0x4000_0000
    private static let sliceNanoseconds: Int64 = 10_000_000
    /// A turn does not take longer than this, whatever the market has to say: commands have to wait for it.
    private static let burstNanoseconds: Int64 = 20_000_000

    var revision: Revision { core.revision }

    /// `core` belongs to the thread from here on.
    init(
        _ core: HostCore, speed: Rate?, checkpointNanoseconds: Int64, niceness: Int32 = EngineThread.ahead
    ) {
        self.niceness = niceness
        self.core = core
        self.speed = speed
        self.checkpointNanoseconds = checkpointNanoseconds
        core.beside = { [mailbox] work in
            DispatchQueue.global().async { mailbox.postPatiently(work()) }
        }
    }

    /// `prepare` is the first thing that the thread does.
    func start(_ prepare: @escaping @Sendable (HostCore) -> Void) {
        _ = mailbox.post(prepare)
        let failure = pthread_create(
            &thread, nil,
            { engine in
                Unmanaged<EngineThread>.fromOpaque(engine!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(failure == 0, "no thread could be made: \(String(cString: strerror(failure)))")
    }

    /// Since the last turn began; 0 before the first one.
    var silenceNanoseconds: Int64 {
        let last = turn.load(ordering: .relaxed)
        return last == 0 ? 0 : MonotonicClock.now - last
    }

    /// Waits until the thread has ended; `HostCore.isStopping` makes it end.
    func join() { pthread_join(thread, nil) }

    private func run() {
        // Where the host may. What the thread starts does not inherit it.
        var none = sched_param()
        sched_setscheduler(0, SCHED_OTHER | EngineThread.resetOnFork, &none)
        setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness)
        var commands: [Mailbox.Command] = []
        var deadline = MonotonicClock.now
        var eventCount: UInt64 = 0
        pace = speed.map { Pace(speed: $0, clock: deadline, market: core.startTime) }
        var nextCheckpoint = deadline + checkpointNanoseconds
        while !core.isStopping {
            let isWaiting = pace != nil || core.isAtEnd
            let mayChange = mailbox.take(until: isWaiting ? deadline : 0, into: &commands)
            if mayChange { core.revision.grow() }
            for command in commands { command(core) }
            let clock = MonotonicClock.now
            turn.store(clock, ordering: .relaxed)
            // Those who only read see the market of this slice of time: it does not move on for each of them.
            let isDue = mayChange || clock >= deadline || pace == nil
            if !core.isStopping, !core.isAtEnd, isDue { advance(clock) }
            // Timers, faults and what the journal says change things too: in no slice of time is an old answer good.
            if core.eventCount != eventCount || clock >= deadline {
                eventCount = core.eventCount
                core.revision.grow()
            }
            if clock >= nextCheckpoint {
                nextCheckpoint = clock + checkpointNanoseconds
                core.requestCheckpoint()
            }
            core.settle(clock: clock)
            // Absolute deadlines do not drift; missed ones are not made up for.
            if clock >= deadline { deadline = max(deadline + EngineThread.sliceNanoseconds, clock) }
        }
        for command in mailbox.close() { command(core) }
        core.settle(clock: MonotonicClock.now)
    }

    private func advance(_ clock: Int64) {
        // A journal that is behind slows the market down, as long as it works at all.
        guard core.journal.load < 0.5 || core.isJournalBlocked else {
            pace?.reset(clock: clock, market: core.marketTime)
            return
        }
        if core.isClockMoved {
            core.isClockMoved = false
            pace?.reset(clock: clock, market: core.marketTime)
        }
        guard let target = pace?.market(at: clock) else {
            core.advance(until: Timestamp(nanoseconds: .max))
            return
        }
        while !core.advance(until: target), !core.isAtEnd {
            guard MonotonicClock.now - clock > EngineThread.burstNanoseconds else { continue }
            pace?.reset(clock: MonotonicClock.now, market: core.marketTime)
            return
        }
    }
}
