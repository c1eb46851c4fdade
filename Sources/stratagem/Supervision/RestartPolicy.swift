/// When a host that crashed is started again, and when that is no use any more.
struct RestartPolicy {
    /// First wait; each further one is twice as long.
    var firstDelayNanoseconds: Int64 = 100_000_000
    var delayMaxNanoseconds: Int64 = 5_000_000_000
    /// After a life as long as this the next wait is the first one again.
    var goodLifeNanoseconds: Int64 = 30_000_000_000
    /// So many restarts within the window are allowed. With waits of 5 s a window of a minute would never fill.
    var restartsMax = 20
    var windowNanoseconds: Int64 = 300_000_000_000

    enum Decision: Equatable {
        /// `number` counts all restarts from 1.
        case restart(afterNanoseconds: Int64, number: Int)
        case giveUp(restarts: Int)
    }

    private var nextDelay: Int64?
    private var restarts: [Int64] = []
    private var count = 0

    init() {}

    /// What to do about a host that crashed at the monotonic time `now`, after a life of so many nanoseconds.
    mutating func crashed(at now: Int64, lifeNanoseconds: Int64) -> Decision {
        if lifeNanoseconds >= goodLifeNanoseconds { nextDelay = nil }
        restarts.removeAll { $0 <= now - windowNanoseconds }
        guard restarts.count < restartsMax else { return .giveUp(restarts: restarts.count) }
        restarts.append(now)
        count += 1
        let delay = min(nextDelay ?? firstDelayNanoseconds, delayMaxNanoseconds)
        nextDelay = min(delay * 2, delayMaxNanoseconds)
        return .restart(afterNanoseconds: delay, number: count)
    }
}
