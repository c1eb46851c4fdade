import Trading

/// What GET /health says on a service's own port, as its document has it.
enum ServiceHealth: Sendable {
    /// Documents 003 and 004; the main listener too.
    case dependencies
    /// Document 000.
    case upOrDown
    /// Document 002, a shape for each.
    case signalGenerator, tradeExecution, signalBridge, rebalancer

    func operation(service: String, version: String) -> APIOperation {
        switch self {
        case .dependencies: healthOperation(version: version)
        case .upOrDown: of(service) { host, _ in UpOrDownAnswer(health: await host.health(), time: .now) }
        case .signalGenerator: of(service) { SignalGeneratorAnswer(health: $0, figures: $1, time: .now) }
        case .tradeExecution: of(service) { TradeExecutionAnswer(health: $0, figures: $1) }
        case .signalBridge: of(service) { SignalBridgeAnswer(health: $0, bridge: $1.bridge) }
        case .rebalancer: of(service) { RebalancerAnswer(health: $0, figures: $1) }
        }
    }

    private func of<Answer: OperationOutput>(
        _ service: String, _ answer: @escaping @Sendable (HostHealth, HostFigures) -> Answer
    ) -> APIOperation {
        of(service) { host, _ in answer(await host.health(), await host.figures()) }
    }

    private func of<Answer: OperationOutput>(
        _ service: String, _ answer: @escaping @Sendable (any TradingHost, OperationContext) async -> Answer
    ) -> APIOperation {
        APIOperation(
            .get, "/health", id: "health.\(service)", tag: "Health", summary: "Health of \(service)",
            description: "An unhealthy service answers 503 with the same body.", access: .open, rate: .unlimited
        ) { (_: NoInput, context) in await answer(context.host, context) }
    }
}

/// Document 000.
struct UpOrDownAnswer: OperationOutput {
    var health: HostHealth
    var time: Timestamp

    static var example: UpOrDownAnswer { UpOrDownAnswer(health: .example, time: Timestamp(nanoseconds: 0)) }
    private var isUp: Bool { health.grade != .unhealthy }
    var status: Int { isUp ? 200 : 503 }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", isUp ? "UP" : "DOWN", of: ["UP", "DOWN"])
            json.field("timestamp", time)
        }
    }
}

struct SignalGeneratorAnswer: OperationOutput {
    var health: HostHealth
    var figures: HostFigures
    var time: Timestamp

    static var example: SignalGeneratorAnswer {
        SignalGeneratorAnswer(health: .example, figures: HostFigures(), time: Timestamp(nanoseconds: 0))
    }
    var status: Int { health.grade == .unhealthy ? 503 : 200 }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", health.grade.rawValue, of: HealthAnswer.grades)
            json.field("timestamp", time)
            json.field("ml_models_loaded", figures.models)
            json.field("features_available", figures.features)
            json.nullable("last_prediction", figures.lastPredictionAt)
        }
    }
}

struct TradeExecutionAnswer: OperationOutput {
    var health: HostHealth
    var figures: HostFigures

    static var example: TradeExecutionAnswer { TradeExecutionAnswer(health: .example, figures: HostFigures()) }
    var status: Int { health.grade == .unhealthy ? 503 : 200 }

    /// Prices come, so orders have something to trade against.
    private var isConnected: Bool {
        health.grade != .unhealthy && health.parts.contains { $0.name == "market_data" && $0.grade == .healthy }
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", health.grade.rawValue, of: HealthAnswer.grades)
            json.choice("trading_mode", figures.mode.rawValue, of: TradingMode.allCases.map(\.rawValue))
            json.field("connected_exchange", figures.feed)
            json.choice("api_status", isConnected ? "connected" : "disconnected", of: ["connected", "disconnected"])
            json.nullable("last_trade", figures.lastFillAt)
        }
    }
}

/// Degraded while the bridge is off.
struct SignalBridgeAnswer: OperationOutput {
    var health: HostHealth
    var bridge: BridgeStatusView

    static var example: SignalBridgeAnswer { SignalBridgeAnswer(health: .example, bridge: BridgeStatusView()) }
    private var grade: HostHealth.Grade { health.grade == .healthy && !bridge.isEnabled ? .degraded : health.grade }
    var status: Int { grade == .unhealthy ? 503 : 200 }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", grade.rawValue, of: HealthAnswer.grades)
            json.field("signals_processed", bridge.processed)
            json.field("trades_executed", bridge.sent)
            json.field("success_rate", bridge.successRate)
            json.nullable("last_signal_processed", bridge.lastProcessedAt)
        }
    }
}

/// Without target weights what is held is what is to be held, and all of it is managed.
struct RebalancerAnswer: OperationOutput {
    var health: HostHealth
    var figures: HostFigures

    static var example: RebalancerAnswer { RebalancerAnswer(health: .example, figures: HostFigures()) }
    var status: Int { health.grade == .unhealthy ? 503 : 200 }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("status", health.grade.rawValue, of: HealthAnswer.grades)
            json.nullable("last_rebalance", figures.rebalances.lastAt)
            json.field("rebalance_frequency", figures.rebalances.frequency)
            json.field("positions_managed", figures.rebalances.positions ?? figures.openPositions)
        }
    }
}
