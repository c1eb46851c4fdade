import Trading

extension Fields {
    fileprivate func stopMode() -> StopRequest.Mode {
        optionalChoice("mode", ["stop": .stop, "reduce": .reduce, "cancel": .cancel, "flatten": .flatten]) ?? .stop
    }
}

struct StopAllInput: OperationInput {
    var reason: String
    var mode: StopRequest.Mode
    var isDrill: Bool

    init(_ input: inout InputReader) {
        reason = input.body.optionalText("reason", 0...500) ?? ""
        mode = input.body.stopMode()
        isDrill = input.body.optionalBoolean("drill") ?? false
    }
}

struct StopInput: OperationInput {
    var request: StopRequest

    init(_ input: inout InputReader) {
        let body = input.body
        let reason = body.text("reason", 1...500)
        let triggeredBy = body.text("triggered_by", 1...100)
        let scope = body.choice(
            "scope",
            ["system": StopRequest.Scope.system, "account": .account, "agent": .agent, "instrument": .instrument])
        let target = body.optionalText("target_id", 1...100)
        if scope != .system, target == nil {
            body.fault("target_id", "is required with the scope \(scope.rawValue)")
        }
        request = StopRequest(
            scope: scope, target: scope == .system ? nil : target, mode: body.stopMode(), reason: reason,
            triggeredBy: triggeredBy, isDrill: body.optionalBoolean("drill") ?? false)
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        guard request.scope == .instrument, let target = request.target, instruments.named(target) == nil else {
            return []
        }
        return [.unknownInstrument("target_id", target)]
    }
}

struct ReleaseInput: OperationInput {
    var id: String
    var authorizedBy: String
    var reason: String

    init(_ input: inout InputReader) {
        id = input.path.text("stop_id", 1...100)
        authorizedBy = input.body.text("authorized_by", 1...100)
        reason = input.body.text("resolution_reason", 1...500)
    }
}
