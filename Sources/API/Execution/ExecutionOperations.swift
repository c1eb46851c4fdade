import Trading

/// The execution engine (document 003).
public enum ExecutionOperations {
    public static let all = [execute, status, modify]

    private static let verdicts: [APIError.Kind] = [
        .invalid, .insufficientFunds, .riskLimit, .exposureLimit, .compliance, .unknown, .conflict, .tradingStopped,
        .unavailable,
    ]

    static let execute = APIOperation(
        .post, "/api/v1/execute-trade", id: "v1.execute_trade", tag: "Execution",
        summary: "Enters a trade, with a stop and a target",
        description: """
            A limit has its price as limit, a stop as trigger. What the entry fills gets stop_loss and take_profit as \
            reduce-only orders, of which one cancels the other. personality_variance: the order waits timing_delay \
            milliseconds of the market's time (over restarts too; an emergency stop that covers it cancels it), and size, \
            stop and target are moved by up to their relative amplitude, by draws from the trade's number as seed, to whole \
            lots and ticks. What was drawn passes the gate, or the order goes as it was asked for. Until the entry has filled \
            the status is pending, and platform_order_id is empty while the order waits. A signal is executed \
            once, of its instrument and to its side, and before its horizon has passed: 409 otherwise. Takes Idempotency-Key.
            """,
        role: .trader, rate: .trading, errors: verdicts
    ) { (input: ExecuteTradeInput, context) in
        ExecutionAnswer(
            trade: try await context.host.execute(
                input.request, key: try context.idempotencyKey(), by: context.requester))
    }

    static let status = APIOperation(
        .get, "/api/v1/trade-status/{trade_id}", id: "v1.trade_status", tag: "Execution", summary: "One trade",
        description: """
            Amounts are in the instrument's quote currency. entry_details are of what the entry has traded (size 0 before \
            its first fill), open_size is held still. current_pnl is realized_pnl and unrealized_pnl, before commission. \
            Other orders of the same book that shrink its position close the oldest trades first. With a variance: the seed, \
            what was asked for and what was drawn.
            """,
        rate: .standard, errors: [.unknown, .unavailable]
    ) { (input: TradeIDInput, context) in
        TradeStatusAnswer(trade: try await context.host.executedTrade(input.id))
    }

    static let modify = APIOperation(
        .put, "/api/v1/modify-position/{trade_id}", id: "v1.modify_position", tag: "Execution",
        summary: "Moves the levels of a trade, or closes a part of it",
        description: """
            Each field is optional, one is needed. All of it passes the gate or nothing is changed. The part is closed at \
            the market by a reduce-only order, for which the trade's own levels make room. A level that the trade does not \
            have is added once its entry has ended; 0 in the answer stands for none. Takes Idempotency-Key.
            """,
        role: .trader, rate: .tradingExit, errors: verdicts
    ) { (input: ModifyTradeInput, context) in
        ModificationAnswer(
            trade: try await context.host.modifyTrade(
                input.id, input.change, key: try context.idempotencyKey(), by: context.requester))
    }
}
