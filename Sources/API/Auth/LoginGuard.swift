import Synchronization

/// Slows down who guesses passwords: after five failures of one address for one user, or twenty of one address, each further
/// failure doubles the wait, up to a quarter of an hour. Codes of a second factor count by user alone.
final class LoginGuard: Sendable {
    /// What failures are counted by, and how many are free.
    struct Counted {
        fileprivate var keys: [(name: String, free: Int)]

        static func login(_ user: String, from address: String) -> Counted {
            Counted(keys: [("\(address) \(user)", 5), (address, 20)])
        }
        static func codes(of user: Int64) -> Counted { Counted(keys: [("codes of \(user)", 5)]) }
    }

    private struct Failures {
        var count = 0
        var until: UInt64 = 0
        var last: UInt64 = 0
    }

    private static let waitSecondsMax = 900
    private static let countMax = 10_000
    private let failures = Mutex<[String: Failures]>([:])

    /// Seconds to wait before the next attempt; nil = now. `nanoseconds` of the monotonic clock.
    func wait(_ counted: Counted, at nanoseconds: UInt64) -> Int? {
        failures.withLock { failures in
            let until = counted.keys.compactMap { failures[$0.name]?.until }.max() ?? 0
            return until > nanoseconds ? Int((until - nanoseconds) / 1_000_000_000) + 1 : nil
        }
    }

    func failed(_ counted: Counted, at nanoseconds: UInt64) {
        failures.withLock { failures in
            if failures.count >= Self.countMax {
                let oldest = failures.sorted { $0.value.last < $1.value.last }.prefix(Self.countMax / 10)
                for (name, _) in oldest { failures[name] = nil }
            }
            for key in counted.keys {
                var entry = failures[key.name] ?? Failures()
                // Failures of long ago do not count.
                if nanoseconds > entry.last + UInt64(Self.waitSecondsMax) * 1_000_000_000 { entry.count = 0 }
                entry.count += 1
                entry.last = nanoseconds
                if entry.count >= key.free {
                    let seconds = min(Self.waitSecondsMax, 1 << min(entry.count - key.free, 10))
                    entry.until = nanoseconds + UInt64(seconds) * 1_000_000_000
                }
                failures[key.name] = entry
            }
        }
    }

    func succeeded(_ counted: Counted) {
        failures.withLock { failures in
            for key in counted.keys { failures[key.name] = nil }
        }
    }
}

extension APIError {
    static func tooManyFailures(retryAfter seconds: Int) -> APIError {
        var error = APIError(.rateLimited, "too many failed logins; the next one is possible in \(seconds) s")
        error.headers = [("Retry-After", String(seconds))]
        return error
    }
}
