import Glibc
import Trading

/// Drives a host: market time follows the clock at a pace, or runs as fast as it can without one.
struct RunLoop {
    let host: Host
    let view: any RunView
    let signals: SignalWatch
    /// nil = as fast as possible.
    private var pace: Pace?
    private let speed: Rate?
    /// Of the clock, not of the market.
    private let durationNanoseconds: Int64?

    init(_ host: Host, _ view: any RunView, _ signals: SignalWatch, speed: Rate?, durationNanoseconds: Int64?) {
        self.host = host
        self.view = view
        self.signals = signals
        self.speed = speed
        self.durationNanoseconds = durationNanoseconds
    }

    private static let sliceNanoseconds: Int64 = 25_000_000
    /// A slice that takes longer lets signals and the view have a look in between.
    private static let burstNanoseconds: Int64 = 100_000_000

    /// Returns when the time is over, the recording has ended, a signal has come, or nobody reads the output any more.
    mutating func run() {
        let begin = MonotonicClock.now
        pace = speed.map { Pace(speed: $0, clock: begin, market: host.startTime) }
        let end = durationNanoseconds.map { begin + $0 } ?? .max
        var deadline = begin
        while !signals.isStopping, !host.isAtEnd {
            let clock = min(MonotonicClock.now, end)
            advance(to: clock)
            guard view.show(host, clock: clock), clock < end else { break }
            if signals.takeSuspension() { pause() }
            guard pace != nil else { continue }
            // Absolute deadlines do not drift; missed ones are not made up for.
            deadline = max(deadline + RunLoop.sliceNanoseconds, MonotonicClock.now)
            signals.sleep(until: min(deadline, end))
        }
    }

    private mutating func advance(to clock: Int64) {
        guard let target = pace?.market(at: clock) else {
            host.advance(until: Timestamp(nanoseconds: .max))
            return
        }
        let begin = MonotonicClock.now
        while !host.advance(until: target), !host.isAtEnd, !signals.isStopping {
            guard MonotonicClock.now - begin > RunLoop.burstNanoseconds else { continue }
            pace?.reset(clock: MonotonicClock.now, market: host.marketTime)
            return
        }
    }

    /// Ctrl-Z: the terminal gets its old screen back until the process goes on.
    private mutating func pause() {
        view.pause()
        kill(getpid(), SIGSTOP)
        view.resume()
        pace?.reset(clock: MonotonicClock.now, market: host.marketTime)
    }
}
