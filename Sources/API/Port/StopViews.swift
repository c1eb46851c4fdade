public import Trading

/// An emergency stop, from its throw to its release.
public struct StopView: Sendable, Equatable {
    /// "stop-2".
    public var id: String
    public var request: StopRequest
    public var time: Timestamp
    public var requester: Requester
    /// What it acted on: strategies, orders, positions, in words.
    public var affected: [String]
    /// What it has still to close.
    public var remaining: [String] = []
    public var resolvedAt: Timestamp?
    public var resolvedBy: String?
    public var resolution: String?
    public var isActive: Bool { resolvedAt == nil }
    public init(id: String, request: StopRequest, time: Timestamp, requester: Requester, affected: [String]) {
        self.id = id
        self.request = request
        self.time = time
        self.requester = requester
        self.affected = affected
    }
}

/// What switching a strategy off did to its orders and positions.
public struct SwitchOffView: Sendable, Equatable {
    /// "cancel", "keep" or "flatten": its `on_stop`.
    public var policy: String
    public var cancelledOrders: Int
    /// Positions that market orders are to close, and those that stay: "BTC_USDT 0.5".
    public var closing: [String]
    public var kept: [String]
    public init(policy: String, cancelledOrders: Int, closing: [String], kept: [String]) {
        self.policy = policy
        self.cancelledOrders = cancelledOrders
        self.closing = closing
        self.kept = kept
    }
}
