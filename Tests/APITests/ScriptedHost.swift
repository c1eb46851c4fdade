import API
import Portfolio
import Synchronization
import Trading

/// A trading host that answers what a test tells it to, and remembers what it was asked. What is not scripted is unavailable.
final class ScriptedHost: TradingHost {
    struct Script: Sendable {
        var health = HostHealth(
            parts: [("engine", .healthy, "runs"), ("journal", .healthy, "takes facts")], isReady: true)
        var figures = HostFigures()
        var backtests = BacktestScript()
        var revision: UInt64?
        var accounts = [
            AccountGrant(
                id: "paper", users: ["viewer": .trade, "trader": .trade, "u": .trade], manualStrategy: "manual")
        ]
        /// By "strategy", "order" or "position", and the id.
        var owners: [String: String] = [:]
        /// The answer to every placed order.
        var place: @Sendable (OrderRequest) throws(HostRefusal) -> OrderView = { _ throws(HostRefusal) in
            throw .unavailable("not scripted")
        }
        /// Of modifies, cancels and closes.
        var keys: [IdempotencyKey?] = []
        var placed: [(order: OrderRequest, key: IdempotencyKey?, requester: Requester)] = []
        var market = MarketScript()
        var risk = RiskScript()
        var trading = TradingScript()
        var audit = AuditScript()
        var portfolio = PortfolioScript()
        var execution = ExecutionScript()
        var settings = SettingsScript()
        var sessions = SessionScript()
        var signals = SignalScript()
        var bridge = BridgeScript()
        var stream = StreamScript()
        var simulators = SimulatorScript()
    }
    let script: Mutex<Script>
    init(_ script: Script = Script()) { self.script = Mutex(script) }

    var accounts: [AccountGrant] { script.withLock { $0.accounts } }
    func account(of subject: AccountSubject) async throws(HostRefusal) -> String? {
        script.withLock { $0.owners["\(subject.kind) \(subject.id)"] }
    }

    func health() async -> HostHealth { script.withLock { $0.health } }
    var revision: UInt64? { script.withLock { $0.revision } }
    func figures() async -> HostFigures { script.withLock { $0.figures } }

    func place(_ order: OrderRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> OrderView
    {
        let place = script.withLock { script in
            script.placed.append((order, key, requester))
            return script.place
        }
        return try place(order)
    }
}
