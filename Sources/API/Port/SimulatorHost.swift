/// Markets of clients' sessions, each with a paper book of its own. A session has one at most.
public protocol SimulatorHost: Sendable {
    /// A new one, or the one that runs already.
    func startSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView
    /// The session's orders go to the account's book from here on.
    func stopSimulator(session: String, by requester: Requester) async throws(HostRefusal) -> SimulatorView
    /// The session has ended, and with it what is known of its simulator.
    func endSimulator(session: String, by requester: Requester) async
    /// The newest one of a session, by its id; it counts as used.
    func simulator(_ id: String) throws(HostRefusal) -> SimulatorView
    /// Where the session's orders go while its simulator runs; nil = to the account's book. Refused while it starts, and
    /// after an end that the client did not ask for: it could not tell which book its next order is in.
    func simulatedHost(session: String) throws(HostRefusal) -> (any TradingHost)?
}

public struct SimulatorView: Sendable, Equatable {
    public enum Status: String, Sendable, CaseIterable { case starting, running, stopped, error }
    public var id: String
    public var session: String
    public var status: Status
    public init(id: String, session: String, status: Status) {
        self.id = id
        self.session = session
        self.status = status
    }
}

extension SimulatorView {
    /// Of its stream.
    var endpoint: String { "/ws/simulators/\(id)" }
    static var statusWords: [String] { Status.allCases.map { $0.rawValue.uppercased() } }
}
