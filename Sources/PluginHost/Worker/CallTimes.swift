internal import CWorker

/// How long a worker's calls took since it was made, as it measures them itself: a worker that misbehaves may say anything.
public struct CallTimes: Sendable, Equatable {
    public private(set) var count: UInt64 = 0
    /// Nanoseconds, to a sixteenth; 0 = no call was measured.
    public private(set) var median: UInt64 = 0
    public private(set) var percentile99: UInt64 = 0
    public private(set) var longest: UInt64 = 0

    /// `counts`: of calls in each class of durations.
    init(_ counts: [UInt64]) {
        for number in counts { count &+= number }
        median = CallTimes.value(counts, rank: count / 2 &+ count % 2)
        percentile99 = CallTimes.value(counts, rank: count &- count / 100)
        if let last = counts.lastIndex(where: { $0 > 0 }) { longest = worker_time_class_end(UInt32(last)) }
    }

    /// The end of the class in which the call of this rank lies, counted from 1 and from the shortest.
    private static func value(_ counts: [UInt64], rank: UInt64) -> UInt64 {
        guard rank > 0 else { return 0 }
        var seen: UInt64 = 0
        for (place, number) in counts.enumerated() {
            seen &+= number
            if seen >= rank { return worker_time_class_end(UInt32(place)) }
        }
        return 0
    }
}

extension StrategyInstance {
    /// nil = it lives in this process, where its caller measures.
    public var callTimes: CallTimes? {
        guard let worker else { return nil }
        var counts = [UInt64](repeating: 0, count: Int(WORKER_TIME_CLASSES))
        worker_times(worker.link, &counts)
        return CallTimes(counts)
    }
}
