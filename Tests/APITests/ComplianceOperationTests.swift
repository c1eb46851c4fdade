import API
import Synchronization
import Testing
import Trading

@Suite("Compliance over REST")
struct ComplianceOperationTests {
    private static func account(_ lock: ComplianceView.Lock) -> ComplianceView {
        var view = ComplianceView(
            account: "paper", owner: "me", program: "prop", warningThreshold: Rate("0.8")!,
            rules: ["compliance.approval"], lock: lock, messages: 7, fills: 2)
        view.drawdown = Money("12.5")
        view.drawdownLimit = Money("10")
        return view
    }

    @Test("accounts are listed with their programs, exactly")
    func accounts() async throws {
        try await withServer(ComplianceOperations.all) { server in
            server.host.script.withLock { $0.risk.compliance = [Self.account(.total)] }
            let answer = try await server.send("GET", "/api/compliance/accounts", token: "viewer")
            #expect(
                answer.text
                    == #"{"accounts":[{"account_id":"paper","owner":"me","program":"prop","warning_threshold":0.8,"#
                    + #""rules":["compliance.approval"],"lock":"total","day_loss":null,"day_loss_limit":null,"#
                    + #""drawdown":12.5,"drawdown_limit":10,"messages":7,"fills":2,"day_trades":0,"profit":0,"best_day":0}]}"#
            )
        }
    }

    private func release(
        _ server: LiveServer, _ token: String, _ id: String = "paper", _ body: String = #"{"reason":"talked"}"#
    ) async throws -> Int {
        let path = "/api/compliance/accounts/\(id)/release"
        return try await server.send("POST", path, token: token, body: body).status
    }

    @Test("an admin releases an account, once, with a reason")
    func release() async throws {
        try await withServer(ComplianceOperations.all) { server in
            server.host.script.withLock { $0.risk.compliance = [Self.account(.day)] }
            let refused = [
                try await release(server, "viewer"), try await release(server, "trader"),
                try await release(server, "admin", "none"), try await release(server, "admin", "paper", "{}"),
            ]
            #expect(refused == [403, 403, 404, 400])
            let answers = [try await release(server, "admin"), try await release(server, "admin")]
            #expect(answers == [200, 409])
            let users = server.host.script.withLock { $0.risk.requesters.map(\.user) }
            #expect(users == ["admin", "admin", "admin"])
        }
    }
}
