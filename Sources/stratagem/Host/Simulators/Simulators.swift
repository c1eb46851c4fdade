import API
import Synchronization
import Trading

/// The simulators of clients' sessions. Each runs on threads of its own; the host only tells them what is stopped and limited.
final class Simulators: Sendable {
    struct Limits: Sendable {
        var inAll = 8
        var perUser = 3
        var idleSeconds: Int64 = 1_800
        var lifeSeconds: Int64 = 86_400
        /// An ended one is remembered for so long, or as long as its session.
        var keptSeconds: Int64 = 172_800
        var stoppedKept = 1_000
    }

    private let root: String
    private let limits: Limits
    private let book: Mutex<SimulatorBook>
    private static let lookMilliseconds = 1_000

    /// `folder`: theirs alone. What is left in it ran when the host before ended.
    init(folder: String, limits: Limits, _ controls: HostControls) {
        root = folder
        self.limits = limits
        var book = SimulatorBook(limits: limits, controls)
        let now = MonotonicClock.now
        for (session, id) in SimulatorFolder.left(in: folder) {
            SimulatorFolder.empty(SimulatorFolder.path(folder, session: session, simulator: id))
            book[session] = SimulatorBook.Entry(
                id: id, session: session, user: "", course: .ended(.withHost), startedAt: now, usedAt: now)
        }
        self.book = Mutex(book)
    }

    // MARK: Starting

    /// `plan`: asked for a new one only. `isNew` = it was made.
    func start(
        _ session: String, by requester: Requester, _ plan: @Sendable () async throws(HostRefusal) -> SimulatorPlan
    ) async throws(HostRefusal) -> (view: SimulatorView, isNew: Bool) {
        let id = "sim-" + String(UInt64.random(in: .min ... .max), radix: 16)
        let (claim, before) = try book.withLock { book throws(HostRefusal) in
            let before = book[session]
            return (try book.claim(session, id: id, by: requester, at: MonotonicClock.now), before)
        }
        guard claim.isNew else { return claim }
        if let before { SimulatorFolder.remove(path(before)) }
        do {
            let plan = try await plan()
            let folder = SimulatorFolder.path(root, session: session, simulator: id)
            let controls = book.withLock { $0.controls }
            let simulator = try await BlockingWork.run { try Simulator(plan, folder: folder, controls) }
            return (try await install(simulator, session, id), true)
        } catch let refusal as HostRefusal {
            end(session, id, .failed(refusal.reason))
            throw refusal
        } catch {
            end(session, id, .failed("\(error)"))
            throw .unavailable("the simulator cannot be made: \(error)")
        }
    }

    private func install(_ simulator: Simulator, _ session: String, _ id: String) async throws(HostRefusal)
        -> SimulatorView
    {
        let view = book.withLock { book -> SimulatorView? in
            guard !book.isClosed, let entry = book[session], entry.id == id, case .starting = entry.course else {
                return nil
            }
            book[session]?.course = .running(simulator)
            // What has changed since it was begun.
            simulator.follow(book.controls)
            return book[session]?.view
        }
        guard let view else {
            _ = try? await BlockingWork.run { simulator.stop() }
            SimulatorFolder.remove(SimulatorFolder.path(root, session: session, simulator: id))
            throw .conflict("the simulator, or the host, was stopped while it started")
        }
        watch(session, id)
        return view
    }

    // MARK: While they run

    func view(_ id: String) throws(HostRefusal) -> SimulatorView {
        let view = book.withLock { book in
            guard let entry = book.entry(id) else { return SimulatorView?.none }
            book[entry.session]?.usedAt = MonotonicClock.now
            return entry.view
        }
        guard let view else { throw .unknown(kind: "simulator", id: id) }
        return view
    }

    func host(_ session: String) throws(HostRefusal) -> RunningHost? {
        try book.withLock { book throws(HostRefusal) in
            try book.simulator(of: session, at: MonotonicClock.now)?.host
        }
    }

    /// On the host's engine thread, with each change.
    func follow(_ controls: HostControls) {
        book.withLock { book in
            book.controls = controls
            for simulator in book.running { simulator.follow(controls) }
        }
    }

    private func watch(_ session: String, _ id: String) {
        Task { [weak self] in
            while (try? await Task.sleep(for: .milliseconds(Simulators.lookMilliseconds))) != nil {
                guard let self, self.book.withLock({ $0.entry(id)?.isOpen }) == true else { return }
                guard let end = self.book.withLock({ $0.end(dueFor: session, at: MonotonicClock.now) }) else {
                    continue
                }
                let simulator = self.end(session, id, end)
                _ = try? await BlockingWork.run { simulator?.stop() }
                return
            }
        }
    }

    // MARK: Ending

    /// The client knows of this end: its next order is the account's.
    func stop(_ session: String) async throws(HostRefusal) -> SimulatorView {
        let entry = book.withLock { $0[session] }
        guard let entry else { throw .unknown(kind: "simulator of the session", id: session) }
        let simulator = end(session, entry.id, .stopped)
        let folder = path(entry)
        _ = try? await BlockingWork.run {
            simulator?.stop()
            SimulatorFolder.remove(folder)
        }
        return SimulatorView(id: entry.id, session: session, status: .stopped)
    }

    /// The session is over.
    func forget(_ session: String) async {
        _ = try? await stop(session)
        book.withLock { $0[session] = nil }
    }

    /// Takes it out of the book; what runs is to be stopped by who asked.
    @discardableResult
    private func end(_ session: String, _ id: String, _ end: SimulatorBook.End) -> Simulator? {
        book.withLock { book in
            guard let entry = book[session], entry.id == id else { return nil }
            // What has failed before it ran may have been stopped meanwhile.
            if case .failed = end, !entry.isOpen { return nil }
            book[session]?.course = .ended(end)
            return entry.simulator
        }
    }

    /// The host stops, and they with it; their folders tell the next one.
    func close() {
        let running = book.withLock { book in
            book.isClosed = true
            return book.running
        }
        for simulator in running { simulator.stop() }
    }

    private func path(_ entry: SimulatorBook.Entry) -> String {
        SimulatorFolder.path(root, session: entry.session, simulator: entry.id)
    }
}

extension HostRefusal {
    /// Why there is no market to begin with.
    fileprivate var reason: String {
        switch self {
        case .unavailable(let text), .conflict(let text): text
        default: "\(self)"
        }
    }
}
