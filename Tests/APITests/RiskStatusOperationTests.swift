import API
import Testing

@Suite("Risk status over a live port")
struct RiskStatusOperationTests {
    private func answer(_ change: (inout RiskStatusView, inout HostHealth) -> Void) async throws -> String {
        var account = RiskStatusView.Account(account: "paper")
        (account.drawdown, account.valueAtRisk, account.exposureRatio) = (0.125, 0.25, 1.5)
        var script = ScriptedHost.Script()
        var status = RiskStatusView(accounts: [account, RiskStatusView.Account(account: "second")], isHalted: false)
        change(&status, &script.health)
        script.portfolio.status = status
        var text = ""
        try await withServer(PortfolioOperations.all, host: ScriptedHost(script)) { server async throws in
            text = try await server.send("GET", "/api/v1/risk-status", token: "viewer").text
        }
        return text
    }

    @Test("an account's level follows its limits, and the overall level the worst account")
    func levels() async throws {
        let calm = try await answer { _, _ in }
        let metrics = #"{"current_drawdown":0.125,"daily_var":0.25,"exposure_ratio":1.5,"limit_utilisation":0.0}"#
        let account = #"{"account_id":"paper","risk_level":"low","risk_factors":[],"metrics":\#(metrics)}"#
        #expect(calm.hasPrefix(#"{"overall_risk_level":"low","account_risks":[\#(account),"#))
        for (part, level) in [(0.49, "low"), (0.5, "medium"), (0.79, "medium"), (0.8, "high"), (7, "high")] {
            let text = try await answer { status, _ in status.accounts[1].utilisation = part }
            #expect(text.contains(#""overall_risk_level":"\#(level)""#), "\(part)")
            #expect(text.contains(#"{"account_id":"second","risk_level":"\#(level)""#), "\(part)")
        }
        let held = try await answer { status, _ in
            status.accounts[0].isHeld = true
            status.accounts[0].factors = ["trading is reducing"]
        }
        #expect(held.contains(#""risk_level":"high","risk_factors":["trading is reducing"]"#))
    }

    @Test("a stop of the system and an unhealthy part are critical; agents follow the parts of the host")
    func agents() async throws {
        let stopped = try await answer { status, _ in status.isHalted = true }
        #expect(stopped.hasPrefix(#"{"overall_risk_level":"critical""#))
        #expect(stopped.contains(#""execution_engine":"stopped""#) && stopped.contains(#""market_analysis":"healthy""#))
        let behind = try await answer { _, health in
            health = HostHealth(parts: [("engine", .healthy, ""), ("journal", .degraded, "")], isReady: true)
        }
        #expect(behind.contains(#""execution_engine":"warning""#) && behind.contains(#""risk_management":"healthy""#))
        let broken = try await answer { _, health in
            health = HostHealth(parts: [("engine", .unhealthy, "")], isReady: false)
        }
        #expect(
            broken.contains(#""risk_management":"critical""#) && broken.contains(#""overall_risk_level":"critical""#))
    }
}
