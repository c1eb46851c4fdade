import Trading

/// The portfolio rebalancer (document 002).
public enum RebalanceOperations {
    public static let all = [state, trigger]

    private static let method = """
        An instrument's weight is its value over equity, net over the account's strategies; cash is the rest. Targets stand in \
        host.yaml under accounts.<id>.rebalance: fixed, equal, or inverse_volatility of one-minute returns. What has no target is \
        left as it is, and without any targets nothing drifts. A weight outside of its band is brought just inside the \
        nearest edge, the least turnover where costs are proportional (Davis and Norman, 1990), and never beyond its target.
        """

    static let state = APIOperation(
        .get, "/rebalance", id: "additions.rebalance", tag: "Rebalancer", summary: "Weights, targets and drift",
        description: "\(method) drift is weight − target. last_rebalance is the newest that sent an order or tried to.",
        rate: .standard, errors: [.unknown, .unavailable]
    ) { (input: RebalanceStateInput, context) in
        RebalanceStateAnswer(state: try await context.host.rebalancing(ofAccount: input.account))
    }

    static let trigger = APIOperation(
        .post, "/rebalance/trigger", id: "rebalancer.trigger", tag: "Rebalancer", summary: "Rebalances the portfolio",
        description: """
            \(method) Without force a portfolio within its bands is skipped; with it every weight is brought to its target. Orders \
            are market orders of the account's own book and pass the gate like any other: what is beyond a limit is reduced to \
            what passes, or denied with its rules. Sales go first; purchases wait until these have ended, and the \
            rebalancing is `started` until all have. One at a time for an account: 409. With dry_run nothing is sent, and the \
            answer says what would be, each order judged by itself.
            """,
        role: .trader, rate: .standard, errors: [.unknown, .conflict, .unavailable]
    ) { (input: RebalanceInput, context) in
        RebalanceAnswer(
            rebalance: try await context.host.rebalance(input.request, by: context.requester),
            isDry: input.request.isDry)
    }
}

struct RebalanceStateInput: OperationInput {
    var account: String?
    init(_ input: inout InputReader) { account = input.query.optionalText("account_id", 1...64) }
}

struct RebalanceInput: OperationInput {
    var request: RebalanceRequest

    init(_ input: inout InputReader) {
        let body = input.body
        request = RebalanceRequest(
            account: body.optionalText("account_id", 1...64), reason: body.optionalText("reason", 0...200) ?? "",
            isForced: body.optionalBoolean("force") ?? false, isDry: body.optionalBoolean("dry_run") ?? false)
    }
}

struct RebalanceAnswer: OperationOutput {
    var rebalance: RebalanceView
    var isDry: Bool

    static var example: RebalanceAnswer { RebalanceAnswer(rebalance: .example, isDry: false) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("dry_run", isDry)
            rebalance.members(&json)
        }
    }
}

struct RebalanceStateAnswer: OperationOutput {
    var state: RebalanceStateView

    static var example: RebalanceStateAnswer {
        RebalanceStateAnswer(
            state: RebalanceStateView(
                account: "paper", method: "fixed", band: .zero, frequency: "15min", equity: .zero,
                weights: [.init(instrument: "BTC_USDT", symbol: "BTC", weight: .one, target: .one)],
                isWithinBands: true, last: .example))
    }

    func write(_ json: inout JSONWriter) {
        let invested = state.weights.reduce(0) { $0 + $1.weight.raw }
        json.object { json in
            json.field("account_id", state.account)
            json.choice("method", state.method, of: ["off", "fixed", "equal", "inverse_volatility"])
            json.field("band", state.band)
            json.field("rebalance_frequency", state.frequency)
            json.field("equity", state.equity)
            json.field("cash_weight", Rate(raw: Rate.one.raw - invested))
            json.field("within_bands", state.isWithinBands)
            json.list("positions", state.weights) { json, weight in
                json.object { json in
                    json.field("instrument", weight.instrument)
                    json.field("symbol", weight.symbol)
                    json.field("weight", weight.weight)
                    json.nullable("target", weight.target)
                    json.nullable("drift", weight.target.map { Rate(raw: weight.weight.raw - $0.raw) })
                }
            }
            json.optional("last_rebalance", state.last)
        }
    }
}

extension RebalanceView: JSONWritable {
    public func write(_ json: inout JSONWriter) { json.object { members(&$0) } }
    public static var schema: Schema { JSONWriter.describe { example.write(&$0) } }

    static var example: RebalanceView {
        RebalanceView(
            id: "rebalance-1", account: "paper", status: .started, reason: "", time: Timestamp(nanoseconds: 0),
            orders: [
                RebalanceOrderView(
                    instrument: "BTC_USDT", symbol: "BTC", side: .buy, quantity: .one, price: .one, value: .zero,
                    cost: .zero, decision: .allowed, rules: [""], orderID: "ord-1")
            ], notes: [""])
    }

    fileprivate func members(_ json: inout JSONWriter) {
        json.field("rebalance_id", id)
        json.field("account_id", account)
        json.choice("status", status.rawValue, of: RebalanceView.Status.allCases.map(\.rawValue))
        json.field("reason", reason)
        json.list("orders", orders) { json, order in
            json.object { json in
                json.field("instrument", order.instrument)
                json.field("symbol", order.symbol)
                json.choice("side", order.side == .buy ? "buy" : "sell", of: ["buy", "sell"])
                json.field("quantity", order.quantity)
                json.field("estimated_price", order.price)
                json.field("value", order.value)
                json.field("estimated_cost", order.cost)
                json.choice(
                    "decision", order.decision.rawValue, of: RebalanceOrderView.Decision.allCases.map(\.rawValue))
                json.list("denials", order.rules) { json, rule in json.value(rule) }
                json.nullable("order_id", order.orderID)
            }
        }
        json.list("notes", notes) { json, note in json.value(note) }
        json.field("timestamp", time)
    }
}
