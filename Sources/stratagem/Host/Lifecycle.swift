import Trading

/// Where a strategy stands, why, and which faults have led there. A plain value that decides; the host carries out what it
/// says and writes each move down. Times are the host's clock.
struct Lifecycle: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        /// Switched off, or never switched on.
        case disabled
        case running
        /// Switched on, and held back by the host; it goes on by itself.
        case paused
        /// Running, and slower than it may be.
        case degraded
        /// Out of service after a fault; it is started again by itself where that was decided.
        case faulted
        /// Out of service until a person has it loaded anew.
        case quarantined

        /// It is given events.
        var isInService: Bool { self == .running || self == .degraded }
        /// A fault took it out of service.
        var isOut: Bool { self == .faulted || self == .quarantined }
    }

    /// What follows from a fault.
    enum Decision: Sendable, Equatable {
        /// `withMemory`: what it saved last; otherwise it begins with none, because its memory may be what fails.
        case restart(afterNanoseconds: Int64, withMemory: Bool)
        case quarantine
    }

    /// A change of state, for the journal, people and streams.
    struct Move: Sendable, Equatable {
        let from: State
        let to: State
        /// One word: "enabled", "slow", or a fault's code.
        let code: String
        /// A sentence: what happened, and in a bad state what to do about it.
        let text: String
        let time: Timestamp
    }

    private(set) var state = State.disabled
    /// Of the last move.
    private(set) var code = ""
    private(set) var text = ""
    private(set) var since = Timestamp(nanoseconds: 0)
    private(set) var faultCount: UInt64 = 0
    private(set) var restartCount: UInt64 = 0
    /// Times of the newest faults, oldest first: as many as decide anything.
    private(set) var recentFaults: [Timestamp] = []

    init() {}

    /// As the journal has it.
    init(
        state: State, code: String, text: String, since: Timestamp, faultCount: UInt64, restartCount: UInt64,
        recentFaults: [Timestamp]
    ) {
        self.state = state
        self.code = code
        self.text = text
        self.since = since
        self.faultCount = faultCount
        self.restartCount = restartCount
        self.recentFaults = recentFaults.sorted()
    }

    // MARK: Moves

    /// Switched on by `who`, or by its file. nil = it is on, or a fault stands in the way.
    mutating func enable(_ text: String, at time: Timestamp) -> Move? {
        guard !state.isOut, !state.isInService else { return nil }
        return move(to: .running, "enabled", text, at: time)
    }

    /// One that a fault took out of service stays what it is: switching it off does not forget why.
    mutating func disable(_ text: String, at time: Timestamp) -> Move? {
        guard !state.isOut, state != .disabled else { return nil }
        return move(to: .disabled, "disabled", text, at: time)
    }

    /// The host holds it back for a reason of its own.
    mutating func pause(_ text: String, at time: Timestamp) -> Move? {
        guard state.isInService else { return nil }
        return move(to: .paused, "paused", text, at: time)
    }

    /// A call took longer than it may.
    mutating func slow(_ text: String, at time: Timestamp) -> Move? {
        guard state == .running else { return nil }
        return move(to: .degraded, "slow", text, at: time)
    }

    /// For a while no call was slow.
    mutating func recover(_ text: String, at time: Timestamp) -> Move? {
        guard state == .degraded else { return nil }
        return move(to: .running, "recovered", text, at: time)
    }

    /// New code or a new configuration was loaded: what was wrong with the old one is over, and the count begins anew.
    mutating func reload(isEnabled: Bool, _ text: @autoclosure () -> String, at time: Timestamp) -> Move? {
        recentFaults.removeAll()
        guard state.isOut else { return nil }
        return move(to: isEnabled ? .running : .disabled, "reloaded", text(), at: time)
    }

    /// It was made anew after a fault; one that was switched off meanwhile waits to be switched on.
    mutating func restarted(isEnabled: Bool, _ text: String, at time: Timestamp) -> Move? {
        guard state == .faulted else { return nil }
        restartCount += 1
        return move(to: isEnabled ? .running : .disabled, "restarted", text, at: time)
    }

    /// What becomes of it after a fault. One that is quarantined stays so, and nothing more follows.
    mutating func fault(_ cause: FaultCause, at time: Timestamp, _ policy: FaultPolicy) -> (Move, Decision)? {
        guard state != .quarantined else { return nil }
        faultCount += 1
        recentFaults.removeAll { $0.nanoseconds <= time.nanoseconds - policy.windowNanoseconds }
        recentFaults.append(time)
        let restarts = recentFaults.count
        guard !cause.endsAtOnce, restarts <= policy.restartsMax else {
            return (move(to: .quarantined, cause.code, cause.text + advice(cause, policy), at: time), .quarantine)
        }
        let delay = policy.delay(restarts)
        let again = "; it is started again" + (delay == 0 ? "" : " after \(delay / 1_000_000) ms")
        let move = move(to: .faulted, cause.code, cause.text + again, at: time)
        return (move, .restart(afterNanoseconds: delay, withMemory: restarts <= FaultPolicy.trusted))
    }

    private func advice(_ cause: FaultCause, _ policy: FaultPolicy) -> String {
        var text = ""
        if !cause.endsAtOnce {
            text = ", the \(ordinal(recentFaults.count)) fault within \(policy.windowNanoseconds / 1_000_000_000) s"
        }
        return text + "; mend it and reload it"
    }

    private func ordinal(_ number: Int) -> String {
        let isTeen = (11...13).contains(number % 100)
        switch number % 10 {
        case 1 where !isTeen: return "\(number)st"
        case 2 where !isTeen: return "\(number)nd"
        case 3 where !isTeen: return "\(number)rd"
        default: return "\(number)th"
        }
    }

    private mutating func move(to next: State, _ code: String, _ text: String, at time: Timestamp) -> Move {
        defer {
            state = next
            self.code = code
            self.text = text
            since = time
        }
        return Move(from: state, to: next, code: code, text: text, time: time)
    }
}

/// How many faults are borne, and how soon a strategy is started again.
struct FaultPolicy: Sendable, Equatable {
    /// So many restarts within the window; the next fault quarantines.
    var restartsMax: Int
    var windowNanoseconds: Int64
    /// So many times it gets the memory that it saved.
    static let trusted = 2
    private static let firstDelayNanoseconds: Int64 = 100_000_000
    private static let delayMaxNanoseconds: Int64 = 5_000_000_000

    init(restartsMax: Int, windowSeconds: Int) {
        self.restartsMax = restartsMax
        windowNanoseconds = Int64(windowSeconds) * 1_000_000_000
    }

    /// None before the first restart, then 0.1 s, and twice as long each time up to 5 s.
    func delay(_ restart: Int) -> Int64 {
        guard restart > 1 else { return 0 }
        let doublings = min(restart - 2, 16)
        return min(FaultPolicy.firstDelayNanoseconds << Int64(doublings), FaultPolicy.delayMaxNanoseconds)
    }
}
