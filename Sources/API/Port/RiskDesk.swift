/// What an operator's desk asks of the host besides stops: breakers, alerts, and the softer ways to halt one strategy.
public protocol RiskDesk: Sendable {
    func breakers() async throws(HostRefusal) -> [BreakerView]
    func acknowledge(alert id: String, by requester: Requester) async throws(HostRefusal) -> AlertView
    /// The strategy may only shrink its positions until it is resumed.
    func pauseEntries(of id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> StopView
    func resumeEntries(of id: String, by requester: Requester) async throws(HostRefusal) -> StopView
    /// Switches a strategy off, cancels what works for it and closes what it holds; goes on until it is flat.
    func closeAndDisable(_ id: String, by requester: Requester) async throws(HostRefusal) -> StopView

    // Orders that need a second person; newest first.
    func approvals() async throws(HostRefusal) -> [ApprovalView]
    func approve(_ id: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView
    func denyApproval(_ id: String, reason: String, by requester: Requester) async throws(HostRefusal) -> ApprovalView
}

/// A circuit breaker, for one of its targets.
public struct BreakerView: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// It trips when its measure goes beyond the threshold.
        case armed
        /// Its stop is in force.
        case tripped
        /// Its stop was released while the measure is still beyond the threshold.
        case spent
    }
    public var name: String
    public var kind: String
    public var scope: String
    public var target: String?
    /// 1e-8 of its unit, as is what was measured last.
    public var threshold: Int128
    public var observed: Int128
    public var windowSeconds: Int
    public var mode: String
    public var reset: String
    public var state: State
    public var stopID: String?
    public init(
        name: String, kind: String, scope: String, target: String?, threshold: Int128, observed: Int128,
        windowSeconds: Int, mode: String, reset: String, state: State, stopID: String?
    ) {
        self.name = name
        self.kind = kind
        self.scope = scope
        self.target = target
        self.threshold = threshold
        self.observed = observed
        self.windowSeconds = windowSeconds
        self.mode = mode
        self.reset = reset
        self.state = state
        self.stopID = stopID
    }
}
