import Trading

extension PortfolioOperations {
    static let riskStatus = APIOperation(
        .get, "/api/v1/risk-status", id: "v1.risk_status", tag: "Portfolio",
        summary: "How near the accounts are to their limits, and what works",
        description: """
            An account's level follows the highest part of a limit that it uses: medium from 50 %, high from 80 % or while it is \
            halted, reducing or locked by its program; risk_factors says which. The overall level is the highest of them, \
            critical while the whole system is stopped or a part of the host is unhealthy. current_drawdown is measured from \
            the highest equity that is known (of day starts, and of every mark once a limit looks at it), daily_var is \
            parametric at 95 %; all three metrics are fractions of equity. An agent is the part of the host that does its work.
            """,
        rate: .standard, errors: [.unavailable]
    ) { (_: NoInput, context) in
        RiskStatusAnswer(status: try await context.host.riskStatus(), health: await context.host.health())
    }
}

struct RiskStatusAnswer: OperationOutput {
    var status: RiskStatusView
    var health: HostHealth

    static var example: RiskStatusAnswer {
        var account = RiskStatusView.Account(account: "paper")
        account.factors = ["risk.exposure has used 85 % of the account limit"]
        return RiskStatusAnswer(status: RiskStatusView(accounts: [account], isHalted: false), health: .example)
    }

    private var overall: RiskStatusView.Level {
        if status.isHalted || health.grade == .unhealthy { return .critical }
        return status.accounts.map(\.level).max() ?? .low
    }

    func write(_ json: inout JSONWriter) {
        let levels = RiskStatusView.Level.allCases.map(\.rawValue)
        json.object { json in
            json.choice("overall_risk_level", overall.rawValue, of: levels)
            json.list("account_risks", status.accounts) { json, account in
                json.object { json in
                    json.field("account_id", account.account)
                    json.choice("risk_level", account.level.rawValue, of: levels.dropLast())
                    json.field("risk_factors", account.factors)
                    json.object("metrics") { json in
                        json.field("current_drawdown", account.drawdown)
                        json.field("daily_var", account.valueAtRisk)
                        json.field("exposure_ratio", account.exposureRatio)
                        json.field("limit_utilisation", account.utilisation)
                    }
                }
            }
            json.object("system_health") { json in
                json.map("agent_status", agents)
            }
        }
    }

    /// 003's agents, by the parts of the host that do their work.
    private var agents: [(String, String)] {
        let works: KeyValuePairs = [
            "circuit_breaker": ["engine"], "market_analysis": ["market_data", "strategies"],
            "risk_management": ["engine"], "execution_engine": ["engine", "journal"],
            "performance_tracker": ["engine", "journal"], "compliance": ["engine"],
        ]
        return works.map { agent, parts in
            let grades = health.parts.filter { parts.contains($0.name) }.map(\.grade)
            if agent == "execution_engine", status.isHalted { return (agent, "stopped") }
            if grades.contains(.unhealthy) { return (agent, "critical") }
            return (agent, grades.contains(.degraded) ? "warning" : "healthy")
        }
    }
}
