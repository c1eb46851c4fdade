import Synchronization

/// So many requests in a period, for each class and client; all of them at once if need be (token bucket).
public struct RateLimit: Sendable, Equatable {
    public var requests: Int
    public var periodSeconds: Int
    public init(_ requests: Int, perSeconds periodSeconds: Int) {
        self.requests = max(1, requests)
        self.periodSeconds = max(1, periodSeconds)
    }
    public static func perMinute(_ requests: Int) -> RateLimit { RateLimit(requests, perSeconds: 60) }
    public static func perSecond(_ requests: Int) -> RateLimit { RateLimit(requests, perSeconds: 1) }
}

/// A class without an entry is not limited.
public struct RateLimits: Sendable, Equatable {
    public var limits: [RateClass: RateLimit]
    public init(_ limits: [RateClass: RateLimit]) { self.limits = limits }

    /// The contract's.
    public static let standard = RateLimits([
        .auth: .perMinute(10), .marketData: .perMinute(1000), .trading: .perMinute(100),
        .tradingExit: .perMinute(600), .strategy: .perMinute(50), .performance: .perMinute(200),
        .websocket: .perMinute(5), .standard: .perSecond(100),
    ])
}

/// Counts requests by class and client. It remembers so many clients; the one that was silent longest is forgotten first.
final class RateLimiter: Sendable {
    struct Verdict: Sendable, Equatable {
        var limit: Int
        var remaining: Int
        /// Seconds until all requests are allowed again.
        var resetSeconds: Int
        /// Seconds until the next one is; nil = this one passed.
        var retrySeconds: Int?
    }

    private struct Key: Hashable {
        var rate: RateClass
        var client: String
    }

    /// Requests that are missing from a full bucket, and when that was so.
    private struct Bucket {
        var used: Double
        var nanoseconds: UInt64
    }

    private let limits: RateLimits
    private let clientsMax: Int
    private let buckets = Mutex<[Key: Bucket]>([:])

    init(_ limits: RateLimits, clientsMax: Int = 20_000) {
        self.limits = limits
        self.clientsMax = clientsMax
    }

    /// `nanoseconds` of a monotonic clock. nil = this class has no limit.
    func take(_ rate: RateClass, client: String, at nanoseconds: UInt64) -> Verdict? {
        guard rate != .unlimited, let limit = limits.limits[rate] else { return nil }
        return buckets.withLock { buckets in
            let key = Key(rate: rate, client: client)
            let perSecond = Double(limit.requests) / Double(limit.periodSeconds)
            var used = 0.0
            if let bucket = buckets[key] {
                let elapsed = nanoseconds > bucket.nanoseconds ? nanoseconds - bucket.nanoseconds : 0
                used = max(0, bucket.used - Double(elapsed) / 1e9 * perSecond)
            } else if buckets.count >= clientsMax {
                Self.forget(&buckets, keeping: clientsMax * 9 / 10)
            }
            let passes = used + 1 <= Double(limit.requests)
            if passes { used += 1 }
            buckets[key] = Bucket(used: used, nanoseconds: nanoseconds)
            return Verdict(
                limit: limit.requests, remaining: max(0, limit.requests - Int(used.rounded(.up))),
                resetSeconds: Int((used / perSecond).rounded(.up)),
                retrySeconds: passes
                    ? nil : max(1, Int(((used + 1 - Double(limit.requests)) / perSecond).rounded(.up))))
        }
    }

    /// A tenth at a time, so that a flood of addresses does not sort the table at every request.
    private static func forget(_ buckets: inout [Key: Bucket], keeping count: Int) {
        let oldest = buckets.sorted { $0.value.nanoseconds < $1.value.nanoseconds }.prefix(buckets.count - count)
        for (key, _) in oldest { buckets[key] = nil }
    }
}
