import Trading

struct BacktestAnswer: OperationOutput {
    var backtest: BacktestView

    static var example: BacktestAnswer { BacktestAnswer(backtest: .example) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            backtest.write(&json)
            json.optional("result", backtest.result.map(BacktestFigures.init))
        }
    }
}

/// What a backtest found, in the digits that the command line printed.
struct BacktestFigures: JSONWritable {
    var printed: JSONValue

    private static let ratios = ["total_return", "sharpe_ratio", "max_drawdown", "win_rate", "profit_factor"]

    static var schema: Schema { JSONWriter.describe { BacktestFigures(printed: .object([])).write(&$0) } }

    func write(_ json: inout JSONWriter) {
        let performance = printed["performance"]
        json.object { json in
            for name in BacktestFigures.ratios { json.field(name, Ratio(value: performance?[name])) }
            json.field("total_trades", Count(value: performance?["total_trades"]))
            json.field("details", printed)
        }
    }

    /// 0 where it cannot be told.
    private struct Ratio: JSONWritable {
        var value: JSONValue?
        static var schema: Schema { .number }
        func write(_ json: inout JSONWriter) {
            if case .number(let digits)? = value { json.raw(digits) } else { json.raw("0") }
        }
    }

    private struct Count: JSONWritable {
        var value: JSONValue?
        static var schema: Schema { .integer() }
        func write(_ json: inout JSONWriter) { Ratio(value: value).write(&json) }
    }
}

struct BacktestsAnswer: OperationOutput {
    var backtests: [BacktestView]

    static var example: BacktestsAnswer { BacktestsAnswer(backtests: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("backtests", backtests) { json, backtest in
                json.object { backtest.write(&$0) }
            }
        }
    }
}

struct BacktestReportAnswer: OperationOutput {
    var text: String

    static var example: BacktestReportAnswer { BacktestReportAnswer(text: "") }
    static var contentType: String { "text/html; charset=utf-8" }
    static var schema: Schema { .text() }
    /// The page has a style and a script of its own, and texts of a strategy: it may load nothing, and it has no origin.
    var headers: [(name: String, value: String)] {
        [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts"
            ),
            ("Referrer-Policy", "no-referrer"),
        ]
    }

    func write(_ json: inout JSONWriter) { json.raw(text) }
}

extension BacktestView {
    static var example: BacktestView {
        let time = Timestamp(nanoseconds: 0)
        return BacktestView(
            id: "bt_1", strategy: "sma_cross", account: "paper", state: .completed, instruments: ["BTC_USDT"],
            from: time,
            to: time, createdAt: time, result: .object([]))
    }

    /// But the result.
    func write(_ json: inout JSONWriter) {
        json.field("backtest_id", id)
        json.field("strategy_id", strategy)
        json.choice("status", state.rawValue, of: State.allCases.map(\.rawValue))
        json.field("progress", progress)
        json.nullable("error", error)
        json.field("instruments", instruments)
        json.field("from", from)
        json.field("to", to)
        json.field("created_at", createdAt)
        json.nullable("started_at", startedAt)
        json.nullable("ended_at", endedAt)
    }
}
