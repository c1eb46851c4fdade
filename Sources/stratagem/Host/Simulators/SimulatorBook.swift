import API

/// Which simulators there are, by session: a plain value that decides, and carries nothing out.
struct SimulatorBook {
    enum Course {
        case starting
        case running(Simulator)
        case ended(End)
    }

    enum End: Equatable {
        /// By the client.
        case stopped
        case idle, old
        /// With the host that ran it.
        case withHost
        case failed(String)
    }

    struct Entry {
        let id: String
        let session: String
        let user: String
        var course: Course
        /// By the clock that never jumps; of an end its time.
        let startedAt: Int64
        var usedAt: Int64
    }

    private(set) var entries: [String: Entry] = [:]
    let limits: Simulators.Limits
    var controls: HostControls
    var isClosed = false

    init(limits: Simulators.Limits, _ controls: HostControls) {
        self.limits = limits
        self.controls = controls
    }

    subscript(session: String) -> Entry? {
        get { entries[session] }
        set { entries[session] = newValue }
    }

    func entry(_ id: String) -> Entry? { entries.values.first { $0.id == id } }

    var running: [Simulator] { entries.values.compactMap(\.simulator) }

    /// One that works already, or the place of a new one under `id`.
    mutating func claim(_ session: String, id: String, by requester: Requester, at now: Int64) throws(HostRefusal)
        -> (view: SimulatorView, isNew: Bool)
    {
        guard !isClosed else { throw .unavailable("the host is stopping") }
        forget(at: now)
        if let known = entries[session], known.isOpen {
            entries[session]?.usedAt = now
            return (known.view, false)
        }
        let open = entries.values.filter(\.isOpen)
        let own = open.count { $0.user == requester.id }
        guard own < limits.perUser else {
            throw .conflict("the user has \(own) simulators, the most there may be; stop one")
        }
        guard open.count < limits.inAll else {
            throw .unavailable("the host runs \(open.count) simulators, the most there may be; try again later")
        }
        let entry = Entry(
            id: id, session: session, user: requester.id, course: .starting, startedAt: now, usedAt: now)
        entries[session] = entry
        return (entry.view, true)
    }

    /// Of those that clients stopped only some stay: their orders go to the account whether they are remembered or not.
    private mutating func forget(at now: Int64) {
        entries = entries.filter { !$0.value.isForgotten(at: now, limits) }
        let stopped = entries.values.filter(\.isStopped).sorted { $0.usedAt > $1.usedAt }
        for oldest in stopped.dropFirst(limits.stoppedKept) { entries[oldest.session] = nil }
    }

    /// Where orders of the session go; nil = to the account's book.
    mutating func simulator(of session: String, at now: Int64) throws(HostRefusal) -> Simulator? {
        guard let entry = entries[session] else { return nil }
        entries[session]?.usedAt = max(entry.usedAt, now)
        switch entry.course {
        case .running(let simulator): return simulator
        case .starting: throw .unavailable("the session's simulator is starting; try again in a moment")
        case .ended(.stopped): return nil
        case .ended(let end):
            throw .conflict(
                "the session's simulator \(end.text(limits)): start it again, or stop it so that orders go to the account"
            )
        }
    }

    /// Why a simulator is to end by itself; nil = it is not.
    func end(dueFor session: String, at now: Int64) -> End? {
        guard let entry = entries[session], entry.isOpen else { return nil }
        if now - entry.usedAt > limits.idleSeconds * 1_000_000_000 { return .idle }
        return now - entry.startedAt > limits.lifeSeconds * 1_000_000_000 ? .old : nil
    }
}

extension SimulatorBook.Entry {
    var simulator: Simulator? { if case .running(let simulator) = course { simulator } else { nil } }
    /// It runs, or is about to.
    var isOpen: Bool { if case .ended = course { false } else { true } }

    fileprivate var isStopped: Bool { if case .ended(.stopped) = course { true } else { false } }

    var view: SimulatorView {
        let status: SimulatorView.Status =
            switch course {
            case .starting: .starting
            case .running(let simulator): simulator.isHealthy ? .running : .error
            case .ended(.failed): .error
            case .ended: .stopped
            }
        return SimulatorView(id: id, session: session, status: status)
    }

    /// Sessions do not live longer without use.
    func isForgotten(at now: Int64, _ limits: Simulators.Limits) -> Bool {
        !isOpen && now - usedAt > limits.keptSeconds * 1_000_000_000
    }
}

extension SimulatorBook.End {
    func text(_ limits: Simulators.Limits) -> String {
        switch self {
        case .stopped: "was stopped"
        case .idle: "has ended, because nobody used it for \(limits.idleSeconds) s"
        case .old: "has ended after \(limits.lifeSeconds) s, the longest that one may run"
        case .withHost: "has ended with the host that ran it"
        case .failed(let reason): "could not be made (\(reason))"
        }
    }
}
