public import Trading

// What queries give back.

/// An order as it stood when the journal last heard of it.
public struct OrderRow: Sendable, Equatable {
    public var order: Order
    /// Of its last change.
    public var reason: OrderReason
    /// The host's clock when the gate passed it.
    public var wallTime: Timestamp
}

public struct FillRow: Sendable, Equatable {
    public var fill: Fill
    public var wallTime: Timestamp
}

/// What the gate said.
public struct DecisionRow: Sendable, Equatable {
    /// Number of the fact: unique, and in order.
    public var sequence: UInt64
    public var intent: OrderIntent
    /// The order that was accepted, or the working one whose change was denied; 0 = a new order was denied.
    public var orderID: UInt64
    public var account: Int32
    public var isDenied: Bool
    /// `RuleID.mask` of every rule that failed.
    public var failedRules: UInt64
    /// Why it was denied, or what it was warned of.
    public var findings: [Finding]
    public var time: Timestamp
    public var wallTime: Timestamp
}

/// An audit row with its number.
public struct AuditRow: Sendable, Equatable {
    public var id: UInt64
    public var record: AuditRecord
}
