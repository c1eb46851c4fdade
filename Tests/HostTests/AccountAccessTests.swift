import Foundation
import Testing
import Trading

@testable import API
@testable import stratagem

extension HostSuites {
    /// Every operation that is declared, asked over HTTP by users of one account for what belongs to another.
    @Suite("Accounts and their users")
    struct AccountAccessTests {
        private let folder = HostFolder()

        private struct Declared {
            var id: String
            var method: String
            var path: String
        }

        /// As the host itself describes them.
        private func declared(_ life: AccountLife) async throws -> [Declared] {
            let document = try await life.ask(nil, "GET", "/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            let all = paths.flatMap { path, methods in
                methods.compactMap { method, operation in
                    (operation["operationId"] as? String).map {
                        Declared(id: $0, method: method.uppercased(), path: path)
                    }
                }
            }
            return all.sorted { $0.id < $1.id }
        }

        /// nil = the operation does not stand in the table.
        private func ask(_ user: String?, _ operation: Declared, _ ids: [String: String], _ life: AccountLife)
            async throws -> (row: AccessRow, answer: AccountLife.Answer)?
        {
            guard let row = AccessRow.all[operation.id] else {
                Issue.record("\(operation.id) has no row in the table of who may do what")
                return nil
            }
            let query = row.query.isEmpty ? "" : "?" + row.query
            let path = AccessRow.fill(
                AccessRow.fill(operation.path, row.path) + query, ids.merging(["instrument": "ETH_USDT"]) { $1 })
            let body = row.body.map { AccessRow.fill($0, ids) }
            return (row, try await life.ask(user, operation.method, path, body))
        }

        @Test("no operation shows or touches what belongs to an account of others")
        func strangers() async throws {
            let life = try await AccountLife(folder)
            defer { life.stop() }
            let ids = try await life.fillOtherAccount()
            let before = try await state(life)
            for operation in try await declared(life) {
                guard let (row, answer) = try await ask("ann", operation, ids, life) else { continue }
                switch row.stranger {
                case .hidden: #expect(answer.status == 404, "\(operation.id): \(answer.text.prefix(300))")
                case .refused: #expect(answer.status == 403, "\(operation.id): \(answer.text.prefix(300))")
                case .any: #expect(answer.status < 500, "\(operation.id)")
                case .own:
                    #expect(answer.status == 200, "\(operation.id): \(answer.text.prefix(300))")
                    let shown = ["zzz"] + ids.values.sorted().map { "\"\($0)\"" }
                    for id in shown {
                        #expect(!answer.text.contains(id), "\(operation.id) shows \(id): \(answer.text.prefix(2000))")
                    }
                }
            }
            let after = try await state(life)
            #expect(after == before, "\(after) was \(before)")
        }

        /// Of the account "zzz", as far as operations change it.
        private func state(_ life: AccountLife) async throws -> [String] {
            let host = life.running.host
            var filter = HistoryFilter(limit: 1000)
            filter.accounts = ["zzz"]
            let orders = try await host.orders(filter).map { "\($0.id) \($0.order.state) \($0.order.intent.quantity)" }
            let positions = try await host.positions(strategy: nil).filter { $0.account == "zzz" }
                .map { "\($0.id) \($0.position.quantity)" }
            let strategy = try await host.strategy("zzz_beta")
            let stops = try await host.stops().map { "\($0.id) \($0.isActive)" }
            let approvals = try await host.approvals().map { "\($0.id) \($0.state)" }
            let alerts = try await host.alerts().compactMap(\.acknowledgedBy)
            let limits = try await host.limits(scope: .account, target: "zzz")
            return orders + positions + stops.filter { $0.hasPrefix("stop-1 ") } + approvals + alerts
                + ["\(strategy.isEnabled) \(strategy.description) \(limits.values.count)"]
        }

        @Test("every operation by every role: none, a viewer, a trader who may only look, a trader, an admin")
        func roles() async throws {
            let life = try await AccountLife(folder)
            defer { life.stop() }
            let ids = try await life.fillOtherAccount()
            let operations = try await declared(life)
            for operation in operations {
                guard let (row, answer) = try await ask(nil, operation, ids, life) else { continue }
                #expect((answer.status == 401) == (row.least != nil) || row.stranger == .any, "\(operation.id)")
            }
            let users: [(String, AccessRow.Least, trades: Bool)] = [
                ("vic", .viewer, false), ("eve", .trader, false), ("bob", .trader, true), ("admin", .admin, true),
            ]
            for (user, role, trades) in users {
                for operation in operations {
                    let least = AccessRow.all[operation.id]?.least ?? .viewer
                    if AccessRow.all[operation.id]?.isStream == true { continue }
                    guard let (row, answer) = try await ask(user, operation, ids, life) else { continue }
                    let note = "\(operation.id) by \(user): \(answer.status) \(answer.text.prefix(300))"
                    let isForbidden =
                        least.rawValue > role.rawValue || (row.needsTrading && !trades && !row.isOfSession)
                        || (row.stranger == .refused && user != "admin")
                    #expect((answer.status == 403) == isForbidden || operation.id.hasPrefix("auth."), "\(note)")
                    if isForbidden || row.stranger == .any { continue }
                    #expect(answer.status != 401 && (answer.status < 500 || answer.status == 503), "\(note)")
                    // The session is bob's alone, whatever the others may do with the account.
                    let isUnknown = row.isOfNone || (row.isOfSession && user != "bob")
                    // Bob has closed it by then.
                    if operation.id == "positions.close", user == "admin" { continue }
                    #expect((answer.status == 404) == isUnknown, "\(note)")
                }
            }
        }

        @Test("an order of no strategy goes to the user's own account, and so do all reads that name none")
        func ownAccount() async throws {
            let life = try await AccountLife(folder)
            defer { life.stop() }
            let order =
                #"{"strategy_id": "manual", "instrument": "BTC_USDT", "order_type": "BUY", "order_kind": "LIMIT", "#
                + #""quantity": 0.01, "price": 10000, "execution_mode": "PAPER"}"#
            for (user, account, strategy) in [("ann", "paper", "manual"), ("bob", "zzz", "manual.zzz")] {
                #expect(try await life.ask(user, "POST", "/api/orders", order).status == 200)
                let orders = try await life.ask(user, "GET", "/api/orders?strategy_id=manual").json["orders"]
                let rows = try #require(orders as? [[String: Any]])
                #expect(rows.map { $0["strategy_id"] as? String } == [strategy])
                let risk = try await life.ask(user, "GET", "/api/risk/portfolio").json
                #expect(risk["account_id"] as? String == account)
                let sent = try await life.ask(
                    user, "POST", "/trades/execute",
                    #"{"symbol": "BTC", "side": "buy", "amount_usd": 500, "signal_confidence": 0.9}"#)
                #expect(sent.status == 200, "\(sent.text)")
            }
            let all = try await life.running.host.orders(HistoryFilter(limit: 100))
            #expect(all.map(\.account) == ["zzz", "zzz", "paper", "paper"])
            // Who may look at both accounts sees both; who made a key decides what it sees.
            for user in ["vic", "admin"] {
                let orders = try await life.ask(user, "GET", "/api/orders").json["orders"] as? [[String: Any]]
                #expect(orders?.count == 4, "\(user)")
            }
            let page = try await life.ask("ann", "GET", "/api/orders?limit=1&offset=1").json["orders"]
            #expect((page as? [[String: Any]])?.map { $0["strategy_id"] as? String } == ["manual"])
        }

        @Test("a halt is anybody's who trades; what cancels and closes for others is not")
        func stops() async throws {
            let life = try await AccountLife(folder)
            defer { life.stop() }
            _ = try await life.fillOtherAccount()
            func stop(_ user: String, _ mode: String) async throws -> AccountLife.Answer {
                try await life.ask(user, "POST", "/api/risk/emergency-stop", #"{"reason": "r", "mode": "\#(mode)"}"#)
            }
            #expect(try await stop("ann", "cancel").status == 403)
            #expect(try await stop("ann", "flatten").status == 403)
            let halt = try await stop("ann", "stop")
            #expect(halt.status == 200 && !halt.text.contains("zzz"), "\(halt.text)")
            let listed = try await life.ask("bob", "GET", "/api/v1/emergency-stops").text
            #expect(listed.contains("zzz_beta") && listed.contains(#""reason":"r""#))
            let shown = try await life.ask("ann", "GET", "/api/v1/emergency-stops").text
            #expect(!shown.contains("zzz") && shown.contains(#""reason":"r""#))
        }
    }
}

extension AccessRow {
    /// What it names belongs to a client's session.
    fileprivate var isOfSession: Bool {
        ([query, body ?? ""] + path.values).contains { $0.contains("{client_session}") }
    }
    /// What it names is not there at all.
    fileprivate var isOfNone: Bool { path.values.contains("none") }
}
