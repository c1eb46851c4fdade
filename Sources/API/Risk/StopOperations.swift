import Trading

/// Emergency stops: one register, whoever throws them.
enum StopOperations {
    static let all = [stopTrading, throwStop, list, release]

    private static let modes = """
        `mode` is ours: stop (the default: no new orders; cancels and closes stay possible), reduce (only orders that shrink a \
        position pass), cancel (stop, and all working orders are cancelled) or flatten (cancel, and all positions are \
        closed). A `drill` answers what it would act on, and changes nothing.
        """

    static let stopTrading = APIOperation(
        .post, "/api/risk/emergency-stop", id: "risk.emergency_stop", tag: "Risk", summary: "Stop all trading",
        description: "The same as POST /api/v1/emergency-stop with the scope system. The body may be absent. " + modes,
        role: .trader, rate: .unlimited
    ) { (input: StopAllInput, context) in
        let request = StopRequest(
            scope: .system, mode: input.mode, reason: input.reason, triggeredBy: context.requester.user,
            isDrill: input.isDrill)
        return ThrownAnswer(stop: try await thrown(request, context))
    }

    static let throwStop = APIOperation(
        .post, "/api/v1/emergency-stop", id: "v1.emergency_stop", tag: "Risk",
        summary: "Stop a part of trading, or all",
        description: """
            The scope agent means one strategy; instrument is ours. `target_id` is the account, strategy or instrument; with \
            the scope system it is ignored.
            """ + " " + modes,
        role: .trader, rate: .unlimited, errors: [.unknown]
    ) { (input: StopInput, context) in
        ThrownAnswer(stop: try await thrown(input.request, context))
    }

    static let list = APIOperation(
        .get, "/api/v1/emergency-stops", id: "v1.emergency_stops", tag: "Risk", summary: "Emergency stops",
        description: "Active ones and resolved ones, told apart by their status.", rate: .standard
    ) { (_: NoInput, context) in
        StopsAnswer(stops: try await context.host.stops())
    }

    static let release = APIOperation(
        .delete, "/api/v1/emergency-stop/{stop_id}", id: "v1.emergency_resolve", tag: "Risk",
        summary: "Release an emergency stop",
        description: "Orders pass again, unless another stop covers them. An operator releases it with a reason.",
        role: .admin, needsFreshFactor: true, rate: .standard, errors: [.unknown, .conflict]
    ) { (input: ReleaseInput, context) in
        let stop = try await context.host.releaseStop(
            input.id, reason: input.reason, authorizedBy: input.authorizedBy, by: context.requester)
        return ReleasedAnswer(id: stop.id, time: stop.resolvedAt ?? context.time)
    }

    /// An instrument that a body names and nobody knows is a fault of the body, not a missing page.
    private static func thrown(_ request: StopRequest, _ context: OperationContext) async throws -> StopView {
        do throws(HostRefusal) {
            return try await context.host.throwStop(request, by: context.requester)
        } catch {
            guard case .unknown(let kind, let id) = error, kind == "instrument" else { throw error }
            throw APIError.invalid([.unknownInstrument("target_id", id)])
        }
    }
}
