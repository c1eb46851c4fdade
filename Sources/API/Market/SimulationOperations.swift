import Trading

/// Controls of the simulated market (document 002).
public enum SimulationOperations {
    public static let all = [fastForward, addScenario, reset]

    static let fastForward = APIOperation(
        .post, "/simulation/fast-forward", id: "simulation.fast_forward", tag: "Simulation",
        summary: "Move the simulated market on",
        description: """
            By up to a day. All market data of that time is made, and strategies and orders live through it; other requests are \
            answered meanwhile. The market's time then stays ahead: it never goes back.
            """,
        role: .trader, rate: .standard, errors: [.conflict, .unavailable]
    ) { (input: FastForwardInput, context) in
        FastForwardAnswer(
            seconds: input.seconds,
            time: try await context.host.fastForward(seconds: input.seconds, by: context.requester))
    }

    static let addScenario = APIOperation(
        .post, "/simulation/add-scenario", id: "simulation.add_scenario", tag: "Simulation",
        summary: "Give a simulated instrument a course",
        description: """
            On top of the instrument's own course, for duration_seconds of the market's time (60) and by magnitude, a fraction \
            of the price at which it begins (0.01): bull_market rises and bear_market falls by it evenly, flash_crash falls by \
            it in the first quarter and comes back, high_volatility wanders with it as standard deviation, sideways stays \
            within it. Sixteen at most are under way at a time; a restart of the host ends them.
            """,
        role: .trader, rate: .standard, errors: [.conflict, .unavailable]
    ) { (input: ScenarioInput, context) in
        let id = try await context.host.addScenario(input.request, by: context.requester)
        return ScenarioAnswer(id: id, request: input.request)
    }

    static let reset = APIOperation(
        .post, "/simulation/reset", id: "simulation.reset", tag: "Simulation",
        summary: "End scenarios and begin the paper account anew",
        description: """
            The first account has its configured opening balance again, as with POST /trading/mode: orders end, positions are \
            gone without a trade, and its strategies are off until they are enabled again. Prices go on from where they are, \
            at the pace of the clock; the market's time never goes back.
            """,
        role: .trader, rate: .standard, errors: [.conflict, .unavailable]
    ) { (_: NoInput, context) in
        let (time, balance) = try await context.host.resetSimulation(by: context.requester)
        return ResetAnswer(time: time, balance: balance)
    }
}

struct ResetAnswer: OperationOutput {
    var time: Timestamp
    var balance: Money
    static var example: ResetAnswer { ResetAnswer(time: Timestamp(nanoseconds: 0), balance: .zero) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("simulation_time", time)
            json.field("balance", balance)
        }
    }
}

struct FastForwardInput: OperationInput {
    var seconds: Int
    init(_ input: inout InputReader) { seconds = input.body.integer("seconds", 1...86_400) }
}

struct ScenarioInput: OperationInput {
    var request: ScenarioRequest

    init(_ input: inout InputReader) {
        let body = input.body
        let kind = body.choice(
            "scenario",
            [
                "bull_market": ScenarioKind.bullMarket, "bear_market": .bearMarket, "sideways": .sideways,
                "high_volatility": .highVolatility, "flash_crash": .flashCrash,
            ])
        request = ScenarioRequest(
            name: body.optionalText("name", 1...100) ?? kind.rawValue, kind: kind,
            instrument: body.text("symbol", 1...64),
            seconds: body.optionalInteger("duration_seconds", 1...86_400) ?? 60,
            magnitude: body.optionalRate("magnitude", Rate(raw: 1)...Rate(raw: Rate.one.raw / 2))
                ?? Rate(raw: Rate.one.raw / 100))
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        instruments.named(request.instrument) == nil ? [.unknownInstrument("symbol", request.instrument)] : []
    }
}

struct FastForwardAnswer: OperationOutput {
    var seconds: Int
    var time: Timestamp
    static var example: FastForwardAnswer { FastForwardAnswer(seconds: 60, time: Timestamp(nanoseconds: 0)) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("advanced_seconds", seconds)
            json.field("simulation_time", time)
        }
    }
}

struct ScenarioAnswer: OperationOutput {
    var id: String
    var request: ScenarioRequest
    static var example: ScenarioAnswer {
        ScenarioAnswer(
            id: "scenario-1",
            request: ScenarioRequest(
                name: "check", kind: .sideways, instrument: "BTC_USDT", seconds: 60, magnitude: .one))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("scenario_id", id)
            json.field("name", request.name)
            json.choice("scenario", request.kind.rawValue, of: ScenarioKind.allCases.map(\.rawValue))
        }
    }
}
