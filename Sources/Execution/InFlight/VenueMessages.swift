public import Trading

// What goes to a venue outside of the process and what comes back. An order is named by the host's id, which is the same in
// every replay, so that a venue recognises what it was sent twice.

public enum VenueCommand: Sendable, Equatable {
    case place(id: UInt64, OrderIntent)
    case cancel(id: UInt64)
    /// What is known of it?
    case probe(id: UInt64)
}

/// One execution as the venue numbers it.
public struct VenueFill: Sendable, Equatable {
    public var id: UInt64
    public var quantity: Quantity
    public var price: Price
    public init(id: UInt64, quantity: Quantity, price: Price) {
        self.id = id
        self.quantity = quantity
        self.price = price
    }
}

/// What a venue says; any of it may be lost, late, doubled or out of order.
public enum VenueMessage: Sendable, Equatable {
    case accepted(id: UInt64)
    case rejected(id: UInt64)
    case filled(id: UInt64, VenueFill)
    /// `filled`: all that it had traded by then.
    case cancelled(id: UInt64, filled: Quantity)
    /// The answer to a probe: `state` is submitted, partiallyFilled, filled, cancelled, rejected or expired.
    case status(id: UInt64, OrderState, fills: [VenueFill])
    /// The answer to a probe or a cancel: no such order.
    case unknown(id: UInt64)
}

/// What the host learns of an order, each once.
public enum VenueOutcome: Sendable, Equatable {
    case accepted(id: UInt64)
    case filled(id: UInt64, VenueFill)
    case ended(id: UInt64, OrderState, OrderReason)
    /// A fill of an order that had ended for the host, or beyond its quantity: the books do not have it, a person has to look.
    case strayFill(id: UInt64, VenueFill)
}
