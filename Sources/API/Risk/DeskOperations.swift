import Trading

/// Breakers, alerts that somebody has seen, and one strategy held back.
enum DeskOperations {
    static let all = [breakers, acknowledge, pauseEntries, resumeEntries, closeAndDisable]

    static let breakers = APIOperation(
        .get, "/api/risk/breakers", id: "risk.breakers", tag: "Risk", summary: "Circuit breakers and where they stand",
        description: """
            One row for each target of a breaker of host.yaml. A tripped one has thrown the emergency stop `stop_id`, which is \
            released like any other, or by itself as `reset` says (manual, day, or seconds). A spent one was released \
            while its measure is still beyond the threshold; it is armed again once it has been within.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        BreakersAnswer(breakers: try await context.host.breakers())
    }

    static let acknowledge = APIOperation(
        .post, "/api/risk/alerts/{alert_id}/acknowledge", id: "risk.alert_acknowledge", tag: "Risk",
        summary: "Say that an alert was seen",
        description:
            "It stays in the list until its time is over. An alert that is acknowledged already stays with whom it was.",
        role: .trader, rate: .standard, errors: [.unknown]
    ) { (input: AlertIDInput, context) in
        AlertAnswer(alert: try await context.host.acknowledge(alert: input.id, by: context.requester))
    }

    static let pauseEntries = APIOperation(
        .post, "/api/strategies/{strategy_id}/pause-entries", id: "strategies.pause_entries", tag: "Strategies",
        summary: "Lets a strategy only shrink its positions",
        description: """
            It runs on, and its exits pass. In force over restarts, until resume-entries; an emergency stop in the mode \
            reduce that a trader may lift.
            """,
        role: .trader, rate: .unlimited, errors: [.unknown, .conflict]
    ) { (input: PauseInput, context) in
        ThrownAnswer(
            stop: try await context.host.pauseEntries(of: input.id, reason: input.reason, by: context.requester))
    }

    static let resumeEntries = APIOperation(
        .post, "/api/strategies/{strategy_id}/resume-entries", id: "strategies.resume_entries", tag: "Strategies",
        summary: "Lets a strategy open positions again", description: "Emergency stops that cover it stay in force.",
        role: .trader, rate: .standard, errors: [.unknown, .conflict]
    ) { (input: StrategyIDInput, context) in
        let stop = try await context.host.resumeEntries(of: input.id, by: context.requester)
        return ReleasedAnswer(id: stop.id, time: stop.resolvedAt ?? context.time)
    }

    static let closeAndDisable = APIOperation(
        .post, "/api/strategies/{strategy_id}/close-and-disable", id: "strategies.close_and_disable", tag: "Strategies",
        summary: "Switches a strategy off and closes all that it holds",
        description: """
            Its orders are cancelled, its positions are closed at the market, again and again until it is flat, over restarts \
            too; then its stop is released by itself. remaining_components is what is left now.
            """,
        role: .trader, rate: .unlimited, errors: [.unknown, .conflict]
    ) { (input: StrategyIDInput, context) in
        ThrownAnswer(stop: try await context.host.closeAndDisable(input.id, by: context.requester))
    }
}

struct AlertIDInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("alert_id", 1...100) }
}

struct PauseInput: OperationInput {
    var id: String
    var reason: String

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        reason = input.body.optionalText("reason", 0...500) ?? ""
    }
}

struct BreakersAnswer: OperationOutput {
    var breakers: [BreakerView]

    static var example: BreakersAnswer {
        BreakersAnswer(
            breakers: [
                BreakerView(
                    name: "loss", kind: "daily_loss", scope: "account", target: "paper", threshold: 1, observed: 0,
                    windowSeconds: 60, mode: "flatten", reset: "day", state: .armed, stopID: nil)
            ])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("breakers", breakers) { json, breaker in
                json.object { json in
                    json.field("name", breaker.name)
                    json.field("kind", breaker.kind)
                    json.choice("scope", breaker.scope, of: StopRequest.Scope.allCases.map(\.rawValue))
                    json.nullable("target_id", breaker.target)
                    json.field("threshold", ExactDecimal(raw: breaker.threshold, decimals: HeadroomView.decimals))
                    json.field("observed", ExactDecimal(raw: breaker.observed, decimals: HeadroomView.decimals))
                    json.field("window_seconds", breaker.windowSeconds)
                    json.choice("mode", breaker.mode, of: StopRequest.Mode.allCases.map(\.rawValue))
                    json.field("reset", breaker.reset)
                    json.choice("state", breaker.state.rawValue, of: BreakerView.State.allCases.map(\.rawValue))
                    json.nullable("stop_id", breaker.stopID)
                }
            }
        }
    }
}

struct AlertAnswer: OperationOutput {
    var alert: AlertView

    static var example: AlertAnswer {
        var alert = AlertsAnswer.example.alerts[0]
        alert.acknowledgedBy = "operator"
        alert.acknowledgedAt = alert.time
        return AlertAnswer(alert: alert)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("alert_id", alert.id)
            json.nullable("acknowledged_by", alert.acknowledgedBy)
            json.nullable("acknowledged_at", alert.acknowledgedAt)
        }
    }
}
