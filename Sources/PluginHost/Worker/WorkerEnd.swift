internal import CWorker

/// How a worker ended.
public struct WorkerEnd: Error, Sendable, Equatable {
    public enum Cause: Sendable, Equatable {
        /// A trap, a segmentation fault, an abort.
        case signal(Int32)
        case exited(code: Int32)
        case outOfMemory(limitBytes: Int)
        /// A call did not come back within the budget.
        case hung(milliseconds: Int)
        /// More events waited than the ring holds.
        case behind
        /// It wrote into the shared memory what makes no sense; a sentence about it.
        case brokenRing(String)
        /// The host had no use for it any more.
        case closed
    }

    public var cause: Cause
    /// The last that it wrote to standard output and error, at most 8 KB; mostly the message of a trap.
    public var lastWords: String
    /// 0 = not known.
    public var peakMemoryBytes: Int64

    public init(_ cause: Cause, lastWords: String = "", peakMemoryBytes: Int64 = 0) {
        self.cause = cause
        self.lastWords = lastWords
        self.peakMemoryBytes = peakMemoryBytes
    }

    /// "its worker ended with signal 4 (…)", with the last line that it wrote.
    public var text: String {
        "its worker " + causeText + (message.isEmpty ? "" : ": \(message)")
    }

    /// Of what it wrote last the line that says most; "" = it wrote nothing.
    public var message: String {
        let lines = lastWords.split(separator: "\n")
        // A stack trace follows it.
        return String(lines.last { $0.contains("Fatal error") || $0.contains("fatal error") } ?? lines.last ?? "")
    }

    private var causeText: String {
        switch cause {
        case .signal(let number): "ended with signal \(number)"
        case .exited(let code): "ended with exit code \(code)"
        case .outOfMemory(let limit): "used up the \(limit >> 20) MB of memory that it may have"
        case .hung(let milliseconds): "did not come back from a call within \(milliseconds) ms"
        case .behind: "did not keep up: more events waited than the ring holds"
        case .brokenRing(let what): "broke the protocol: \(what)"
        case .closed: "was closed"
        }
    }
}

extension WorkerEnd {
    /// From what the link noticed first, and what the system says of the process.
    init(_ link: OpaquePointer, status: Int32, peakKilobytes: Int64, lastWords: String, _ settings: WorkerSettings) {
        let peak = peakKilobytes << 10
        switch Int(worker_failure(link)) {
        case WORKER_HUNG: cause = .hung(milliseconds: Int(settings.budgetNanoseconds / 1_000_000))
        case WORKER_BEHIND: cause = .behind
        case WORKER_GARBAGE: cause = .brokenRing(String(cString: worker_failure_text(link)))
        case WORKER_CLOSED: cause = .closed
        default:
            let signal = status & 0x7f
            // Short of memory a program traps in many ways; how much it had tells.
            let isNearLimit = peak > Int64(settings.memoryMaxBytes) / 10 * 9
            if signal != 0 {
                cause = isNearLimit ? .outOfMemory(limitBytes: settings.memoryMaxBytes) : .signal(signal)
            } else {
                cause = .exited(code: status >> 8 & 0xff)
            }
        }
        self.lastWords = lastWords
        peakMemoryBytes = peak
    }
}
