import Foundation
import FoundationNetworking
import Journal
import Testing
import Trading

@testable import API
@testable import stratagem

/// A host with two accounts and its API: "paper", which ann and vic may use, and "zzz", of bob, eve and vic. All that belongs to
/// "zzz" has that in its name, so that nobody can show it without being caught.
final class AccountLife: Sendable {
    static let configuration = """
        accounts:
          paper: {users: {ann: trade, vic: view}}
          zzz: {owner: zoe, users: {bob: trade, eve: view, vic: view}, compliance: {program: two}}
        compliance: {programs: {two: {approval: {notional: 5000}}}}
        """
    /// Who asks, by user name, and the roles. "admin" made a key of its own, the others' keys act as theirs.
    static let users: [(name: String, role: Role)] = [
        ("ann", .trader), ("bob", .trader), ("eve", .trader), ("vic", .viewer), ("admin", .admin),
    ]

    let running: RunningLife
    private let listener: Listener
    let tokens: [String: String]
    private let session = URLSession(configuration: .ephemeral)

    init(_ folder: HostFolder) async throws {
        folder.addCross("alpha", "on_stop: keep\nenabled: false")
        folder.addCross("zzz_beta", instrument: "ETH_USDT", "on_stop: keep\nenabled: false\naccount: zzz")
        folder.writeHost(AccountLife.configuration)
        running = try RunningLife(folder)
        var tokens: [String: String] = [:]
        let store = StoredIdentities(store: running.journal.identity)
        for user in AccountLife.users {
            try store.addUser(
                name: user.name, passwordHash: PasswordHash.ofNobody, roles: [user.role.rawValue], at: .now)
            let secret = "sk_" + Secret.text(32)
            try store.addKey(
                StoredKey(
                    id: "key-\(user.name)", name: "of \(user.name)", hash: Secret.hash(secret),
                    roles: [user.role.rawValue], createdBy: user.name, createdAt: .now))
            tokens[user.name] = secret
        }
        self.tokens = tokens
        var settings = API.APISettings()
        settings.port = 0
        settings.rateLimits = RateLimits([:])
        listener = try Listener(running.host, settings, running.journal, dataPath: folder.data, supervisor: nil)
        try await running.waitForPrices()
    }

    func stop() {
        listener.stop()
        running.stop()
    }

    var port: Int { listener.port }

    struct Answer {
        var status: Int
        var text: String
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:] }
    }

    /// `user` nil = without a token.
    func ask(_ user: String?, _ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(listener.port)\(path)")))
        request.httpMethod = method
        request.timeoutInterval = 60
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        if let user {
            request.setValue("Bearer \(try #require(tokens[user]))", forHTTPHeaderField: "Authorization")
        }
        let (data, response) = try await session.data(for: request)
        return Answer(
            status: try #require(response as? HTTPURLResponse).statusCode, text: String(decoding: data, as: UTF8.self))
    }

    /// Something of each kind in the account "zzz": its ids, by the names that paths and bodies have for them.
    func fillOtherAccount() async throws -> [String: String] {
        func order(_ fields: String) async throws -> Answer {
            try await ask(
                "bob", "POST", "/api/orders",
                #"{"instrument": "ETH_USDT", "order_type": "BUY", "execution_mode": "PAPER", \#(fields)}"#)
        }
        let market = try await order(#""strategy_id": "zzz_beta", "order_kind": "MARKET", "quantity": 0.1"#)
        try #require(market.status == 200, "\(market.text)")
        let resting = try await order(
            #""strategy_id": "manual", "order_kind": "LIMIT", "quantity": 0.1, "price": 1000"#)
        try #require(resting.status == 200, "\(resting.text)")
        // Above what goes without a second person, and above what may be.
        let waiting = try await order(#""strategy_id": "manual", "order_kind": "LIMIT", "quantity": 3, "price": 2000"#)
        try #require(waiting.text.contains("apr-1"), "\(waiting.text)")
        let denied = try await order(#""strategy_id": "zzz_beta", "order_kind": "MARKET", "quantity": 100000"#)
        try #require(denied.status == 400, "\(denied.text)")
        let trade = try await ask(
            "bob", "POST", "/api/v1/execute-trade",
            #"{"account_id": "zzz", "instrument": "ETH_USDT", "direction": "LONG", "size": 0.1, "order_type": "market"}"#
        )
        try #require(trade.status == 200, "\(trade.text)")
        let opened = try await ask("bob", "POST", "/api/sessions", "{}")
        let client = try #require(opened.json["sessionId"] as? String)
        let simulator = try await ask("bob", "POST", "/api/simulators", #"{"sessionId": "\#(client)"}"#)
        try #require(simulator.status == 200, "\(simulator.text)")
        let session = try await ask(
            "bob", "POST", "/sessions/start",
            #"{"session_type": "paper", "symbols": ["ETH_USDT"], "strategy_config": {"strategies": ["zzz_beta"]}}"#)
        try #require(session.status == 200, "\(session.text)")
        let stop = try await ask(
            "bob", "POST", "/api/v1/emergency-stop",
            #"{"reason": "zzz", "triggered_by": "bob", "scope": "account", "target_id": "zzz"}"#)
        try #require(stop.status == 200, "\(stop.text)")
        _ = try await position(of: "manual.zzz")
        let position = try await position(of: "zzz_beta")
        let data = (session.json["data"] as? [String: Any])?["data"] as? [String: Any]
        let result = trade.json["execution_result"] as? [String: Any]
        let alert = try #require(try await running.host.alerts().first { $0.accounts == ["zzz"] })
        return [
            "strategy_id": "zzz_beta", "account_id": "zzz",
            "order_id": try #require(resting.json["order_id"] as? String),
            "position_id": position, "approval_id": "apr-1", "alert_id": alert.id,
            "trade_id": try #require(result?["trade_id"] as? String),
            "client_session": client, "simulator_id": try #require(simulator.json["simulatorId"] as? String),
            "trading_session": try #require(data?["session_id"] as? String),
            "stop_id": try #require(stop.json["stop_id"] as? String),
        ]
    }

    /// Once the market order has traded.
    private func position(of strategy: String) async throws -> String {
        let deadline = MonotonicClock.now + 60_000_000_000
        while MonotonicClock.now < deadline {
            if let held = try await running.host.positions(strategy: strategy).first { return held.id }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw CocoaError(.fileReadUnknown)
    }
}
