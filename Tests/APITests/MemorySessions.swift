import API
import Synchronization
import Trading

/// Sessions in memory; what `fails` makes fail is what a disk could.
final class MemorySessions: SessionStoring {
    struct Broken: Error {}
    private let content = Mutex<[String: ClientSession]>([:])
    let fails = Mutex(false)
    /// Sessions that were written, again and again.
    let writes = Mutex(0)

    init() {}

    /// With one that is open.
    init(user: String, session: String) {
        let session = ClientSession(id: session, user: user, createdAt: .now, lastActivity: .now)
        content.withLock { $0[session.id] = session }
    }

    private func check() throws { if fails.withLock({ $0 }) { throw Broken() } }

    func sessions() throws -> [ClientSession] {
        try check()
        return content.withLock { Array($0.values) }
    }
    func put(_ session: ClientSession) throws {
        try check()
        writes.withLock { $0 += 1 }
        content.withLock { $0[session.id] = session }
    }
    func remove(_ ids: [String]) throws {
        try check()
        content.withLock { content in for id in ids { content[id] = nil } }
    }
}

/// The wall clock of a test.
final class HandClock: Sendable {
    private let time = Mutex(Timestamp(nanoseconds: 1_700_000_000_000_000_000))
    var now: Timestamp { time.withLock { $0 } }
    var nanoseconds: UInt64 { UInt64(now.nanoseconds) }
    func advance(seconds: Int64) { time.withLock { $0 = $0 + seconds * Timestamp.nanosecondsPerSecond } }
}
