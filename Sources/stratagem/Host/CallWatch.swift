import Engine

/// What follows from looks at the engine's call mark. A plain value: the watchdog gives it what it sees.
struct CallWatch {
    struct Budgets: Sendable, Equatable {
        /// Longer is slow.
        var softNanoseconds: Int64
        /// Longer is a hang.
        var hardNanoseconds: Int64
    }

    enum Finding: Equatable {
        case slow(slot: Int, nanoseconds: Int64)
        case hung(slot: Int, call: UInt64, nanoseconds: Int64)
    }

    let budgets: Budgets
    private var call: UInt64 = 0
    /// For how long the call has been seen; 0 = now for the first time, or there is none.
    private(set) var age: Int64 = 0
    private var isReported = false

    init(_ budgets: Budgets) { self.budgets = budgets }

    /// Between two looks while nobody is being called: rare enough to cost nothing.
    static let idleNanoseconds: Int64 = 5_000_000

    /// Until the next look.
    var pauseNanoseconds: Int64 {
        let least: Int64 = 500_000
        guard call != 0 else { return max(min(CallWatch.idleNanoseconds, budgets.hardNanoseconds / 4), least) }
        let left = isReported ? budgets.hardNanoseconds - age : budgets.softNanoseconds - age
        return min(max(left, least), max(budgets.hardNanoseconds / 4, least))
    }

    /// `elapsed` since the last look. A process that was stopped, or a machine without time for it, is no hang: at most
    /// twice the pause that was asked for counts.
    mutating func look(_ mark: UInt64, elapsedNanoseconds elapsed: Int64) -> Finding? {
        let counted = min(max(elapsed, 0), 2 * pauseNanoseconds)
        guard let slot = CallMark.slot(mark) else {
            call = 0
            age = 0
            return nil
        }
        guard mark == call else {
            call = mark
            age = 0
            isReported = false
            return nil
        }
        age += counted
        if age >= budgets.hardNanoseconds { return .hung(slot: slot, call: mark, nanoseconds: age) }
        guard age >= budgets.softNanoseconds, !isReported else { return nil }
        isReported = true
        return .slow(slot: slot, nanoseconds: age)
    }
}
