import CStrategyABI
import Engine
import Glibc
import Histogram
import Trading

/// Times a strategy's calls for a while by standing between it and the engine. When it does not, nothing is left of it: the
/// event path has no clock.
final class Stopwatch {
    /// Nanoseconds, two digits exact, up to a minute.
    private(set) var durations = Histogram<UInt64>(
        highestTrackableValue: UInt64(longest), numberOfSignificantValueDigits: .two)
    private(set) var slowest: Int64 = 0
    private var inner: StrategyCall?
    private static let longest: Int64 = 60_000_000_000

    /// The strategy in the slot is timed until `leave`. A slot without code is left alone.
    func enter(_ engine: inout Engine, slot: Int) {
        inner = engine.replaceCall(
            strategy: slot, instance: Unmanaged.passUnretained(self).toOpaque(),
            process: { watch, events, count, intents in
                guard let watch else { return 0 }
                return Unmanaged<Stopwatch>.fromOpaque(watch).takeUnretainedValue().time(events, count, intents)
            })
    }

    /// The most CPU time that a call took for an event since `enter`.
    func leave(_ engine: inout Engine, slot: Int) -> Int64 {
        if let inner { engine.restoreCall(strategy: slot, inner) }
        inner = nil
        defer { slowest = 0 }
        return slowest
    }

    private func time(
        _ events: UnsafePointer<EventRecord>?, _ count: Int, _ intents: UnsafeMutablePointer<strategy_intents_v1_t>?
    ) -> Int {
        guard let inner else { return 0 }
        let work = ThreadClock.now
        let begin = MonotonicClock.now
        let consumed = inner.run(events, count, intents)
        let duration = max(MonotonicClock.now - begin, 0)
        // Waiting for a core is no slowness of the strategy's, and many events at once take their time.
        slowest = max(slowest, (ThreadClock.now - work) / Int64(max(1, min(consumed, count))))
        durations.record(UInt64(min(duration, Stopwatch.longest)))
        return consumed
    }
}

/// CPU time of the calling thread, in nanoseconds.
enum ThreadClock {
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Which turns are timed: one of some, and those after a turn that took long, in search of who it was.
struct TimingPlan {
    private var turn = 0
    private var closer = 0
    private static let every = 16

    /// Whether this turn is timed.
    mutating func begin() -> Bool {
        turn += 1
        if closer > 0 {
            closer -= 1
            return true
        }
        return turn % TimingPlan.every == 1
    }

    /// A turn of so many events has taken so long.
    mutating func end(nanoseconds: Int64, events: Int, softNanoseconds: Int64) {
        // What the host itself may need for an event.
        let usual = Int64(events) * 2_000
        if nanoseconds - usual > softNanoseconds, closer == 0 { closer = TimingPlan.every }
    }
}
