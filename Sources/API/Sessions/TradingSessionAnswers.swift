import Trading

struct SessionStarted: OperationOutput {
    var session: TradingSessionView
    static var example: SessionStarted { SessionStarted(session: TradingSessionAnswer.example.session) }

    func write(_ json: inout JSONWriter) {
        json.sessionAnswer("session_started") { json in
            json.field("session_id", session.id)
            json.choice("session_type", session.kind.rawValue, of: SessionKind.allCases.map(\.rawValue))
            json.field("symbols", session.symbols)
        }
    }
}

struct SessionStopped: OperationOutput {
    var id: String
    static var example: SessionStopped { SessionStopped(id: "exec_1") }

    func write(_ json: inout JSONWriter) {
        json.sessionAnswer("session_stopped") { $0.field("session_id", id) }
    }
}

struct TradingSessionAnswer: OperationOutput {
    var session: TradingSessionView

    static var example: TradingSessionAnswer {
        TradingSessionAnswer(
            session: TradingSessionView(
                id: "exec_1", kind: .backtest, state: .running, symbols: ["BTC_USDT"], strategies: ["sma_cross"],
                startedBy: "admin", startedAt: Timestamp(nanoseconds: 0),
                runs: [SessionRunView(strategy: "sma_cross", instrument: "BTC_USDT")]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("type", "response", of: ["response"])
            json.field("data", session)
        }
    }
}

struct TradingSessionsAnswer: OperationOutput {
    var sessions: [TradingSessionView]
    static var example: TradingSessionsAnswer {
        TradingSessionsAnswer(sessions: [TradingSessionAnswer.example.session])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("type", "response", of: ["response"])
            json.object("data") { $0.list("sessions", sessions) { json, session in session.write(&json) } }
        }
    }
}

extension TradingSessionView: JSONWritable {
    public static var schema: Schema { JSONWriter.describe { TradingSessionAnswer.example.session.write(&$0) } }

    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("session_id", id)
            json.choice("session_type", kind.rawValue, of: SessionKind.allCases.map(\.rawValue))
            json.choice("status", state.rawValue, of: State.allCases.map(\.rawValue))
            json.field("symbols", symbols)
            json.field("strategies", strategies)
            json.field("started_by", startedBy)
            json.field("start_time", startedAt)
            json.nullable("end_time", endedAt)
            json.field("records_collected", records)
            json.nullable("problem", problem)
            json.list("results", runs) { json, run in
                json.object { json in
                    json.field("strategy_id", run.strategy)
                    json.field("symbol", run.instrument)
                    json.nullable("error", run.problem)
                    json.field("total_return", run.totalReturn)
                    json.field("sharpe_ratio", run.sharpeRatio)
                    json.field("max_drawdown", run.maxDrawdown)
                    json.field("win_rate", run.winRate)
                    json.field("profit_factor", run.profitFactor)
                    json.field("total_trades", run.trades)
                }
            }
        }
    }
}

struct DataSessionsAnswer: OperationOutput {
    var sessions: [DataSessionView]
    var count: Int
    var limit: Int

    static var example: DataSessionsAnswer {
        let session = DataSessionView(
            session: TradingSessionAnswer.example.session, dataTypes: ["tick_prices"], seconds: 1)
        return DataSessionsAnswer(sessions: [session], count: 1, limit: 50)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("sessions", sessions) { json, row in
                json.object { json in
                    json.field("session_id", row.session.id)
                    json.field("symbols", row.session.symbols)
                    json.field("data_types", row.dataTypes)
                    json.choice(
                        "status", row.session.state.rawValue, of: TradingSessionView.State.allCases.map(\.rawValue))
                    json.field("start_time", row.session.startedAt)
                    json.nullable("end_time", row.session.endedAt)
                    json.field("records_collected", row.session.records)
                    json.field("duration", DataSessionsAnswer.duration(row.seconds))
                }
            }
            json.field("total_count", count)
            json.field("limit", limit)
        }
    }

    /// "2s", "5m 3s", "1h".
    static func duration(_ seconds: Int) -> String {
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined(separator: " ")
        return text.isEmpty ? "0s" : text
    }
}

extension JSONWriter {
    fileprivate mutating func sessionAnswer(_ status: String, _ data: (inout JSONWriter) -> Void) {
        object { json in
            json.choice("type", "response", of: ["response"])
            json.object("data") { json in
                json.choice("status", status, of: [status])
                json.object("data", data)
            }
        }
    }
}
