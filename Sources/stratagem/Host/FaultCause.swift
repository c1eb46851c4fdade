import Trading

/// What took a strategy out of service. Everyone who notices a fault says it with one of these; `HostCore.fault` acts.
enum FaultCause: Sendable, Equatable {
    /// It answered with what no strategy may answer.
    case brokenContract(IntentFault)
    /// Its worker ended by a signal: a trap, a segmentation fault, an abort.
    case crashed(signal: Int32)
    /// Its worker ended by itself.
    case exited(code: Int32)
    /// Its worker asked for more memory than it may have.
    case outOfMemory(limitMegabytes: Int)
    /// It did not come back from a call.
    case hung(milliseconds: Int)
    /// What it wrote into the ring that it shares with the host makes no sense.
    case brokenRing(String)
    /// It did not keep up with the events that it was given.
    case behind
    /// It could not be made anew after a fault.
    case notRestarted(String)
    /// It took the whole host with it.
    case endedHost(HostEnd)

    /// How a strategy ended the host that ran it in its own process.
    enum HostEnd: Sendable, Equatable {
        case signal(Int32)
        case exit(code: Int32)
        case hung(milliseconds: Int)
    }

    /// For the journal: one word that never changes.
    var code: String {
        switch self {
        case .brokenContract: "broken-contract"
        case .crashed: "crashed"
        case .exited: "exited"
        case .outOfMemory: "out-of-memory"
        case .hung: "hung"
        case .brokenRing: "broken-ring"
        case .behind: "behind"
        case .notRestarted: "not-restarted"
        case .endedHost: "ended-host"
        }
    }

    /// For people; a sentence about the strategy.
    var text: String {
        switch self {
        case .brokenContract(let fault): "it answered with \(fault.text)"
        case .crashed(let signal): "it crashed with \(SignalName.text(signal))"
        case .exited(let code): "it ended its process with exit code \(code)"
        case .outOfMemory(let limit): "it asked for more memory than the \(limit) MB that it may have"
        case .hung(let milliseconds): "it did not come back from a call within \(milliseconds) ms"
        case .brokenRing(let what): "it wrote into the ring what makes no sense: \(what)"
        case .behind: "it did not keep up: more events waited for it than its worker's ring holds"
        case .notRestarted(let reason): "it could not be started again: \(reason)"
        case .endedHost(.signal(let signal)): "it crashed the host with \(SignalName.text(signal))"
        case .endedHost(.exit(let code)): "it ended the host with exit code \(code)"
        case .endedHost(.hung(let milliseconds)):
            "it did not come back from a call within \(milliseconds) ms, and the host had to end itself"
        }
    }

    /// What will not go away by starting it again.
    var endsAtOnce: Bool {
        switch self {
        case .endedHost, .notRestarted: true
        case .brokenContract, .crashed, .exited, .outOfMemory, .hung, .brokenRing, .behind: false
        }
    }
}

/// Signals by the names that people know.
enum SignalName {
    /// "signal 11 (segmentation fault)".
    static func text(_ number: Int32) -> String { "signal \(number)" + (meaning(number).map { " (\($0))" } ?? "") }

    private static func meaning(_ number: Int32) -> String? {
        switch number {
        case 4: "illegal instruction: a trap of Swift"
        case 5: "trap"
        case 6: "abort"
        case 7: "bus error"
        case 8: "arithmetic error"
        case 9: "kill"
        case 11: "segmentation fault"
        case 24: "CPU time used up"
        case 25: "file too large"
        case 31: "forbidden system call"
        default: nil
        }
    }
}
