import Hummingbird
import ServiceLifecycle
import Synchronization

/// One address, and what is served there.
struct ListenerPlan: Sendable {
    enum Place: Sendable {
        case main(String, Int)
        /// A Unix domain socket, whose connections act as the local admin.
        case socket(String)
        case service(String, Int, String)

        var address: BindAddress {
            switch self {
            case .main(let host, let port), .service(let host, let port, _): .hostname(host, port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        }
        var isLocal: Bool { if case .socket = self { true } else { false } }
        var text: String {
            switch self {
            case .main(let host, let port): "\(host):\(port)"
            case .socket(let path): path
            case .service(let host, let port, let name): "\(host):\(port) (\(name))"
            }
        }
    }

    let place: Place
    let routes: RouteTable
    let sockets: SocketRoutes
    var isMain: Bool { if case .main = place { true } else { false } }
    var isService: Bool { if case .service = place { true } else { false } }
}

/// All listeners: they stop at once, so that clients of one do not wait for those of another. What keeps one from listening
/// ends them all, and is told with its address.
struct ListenerGroup: Service {
    let listeners: [(plan: ListenerPlan, application: Application<OperationResponder>)]

    func run() async throws {
        try await withThrowingTaskGroup { group in
            for (plan, application) in listeners {
                group.addTask {
                    do { try await application.run() } catch { throw APIServerFailure(error, plan.place) }
                }
            }
            for try await _ in group {}
        }
    }
}

/// Waits until all listeners listen: a host with only some of its ports has not started.
final class Opening: Sendable {
    private struct State {
        var missing: Int
        var port = 0
    }
    private let state: Mutex<State>
    private let whenAllListen: @Sendable (Int) async -> Void

    init(count: Int, whenAllListen: @escaping @Sendable (Int) async -> Void) {
        state = Mutex(State(missing: count))
        self.whenAllListen = whenAllListen
    }

    /// `mainPort` of the one listener that clients are told of.
    func listens(_ mainPort: Int?) async {
        let port = state.withLock { state in
            state.missing -= 1
            if let mainPort { state.port = mainPort }
            return state.missing == 0 ? state.port : nil
        }
        if let port { await whenAllListen(port) }
    }
}
