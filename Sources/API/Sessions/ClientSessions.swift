import Synchronization
public import Trading

/// The open sessions of all clients, in memory and in the store. A session ends when its user says so, or after a day without
/// use; a host that starts again knows those that were open.
public final class ClientSessions: Sendable {
    public struct Limits: Sendable {
        public var idleSeconds: Int64 = 86_400
        public var perUser = 20
        public var inAll = 10_000
        public init() {}
    }

    /// How far the stored activity may lag behind the true one: a use of a session does not wait for the disk each time.
    private static let lagNanoseconds = 60 * Timestamp.nanosecondsPerSecond

    private struct Entry {
        var session: ClientSession
        var storedActivity: Timestamp
    }

    private let store: any SessionStoring
    private let limits: Limits
    private let clock: @Sendable () -> Timestamp
    private let entries: Mutex<[String: Entry]>
    /// One thread: what opens and ends sessions happens one after the other.
    private let storage = WorkQueue(threads: 1, waitingMax: 256)

    /// With the sessions of the store. `clock` is the wall clock.
    public init(
        store: any SessionStoring, limits: Limits = Limits(),
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        self.store = store
        self.limits = limits
        self.clock = clock
        var open: [String: Entry] = [:]
        for session in try store.sessions() {
            open[session.id] = Entry(session: session, storedActivity: session.lastActivity)
        }
        entries = Mutex(open)
    }

    /// The user's session that was used last, or a new one where there is none or `isNew` asks for it.
    func open(for user: String, isNew: Bool) async throws -> (session: ClientSession, isNew: Bool) {
        try await stored { [self] in
            let now = clock()
            try forgetIdle(at: now)
            if !isNew, let found = latest(of: user) { return (try touched(found.id, at: now) ?? found, false) }
            let (own, all) = entries.withLock { entries in
                (entries.values.count { $0.session.user == user }, entries.count)
            }
            guard own < limits.perUser else {
                throw APIError(.conflict, "the user has \(own) open sessions, the most there may be; end one")
            }
            guard all < limits.inAll else {
                throw APIError(
                    .unavailable, "the host has \(all) open sessions, the most there may be; try again later")
            }
            let session = ClientSession(id: "ses-" + Secret.text(16), user: user, createdAt: now, lastActivity: now)
            try store.put(session)
            entries.withLock { $0[session.id] = Entry(session: session, storedActivity: now) }
            return (session, true)
        }
    }

    /// The session, which counts as used now. Those of others are as unknown as ended and idle ones.
    @discardableResult
    func use(_ id: String, by user: String) async throws -> ClientSession {
        let now = clock()
        let (session, isStale) = try entries.withLock { entries throws(APIError) in
            var entry = try self.entry(id, of: user, at: now, in: entries)
            entry.session.lastActivity = max(now, entry.session.lastActivity)
            entries[id] = entry
            return (entry.session, now.nanoseconds - entry.storedActivity.nanoseconds > Self.lagNanoseconds)
        }
        // A disk that does not work is no reason to refuse who is connected.
        if isStale { _ = try? await storage.run { [self] in try touched(id, at: now) } }
        return session
    }

    func end(_ id: String, by user: String) async throws {
        try await stored { [self] in
            _ = try entries.withLock { entries throws(APIError) in try entry(id, of: user, at: clock(), in: entries) }
            try store.remove([id])
            entries.withLock { $0[id] = nil }
        }
    }

    private func entry(_ id: String, of user: String, at now: Timestamp, in entries: [String: Entry]) throws(APIError)
        -> Entry
    {
        guard let entry = entries[id], entry.session.user == user, !isIdle(entry.session, at: now) else {
            throw .unknown("session", id)
        }
        return entry
    }

    private func isIdle(_ session: ClientSession, at now: Timestamp) -> Bool {
        now.nanoseconds - session.lastActivity.nanoseconds > limits.idleSeconds * Timestamp.nanosecondsPerSecond
    }

    // MARK: On the store's thread

    /// What fails here that is no refusal of ours is the store.
    private func stored<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        do { return try await storage.run(work) } catch {
            throw error as? APIError
                ?? APIError(.unavailable, "sessions cannot be written to the journal now; try again")
        }
    }

    private func forgetIdle(at now: Timestamp) throws {
        let idle = entries.withLock { $0.values.map(\.session).filter { isIdle($0, at: now) }.map(\.id) }
        guard !idle.isEmpty else { return }
        try store.remove(idle.sorted())
        entries.withLock { entries in for id in idle { entries[id] = nil } }
    }

    private func latest(of user: String) -> ClientSession? {
        entries.withLock { entries in
            entries.values.map(\.session).filter { $0.user == user }
                .max { ($0.lastActivity, $0.id) < ($1.lastActivity, $1.id) }
        }
    }

    /// Writes the activity down; nil = the session has ended meanwhile.
    private func touched(_ id: String, at now: Timestamp) throws -> ClientSession? {
        let session = entries.withLock { entries -> ClientSession? in
            guard let session = entries[id]?.session else { return nil }
            let active = max(now, session.lastActivity)
            entries[id]?.session.lastActivity = active
            entries[id]?.storedActivity = active
            return entries[id]?.session
        }
        if let session { try store.put(session) }
        return session
    }
}
