import Trading

extension TradingOperations {
    static var logs: [APIOperation] { [readLogs, followLogs] }

    private static var readLogs: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/logs", id: "additions.logs", tag: "Strategies",
            summary: "What a strategy wrote, and what became of it",
            description: """
                The newest lines, oldest first, of this level and those that matter more. after is a sequence number: only later lines.
                """,
            rate: .strategy, errors: [.unknown]
        ) { (input: LogInput, context) in
            LogsAnswer(strategy: input.id, entries: try await context.host.logs(of: input.id, input.filter))
        }
    }

    private static var followLogs: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/logs/stream", id: "additions.logs_stream", tag: "Strategies",
            summary: "The same as Server-Sent Events",
            description: "One event `log` for each new line. A client that does not keep up is let go.",
            rate: .strategy, errors: [.unknown, .unavailable]
        ) { (input: LogStreamInput, context) in
            let lines = try await context.host.logStream(of: input.id, from: input.severity)
            return EventStream.of("log", lines) { LogsAnswer.write($0, &$1) }
        }
    }
}

struct LogInput: OperationInput {
    var id: String
    var filter: LogFilter

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        filter = LogFilter(
            severity: input.query.severity, after: UInt64(input.query.integer("after", 0...Int(Int64.max), default: 0)),
            limit: input.query.integer("limit", 1...1000, default: 100))
    }
}

struct LogStreamInput: OperationInput {
    var id: String
    var severity: LogSeverity

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        severity = input.query.severity
    }
}

extension Fields {
    fileprivate var severity: LogSeverity {
        optionalChoice("level", ["debug": .debug, "info": .info, "warning": .warning, "error": .error]) ?? .debug
    }
}

struct LogsAnswer: OperationOutput {
    var strategy: String
    var entries: [LogEntryView]

    static var example: LogsAnswer {
        LogsAnswer(
            strategy: "sma_cross",
            entries: [LogEntryView(sequence: 1, time: Timestamp(nanoseconds: 0), severity: .info, message: "")])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("strategy_id", strategy)
            json.list("entries", entries) { json, entry in LogsAnswer.write(entry, &json) }
        }
    }

    static func write(_ entry: LogEntryView, _ json: inout JSONWriter) {
        json.object { json in
            json.field("sequence", entry.sequence)
            json.field("timestamp", entry.time)
            json.choice("level", entry.severity.name, of: LogSeverity.allCases.map(\.name))
            json.field("message", entry.message)
        }
    }
}
