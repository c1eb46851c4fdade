import Trading

/// The signal bridge (document 002).
public enum BridgeOperations {
    public static let all = [status, configure, deadLetters]

    static let status = APIOperation(
        .get, "/bridge/status", id: "bridge.status", tag: "Bridge", summary: "Signals on their way to trades",
        description: """
            queue_depth counts the signals above the threshold whose order is still to come, failed_signals the dead letters, \
            pending_trades the bridge's trades whose entry still works. processing_rate is in signals a second over the last \
            minute, avg_processing_time in seconds from a signal to its order since the host has started.
            """,
        rate: .standard, errors: [.unavailable]
    ) { (_: NoInput, context) in
        BridgeStatusAnswer(status: try await context.host.bridgeStatus())
    }

    static let configure = APIOperation(
        .post, "/bridge/configure", id: "bridge.configure", tag: "Bridge", summary: "Which signals are traded",
        description: """
            What is not named stays as it is. Changes hold at once and over restarts, and are written down with their author. \
            signal_threshold and max_position_size are those of /config; max_position_size is a fraction of the first account's \
            equity in one instrument, of which a trade is worth the part that the confidence says (where it is 1, no limit, \
            the ceiling of /config counts), risk_limit the fraction of equity that the bridge's open trades of an account may lose \
            together at their stops. enabled switches the bridge on and off: signals that wait while it goes off become dead \
            letters, and those that are made while it is off are never traded by it.
            """,
        role: .admin, rate: .standard, errors: [.unavailable]
    ) { (input: BridgeInput, context) in
        BridgeConfiguredAnswer(
            configuration: try await context.host.configureBridge(input.change, by: context.requester),
            time: context.time)
    }

    static let deadLetters = APIOperation(
        .get, "/bridge/dead-letters", id: "bridge.dead_letters", tag: "Bridge",
        summary: "Signals that could not be traded",
        description: """
            Above the threshold and without an order, newest first, with the reason and the gate's rules: what the gate denies is \
            given up at once; while the market is unavailable an order is tried again, up to a number of times and until the \
            signal's horizon has passed. Of 31 days at most, by the market's time.
            """,
        rate: .standard, errors: [.unavailable]
    ) { (input: DeadLettersInput, context) in
        DeadLettersAnswer(page: try await context.host.deadLetters(input.query), query: input.query)
    }
}

struct BridgeInput: OperationInput {
    var change = BridgeChange()

    init(_ input: inout InputReader) {
        let fraction = Rate(raw: 1)...Rate.one
        let body = input.body
        change.isEnabled = body.optionalBoolean("enabled")
        change.signalThreshold = body.optionalRate("signal_threshold", Rate.zero...Rate.one)
        change.maxPositionSize = body.optionalRate("max_position_size", fraction)
        change.riskLimit = body.optionalRate("risk_limit", fraction)
    }
}

struct DeadLettersInput: OperationInput {
    var query: DeadLetterQuery

    init(_ input: inout InputReader) {
        query = DeadLetterQuery(
            offset: input.query.integer("offset", 0...1_000_000, default: 0),
            limit: input.query.integer("limit", 1...200, default: 50))
    }
}

struct BridgeStatusAnswer: OperationOutput {
    var status: BridgeStatusView
    static var example: BridgeStatusAnswer { BridgeStatusAnswer(status: BridgeStatusView()) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("queue_depth", status.queueDepth)
            json.field("processing_rate", status.processingRate)
            json.field("avg_processing_time", status.averageProcessingSeconds)
            json.field("failed_signals", status.failed)
            json.field("pending_trades", status.pendingTrades)
            json.field("enabled", status.isEnabled)
        }
    }
}

struct BridgeConfiguredAnswer: OperationOutput {
    var configuration: BridgeConfigurationView
    var time: Timestamp

    static var example: BridgeConfiguredAnswer {
        BridgeConfiguredAnswer(
            configuration: BridgeConfigurationView(
                isEnabled: false, signalThreshold: .one, maxPositionSize: .one, riskLimit: .one),
            time: Timestamp(nanoseconds: 0))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.object("configuration") { json in
                json.field("signal_threshold", configuration.signalThreshold)
                json.field("max_position_size", configuration.maxPositionSize)
                json.field("risk_limit", configuration.riskLimit)
                json.field("enabled", configuration.isEnabled)
            }
            json.field("timestamp", time)
        }
    }
}

struct DeadLettersAnswer: OperationOutput {
    var page: DeadLetterPage
    var query: DeadLetterQuery

    static var example: DeadLettersAnswer {
        let letter = DeadLetterView(
            signal: .example, account: "paper", attempts: 1, failedAt: Timestamp(nanoseconds: 0),
            rules: ["risk.position"], reason: "")
        return DeadLettersAnswer(
            page: DeadLetterPage(letters: [letter], count: 1), query: DeadLetterQuery(offset: 0, limit: 50))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("dead_letters", page.letters) { json, letter in json.object { letter.writeMembers(&$0) } }
            json.field("total", page.count)
            json.field("limit", query.limit)
            json.field("offset", query.offset)
        }
    }
}

extension DeadLetterView {
    fileprivate func writeMembers(_ json: inout JSONWriter) {
        json.field("signal_id", signal.id)
        json.field("symbol", signal.symbol)
        json.field("instrument", signal.instrument)
        json.choice("signal", signal.direction.rawValue, of: SignalView.Direction.allCases.map(\.rawValue))
        json.field("confidence", signal.confidence)
        json.choice("source", signal.source.rawValue, of: SignalView.Source.allCases.map(\.rawValue))
        json.field("model", signal.origin)
        json.field("account_id", account)
        json.field("timestamp", signal.generatedAt)
        json.nullable("failed_at", failedAt)
        json.field("attempts", attempts)
        json.list("rules", rules) { json, rule in json.value(rule) }
        json.field("reason", reason)
    }
}
