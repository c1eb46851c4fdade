import Trading

/// The market analysis agent's signals (document 003).
enum SignalAgentOperations {
    static let all = [generate, list]

    static let generate = APIOperation(
        .post, "/api/v1/generate-signal", id: "v1.generate_signal", tag: "Signals", summary: "Analyses an instrument",
        description: """
            market_data stands in place of the host's own: price_data are closes, oldest first, each the open of the next bar; \
            volume_data their volumes, as many or none; indicators are features as in POST /signals/generate. What is empty is the \
            host's. A weak opinion has a low confidence, not an error, and the direction that it leans to. Levels are prices on \
            the tick, the stop on the losing side. volume_confirmation: the latest bar moved to the signal's side with at least \
            the mean volume of 20 bars. order_blocks and fair_value_gaps are those that the market has not come back to. \
            wyckoff_phase is unknown where the evidence is thin.
            """,
        role: .trader, rate: .standard, errors: [.unavailable]
    ) { (input: AgentSignalInput, context) in
        AgentSignalAnswer(generated: try await context.host.generateSignal(input.request, by: context.requester))
    }

    static let list = APIOperation(
        .get, "/api/v1/signals", id: "v1.signals", tag: "Signals", summary: "Signals, newest first",
        description: """
            Of 31 days at most, by the market's time; a date_to later than the present is no end. pending ones can be executed by \
            their id, once; a signal whose horizon has passed is cancelled. The direction of a signal to hold is that which it \
            leans to.
            """,
        rate: .standard, errors: [.unavailable]
    ) { (input: SignalListInput, context) in
        let page = try await context.host.signals(input.query)
        return SignalListAnswer(page: page, number: input.page, size: input.query.limit)
    }
}
