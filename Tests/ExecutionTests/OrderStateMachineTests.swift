import Execution
import Testing
import Trading

@Suite("Order state machine")
struct OrderStateMachineTests {
    /// The legal moves, written down from the order path; every other pair is illegal.
    static let legal: [OrderState: Set<OrderState>] = [
        .pending: [.submitted, .denied, .rejected, .cancelled],
        .submitted: [.partiallyFilled, .filled, .cancelled, .rejected, .expired],
        .partiallyFilled: [.partiallyFilled, .filled, .cancelled, .expired],
    ]

    @Test("allows exactly the moves of the order path", arguments: OrderState.allCases, OrderState.allCases)
    func moves(from: OrderState, to: OrderState) {
        #expect(OrderStateMachine.allows(from, to) == (Self.legal[from] ?? []).contains(to))
    }

    @Test("a terminal state has no way out, a working one has", arguments: OrderState.allCases)
    func terminal(_ state: OrderState) {
        let isEnd = OrderState.allCases.allSatisfy { !OrderStateMachine.allows(state, $0) }
        #expect(isEnd == state.isTerminal)
    }
}
