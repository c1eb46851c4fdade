import Trading

/// Risk in figures, its limits, what they denied and what they leave, and the emergency stops.
public enum RiskOperations {
    public static let all =
        [portfolio, positions, limits, limitsInForce, alerts, denials, headroom] + StopOperations.all
        + ComplianceOperations.all + DeskOperations.all + ApprovalOperations.all + WhatIfOperations.all

    static let portfolio = APIOperation(
        .get, "/api/risk/portfolio", id: "risk.portfolio", tag: "Risk", summary: "The account's risk and its limits",
        description: """
            Of the first account that the user sees. \
            Amounts are in `currency`. var_95 (of one day) and max_drawdown are fractions, and losses where positive; a \
            statistic that cannot be told yet is 0. Of the limits max_daily_loss is an amount, the others are fractions.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        PortfolioRiskAnswer(risk: try await context.host.portfolioRisk(ofAccount: nil))
    }

    static let positions = APIOperation(
        .get, "/api/risk/positions", id: "risk.positions", tag: "Risk", summary: "The risk of each open position",
        description: """
            market_value and unrealized_pnl are in the instrument's quote currency. risk_contribution is the position's \
            part of the gross exposure in the account's currency; volatility is annualised.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        PositionRiskAnswer(positions: try await context.host.positions(strategy: nil))
    }

    static let limits = APIOperation(
        .put, "/api/risk/limits", id: "risk.limits", tag: "Risk", summary: "Change the limits of one scope",
        description: """
            A limit that is not named stays as it is, one named in `remove` goes. `scope` is account where it is left out, and \
            `id` the paper account; the keys are those of host.yaml. Of the first four max_position_size and max_exposure are \
            max_position_equity_fraction and max_leverage. A trader may tighten limits, an admin may loosen them as well; of \
            the scopes that cover an order the strictest holds. The change is written down with its author and `reason`, and \
            stays over restarts until the file changes. The answer has the limits of the account in force.
            """,
        role: .trader, rate: .standard, errors: [.unknown]
    ) { (input: LimitsInput, context) in
        var change = input.change
        change.mayLoosen = context.principal?.role == .admin
        return LimitsAnswer(limits: try await context.host.setLimits(change, by: context.requester))
    }

    static let limitsInForce = APIOperation(
        .get, "/api/risk/limits", id: "risk.limits_in_force", tag: "Risk", summary: "The limits that one scope sets",
        description: "By the keys of host.yaml; a limit that is not set there is left out.", rate: .standard,
        errors: [.unknown]
    ) { (input: LimitPlaceInput, context) in
        ScopeLimitsAnswer(view: try await context.host.limits(scope: input.scope, target: input.target))
    }

    static let alerts = APIOperation(
        .get, "/api/risk/alerts", id: "risk.alerts", tag: "Risk", summary: "Active alerts", rate: .standard
    ) { (_: NoInput, context) in
        AlertsAnswer(alerts: try await context.host.alerts())
    }

    static let denials = APIOperation(
        .get, "/api/risk/denials", id: "additions.risk_denials", tag: "Risk", summary: "Orders that the gate denied",
        description: """
            Newest first, each with every rule that failed. `rule` picks the denials in which it is one of them; a rule \
            that denied nothing gives an empty list.
            """,
        rate: .standard, errors: [.unknown]
    ) { (input: DenialsInput, context) in
        DenialsAnswer(denials: try await context.host.denials(input.filter))
    }

    static let headroom = APIOperation(
        .get, "/api/risk/headroom", id: "additions.risk_headroom", tag: "Risk", summary: "What the limits leave",
        description: """
            left is limit less used and never below 0; resets_at is there for limits of a day or another window. \
            Without an account it is the paper account's.
            """,
        rate: .standard, errors: [.unknown]
    ) { (input: HeadroomInput, context) in
        HeadroomAnswer(rows: try await context.host.headroom(account: input.account, strategy: input.strategy))
    }
}
