import Trading

struct ThrownAnswer: OperationOutput {
    var stop: StopView

    static var example: ThrownAnswer {
        let request = StopRequest(scope: .system, reason: "a test", triggeredBy: "operator")
        return ThrownAnswer(
            stop: StopView(
                id: "stop-1", request: request, time: Timestamp(nanoseconds: 0),
                requester: Requester(user: "operator", channel: "rest"), affected: ["sma_cross"]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("stop_id", stop.id)
            json.field("timestamp", stop.time)
            json.field("affected_components", stop.affected)
            json.field("remaining_components", stop.remaining)
            json.choice("mode", stop.request.mode.rawValue, of: StopRequest.Mode.allCases.map(\.rawValue))
            json.field("drill", stop.request.isDrill)
        }
    }
}

struct StopsAnswer: OperationOutput {
    var stops: [StopView]

    static var example: StopsAnswer { StopsAnswer(stops: [ThrownAnswer.example.stop]) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("active_stops", stops) { json, stop in
                json.object { json in
                    json.field("stop_id", stop.id)
                    json.field("reason", stop.request.reason)
                    json.field("triggered_by", stop.request.triggeredBy)
                    json.field("timestamp", stop.time)
                    json.choice("scope", stop.request.scope.rawValue, of: StopRequest.Scope.allCases.map(\.rawValue))
                    json.nullable("target_id", stop.request.target)
                    json.choice("mode", stop.request.mode.rawValue, of: StopRequest.Mode.allCases.map(\.rawValue))
                    json.field("drill", stop.request.isDrill)
                    json.choice("status", stop.isActive ? "active" : "resolved", of: ["active", "resolved"])
                    json.field("affected_components", stop.affected)
                    json.field("remaining_components", stop.remaining)
                    json.nullable("resolved_at", stop.resolvedAt)
                    json.nullable("resolved_by", stop.resolvedBy)
                    json.nullable("resolution_reason", stop.resolution)
                }
            }
        }
    }
}

struct ReleasedAnswer: OperationOutput {
    var id: String
    var time: Timestamp

    static var example: ReleasedAnswer { ReleasedAnswer(id: "stop-1", time: Timestamp(nanoseconds: 0)) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("stop_id", id)
            json.field("resolved_at", time)
        }
    }
}
