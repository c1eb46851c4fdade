import Glibc

/// Commands for the engine thread: any thread puts them in, the engine thread takes all that wait at once.
final class Mailbox: @unchecked Sendable {
    typealias Command = @Sendable (HostCore) -> Void

    // At fixed addresses, as the system asks.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var commands: [Command] = []
    /// Among those that wait is one that may change something.
    private var mayChange = false
    private var isClosed = false
    /// Beyond this the host is not keeping up, and a client is told so.
    static let capacity = 16_384

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines are of the clock that never jumps.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// False when the engine has ended or too many wait: the command will not run. One that only reads says so.
    func post(_ command: @escaping Command, onlyReads: Bool = false) -> Bool {
        pthread_mutex_lock(mutex)
        let isTaken = !isClosed && commands.count < Mailbox.capacity
        if isTaken {
            commands.append(command)
            if !onlyReads { mayChange = true }
        }
        let isFirst = isTaken && commands.count == 1
        pthread_mutex_unlock(mutex)
        // After the mutex is free, so that the thread does not wake only to wait for it.
        if isFirst { pthread_cond_signal(condition) }
        return isTaken
    }

    /// For a command that must not be lost: it is tried for ten seconds. Not for the engine thread.
    func postPatiently(_ command: @escaping Command) {
        for _ in 0..<1000 {
            if post(command) { return }
            usleep(10_000)
        }
    }

    /// Waits until something is there or the monotonic time `deadline` has come, and takes all of it into `taken`.
    /// Whether anything of that may change something.
    @discardableResult
    func take(until deadline: Int64, into taken: inout [Command]) -> Bool {
        taken.removeAll(keepingCapacity: true)
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        pthread_mutex_lock(mutex)
        while commands.isEmpty {
            guard pthread_cond_timedwait(condition, mutex, &time) == 0 else { break }
        }
        swap(&commands, &taken)
        let changes = mayChange
        mayChange = false
        pthread_mutex_unlock(mutex)
        return changes
    }

    /// Nothing is taken in any more; what still waits is handed out.
    func close() -> [Command] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        let rest = commands
        commands = []
        return rest
    }
}
