public import Trading

/// The legal moves of an order. PENDING → SUBMITTED → PARTIALLY_FILLED → FILLED | CANCELLED | REJECTED | EXPIRED, DENIED from PENDING.
public enum OrderStateMachine {
    public static func allows(_ from: OrderState, _ to: OrderState) -> Bool {
        switch (from, to) {
        case (.pending, .submitted), (.pending, .denied), (.pending, .rejected), (.pending, .cancelled): true
        case (.submitted, .partiallyFilled), (.submitted, .filled), (.submitted, .cancelled),
            (.submitted, .rejected), (.submitted, .expired):
            true
        case (.partiallyFilled, .partiallyFilled), (.partiallyFilled, .filled), (.partiallyFilled, .cancelled),
            (.partiallyFilled, .expired):
            true
        default: false
        }
    }

    /// Moves the order; an illegal move is a bug of the core and stops it with the numbers.
    static func move(_ order: inout Order, to state: OrderState, at time: Timestamp) {
        precondition(allows(order.state, state), "order \(order.id): \(order.state.name) → \(state.name)")
        order.state = state
        order.updatedAt = time
    }
}
