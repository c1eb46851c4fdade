import Trading

/// What the engine trades on, and its simulated account begun anew (document 002).
public enum ModeOperations {
    public static let all = [mode]

    static let mode = APIOperation(
        .post, "/trading/mode", id: "engine.mode", tag: "Configuration", summary: "Choose what is traded on",
        description: """
            paper and mock differ in name only; live needs a venue. With initial_balance, above 0 and in its currency, the \
            first account begins anew: orders end, positions are gone without a trade, statistics and highs begin with that \
            cash, and the account's strategies are off until they are enabled again. Without it the account stays. The \
            answer's initial_balance is what the account began with.
            """,
        role: .admin, needsFreshFactor: true, rate: .standard, errors: [.unavailable, .conflict]
    ) { (input: ModeInput, context) in
        ModeAnswer(
            mode: input.mode,
            balance: try await context.host.setMode(input.mode, balance: input.balance, by: context.requester),
            time: context.time)
    }
}

struct ModeInput: OperationInput {
    var mode: TradingMode
    var balance: Money?

    init(_ input: inout InputReader) {
        mode = input.body.choice("mode", ["live": TradingMode.live, "paper": .paper, "mock": .mock])
        balance = input.body.optionalMoney("initial_balance")
    }
}

struct ModeAnswer: OperationOutput {
    var mode: TradingMode
    var balance: Money
    var time: Timestamp

    static var example: ModeAnswer { ModeAnswer(mode: .paper, balance: .zero, time: Timestamp(nanoseconds: 0)) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.choice("mode", mode.rawValue, of: TradingMode.allCases.map(\.rawValue))
            json.field("initial_balance", balance)
            json.field("timestamp", time)
        }
    }
}
