import Controls
import Trading

// A strategy that executes or is denied too often in a row is latched (`risk.repeat-execution`). Counting costs something
// only where a scope has such a limit. Orders of operators and of the host neither count nor are held up.

extension Engine {
    private func runawayLimit(_ strategy: Int, _ cause: RunawayCause) -> (most: Int32, window: Int64)? {
        gate.runawayLimit(cause, account: Int(slots[strategy].account), strategy: strategy)
    }

    mutating func countExecution(_ intent: OrderIntent, at time: Timestamp) {
        guard gate.wants.contains(.runaway), intent.origin == .strategy,
            let window = runawayLimit(Int(intent.strategy), .executions)?.window
        else { return }
        running.runaways[Int(intent.strategy)].execute(at: time, window: window)
    }

    mutating func countDenial(_ intent: OrderIntent, at time: Timestamp) {
        guard gate.wants.contains(.runaway), intent.origin == .strategy,
            let window = runawayLimit(Int(intent.strategy), .denials)?.window
        else { return }
        running.runaways[Int(intent.strategy)].deny(at: time, window: window)
    }

    @inline(__always)
    mutating func countPassage(_ intent: OrderIntent) {
        if gate.wants.contains(.runaway), intent.origin == .strategy { endDenials(Int(intent.strategy)) }
    }

    private mutating func endDenials(_ strategy: Int) {
        if runawayLimit(strategy, .denials) != nil { running.runaways[strategy].pass() }
    }

    /// Latches a strategy that went too fast.
    mutating func reviewRunaway(_ strategy: Int) {
        guard gate.wants.contains(.runaway) else { return }
        let watch = running.runaways[strategy]
        guard !watch.isLatched else { return }
        if let limit = runawayLimit(strategy, .executions), watch.executions > limit.most {
            latchRunaway(strategy, .executions, watch.executions, limit.most)
        } else if let limit = runawayLimit(strategy, .denials), watch.denials > limit.most {
            latchRunaway(strategy, .denials, watch.denials, limit.most)
        }
    }

    private mutating func latchRunaway(_ strategy: Int, _ cause: RunawayCause, _ count: Int32, _ limit: Int32) {
        let latch = RunawayLatch(
            strategy: Int32(strategy), isLatched: true, cause: cause, count: count, limit: limit, time: now)
        running.runaways[strategy].take(latch)
        facts.append(.runawayLatched(latch))
    }

    /// A person has enabled the strategy again: it may send orders, and its rows begin anew.
    public mutating func releaseRunaway(strategy: Int) {
        guard var latch = running.runaways[strategy].latch, latch.isLatched else { return }
        latch.isLatched = false
        latch.time = now
        running.runaways[strategy].take(latch)
        facts.append(.runawayLatched(latch))
    }
}
