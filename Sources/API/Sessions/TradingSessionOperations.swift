import Trading

/// Trading sessions (document 001).
public enum TradingSessionOperations {
    public static let all = [start, stop, list, get, dataSessions]

    static let start = APIOperation(
        .post, "/sessions/start", id: "cfg.session_start", tag: "Trading sessions",
        summary: "Start a trading session, a recording or a backtest",
        description: """
            paper binds the strategies to the symbols and switches them on until the session ends; what they were before \
            comes back then. They begin without memory, and keep positions elsewhere with their stops. config holds through \
            the gate, beside their own limits: budget.global_cap (in the account's currency; what allocations leave of it is \
            shared evenly), max_position_size (a notional), stop_loss_percent and take_profit_percent. collect records the \
            symbols' market. backtest plays such a recording (config.session_id) through each strategy and symbol, one after \
            the other in processes of their own, acceleration_factor times as fast as it was recorded, or as fast as possible \
            without it. One session runs at a time: a start with another configuration ends the one before; with idempotent \
            the same configuration answers with the session that runs. Sessions go on after a restart. live needs a venue.
            """,
        access: .bearerCSRF, role: .trader, rate: .standard, dialect: .d001,
        errors: [.unknown, .conflict, .unavailable]
    ) { (input: StartSessionInput, context) in
        let session = try await context.host.startSession(input.request, by: context.requester)
        return SessionStarted(session: session)
    }

    static let stop = APIOperation(
        .post, "/sessions/stop", id: "cfg.session_stop", tag: "Trading sessions", summary: "End the session that runs",
        description: "Strategies that it switched on are switched off by their on_stop.", access: .bearerCSRF,
        role: .trader, rate: .standard, dialect: .d001, errors: [.unknown, .conflict, .unavailable]
    ) { (input: StopSessionInput, context) in
        SessionStopped(id: try await context.host.stopSession(input.id, by: context.requester).id)
    }

    static let list = APIOperation(
        .get, "/sessions", id: "additions.sessions", tag: "Trading sessions", summary: "Trading sessions, newest first",
        description: "One runs at most. Those of strategies whose accounts the user may not see are left out.",
        rate: .standard, dialect: .d001
    ) { (input: DataSessionsInput, context) in
        TradingSessionsAnswer(sessions: try await context.host.sessions(limit: input.limit))
    }

    static let get = APIOperation(
        .get, "/sessions/{session_id}", id: "cfg.session", tag: "Trading sessions", summary: "A trading session",
        description: """
            results has a row for each strategy and symbol that a backtest is done with; statistics that cannot be told are 0.
            """,
        rate: .standard, dialect: .d001, errors: [.unknown]
    ) { (input: SessionID, context) in
        TradingSessionAnswer(session: try await context.host.session(input.id))
    }

    static let dataSessions = APIOperation(
        .get, "/api/data-collection/sessions", id: "cfg.data_sessions", tag: "Trading sessions",
        summary: "Recordings of the market, newest first", access: .open, rate: .standard, dialect: .d001
    ) { (input: DataSessionsInput, context) in
        let (sessions, count) = try await context.host.dataSessions(limit: input.limit)
        return DataSessionsAnswer(sessions: sessions, count: count, limit: input.limit)
    }
}

struct StartSessionInput: OperationInput {
    var request: TradingSessionRequest

    init(_ input: inout InputReader) {
        let body = input.body
        let kind = body.choice(
            "session_type", ["live": SessionKind.live, "paper": .paper, "backtest": .backtest, "collect": .collect])
        request = TradingSessionRequest(
            kind: kind, symbols: body.texts("symbols", 1...50, each: 1...64),
            strategies: body.optionalObject("strategy_config") {
                $0.optionalTexts("strategies", 0...50, each: 1...64) ?? []
            } ?? [])
        request.isIdempotent = body.optionalBoolean("idempotent") ?? false
        // Asked only where a live session would be replaced, and there is none without a venue.
        _ = body.optionalBoolean("replace")
        let given = request
        if let read = body.optionalObject("config", { StartSessionInput.configured(given, $0) }) { request = read }
        if kind != .collect, request.strategies.isEmpty {
            body.fault("strategy_config.strategies", "must name at least one strategy")
        }
        if kind == .backtest, request.dataSession == nil {
            body.fault("config.session_id", "is required: a session that collected data")
        }
    }

    private static func configured(_ request: TradingSessionRequest, _ config: Fields) -> TradingSessionRequest {
        var request = request
        let percent = Rate.zero...Rate(raw: 100 * Rate.one.raw)
        let budget = config.optionalObject("budget") { fields in
            (fields.optionalMoney("global_cap"), allocations(fields))
        }
        if let budget { (request.budget, request.allocations) = budget }
        request.stopLoss = fraction(config.optionalRate("stop_loss_percent", percent))
        request.takeProfit = fraction(config.optionalRate("take_profit_percent", percent))
        request.maxPositionSize = config.optionalMoney("max_position_size")
        request.dataSession = config.optionalText("session_id", 1...100)
        request.acceleration = config.optionalRate(
            "acceleration_factor", Rate(raw: Rate.one.raw / 100)...Rate(raw: 1_000_000 * Rate.one.raw))
        return request
    }

    /// 0 percent stands for none.
    private static func fraction(_ percent: Rate?) -> Rate? {
        percent.flatMap { $0 == .zero ? nil : Rate(raw: $0.raw / 100) }
    }

    private static func allocations(_ fields: Fields) -> [String: Money] {
        var allocations: [String: Money] = [:]
        for member in fields.optionalMap("allocations") ?? [] {
            let name = "allocations.\(member.name.prefix(80))"
            do throws(Fields.Invalid) {
                let raw = try Fields.decimal(member.value, decimals: Money.decimals, .positive)
                allocations[member.name] = Money(raw: Int128(raw))
            } catch {
                fields.fault(name, error.text)
            }
        }
        return allocations
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        request.symbols.enumerated().filter { instruments.named($0.element) == nil }.map {
            .unknownInstrument("symbols.\($0.offset)", $0.element)
        }
    }
}

struct StopSessionInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.body.text("session_id", 1...100) }
}

struct DataSessionsInput: OperationInput {
    var limit: Int
    init(_ input: inout InputReader) { limit = input.query.integer("limit", 1...1000, default: 50) }
}
