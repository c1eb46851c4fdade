public import StrategyKit

/// An expectation that did not hold, with what was there instead. It works in every test framework: it is thrown.
public struct ExpectationFailure: Error, CustomStringConvertible {
    public var description: String
}

extension Scenario {
    public func expectPosition(_ quantity: Quantity, in instrument: InstrumentIndex = 0) throws(ExpectationFailure) {
        let held = position(in: instrument)
        guard held == quantity else {
            throw ExpectationFailure(description: "position is \(held), expected \(quantity)\(story)")
        }
    }

    /// The strategy has sent `count` orders so far.
    public func expectOrders(_ count: Int) throws(ExpectationFailure) {
        guard orders.count == count else {
            throw ExpectationFailure(description: "\(orders.count) orders were sent, expected \(count)\(story)")
        }
    }

    /// The newest order is as described; what is not given may be anything.
    public func expectLastOrder(
        _ side: Side, _ quantity: Quantity? = nil, limitPrice: Price? = nil, stopPrice: Price? = nil,
        reduceOnly: Bool? = nil
    ) throws(ExpectationFailure) {
        guard let order = orders.last else {
            throw ExpectationFailure(description: "no order was sent, expected to \(side)\(story)")
        }
        let fits =
            order.side == side && (quantity ?? order.quantity) == order.quantity
            && (limitPrice ?? order.limitPrice) == order.limitPrice
            && (stopPrice ?? order.stopPrice) == order.stopPrice
            && (reduceOnly ?? order.reduceOnly) == order.reduceOnly
        guard fits else {
            let wanted = [
                "\(side)", quantity.map { "\($0)" }, limitPrice.map { "limit \($0)" }, stopPrice.map { "stop \($0)" },
                reduceOnly.map { $0 ? "reduce-only" : "not reduce-only" },
            ].compactMap(\.self).joined(separator: " ")
            throw ExpectationFailure(description: "the last order is '\(text(order))', expected '\(wanted)'\(story)")
        }
    }

    /// The strategy did nothing that a host would refuse.
    public func expectNoFaults() throws(ExpectationFailure) {
        guard faults.isEmpty else { throw ExpectationFailure(description: faults.joined(separator: "\n")) }
    }

    /// The newest intents, so that a failure explains itself.
    private var story: String {
        let lines = intents.suffix(5).map { intent in
            if case .submit(let order) = intent { "  order \(text(order))" } else { "  \(intent)" }
        }
        return lines.isEmpty ? "; the strategy did nothing" : "; it did at last:\n" + lines.joined(separator: "\n")
    }

    private func text(_ order: SubmittedOrder) -> String {
        let side = order.side.map { "\($0)" } ?? "no side"
        let limit = order.limitPrice == .zero ? "" : " limit \(order.limitPrice)"
        let stop = order.stopPrice == .zero ? "" : " stop \(order.stopPrice)"
        return "\(side) \(order.quantity)\(limit)\(stop)\(order.reduceOnly ? " reduce-only" : "")"
    }
}
