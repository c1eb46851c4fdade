import Glibc
import Trading

/// Shows a host that runs on its own thread, until it is to stop.
struct RunLoop {
    let host: RunningHost
    let view: any RunView
    let signals: SignalWatch
    /// Of the clock, not of the market.
    var durationNanoseconds: Int64?

    private static let sliceNanoseconds: Int64 = 100_000_000

    /// Returns when the time is over, the recording has ended, a signal has come, or nobody reads the output any more.
    mutating func run() {
        let begin = MonotonicClock.now
        let end = durationNanoseconds.map { begin + $0 } ?? .max
        var deadline = begin
        while !signals.isStopping {
            let clock = min(MonotonicClock.now, end)
            guard let (picture, isAtEnd) = host.askNow({ ($0.picture(), $0.isAtEnd) }) else { break }
            guard view.show(picture, clock: clock), !isAtEnd, clock < end else { break }
            if signals.takeSuspension() { pause() }
            // Absolute deadlines do not drift; missed ones are not made up for.
            deadline = max(deadline + RunLoop.sliceNanoseconds, MonotonicClock.now)
            signals.sleep(until: min(deadline, end))
        }
    }

    /// Ctrl-Z: the terminal gets its old screen back until the process goes on.
    private mutating func pause() {
        view.pause()
        kill(getpid(), SIGSTOP)
        view.resume()
    }
}
