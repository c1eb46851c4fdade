public import Trading

/// The simulated market's clock and course, for tests of strategies.
public protocol SimulationHost: Sendable {
    /// Moves the market on, with all that happens in between; its time then.
    func fastForward(seconds: Int, by requester: Requester) async throws(HostRefusal) -> Timestamp
    /// The scenario's id.
    func addScenario(_ request: ScenarioRequest, by requester: Requester) async throws(HostRefusal) -> String
    /// Ends scenarios and begins the first account anew with its configured balance.
    func resetSimulation(by requester: Requester) async throws(HostRefusal) -> (time: Timestamp, balance: Money)
}

public enum ScenarioKind: String, Sendable, CaseIterable {
    case bullMarket = "bull_market"
    case bearMarket = "bear_market"
    case sideways
    case highVolatility = "high_volatility"
    case flashCrash = "flash_crash"
}

public struct ScenarioRequest: Sendable, Equatable {
    public var name: String
    public var kind: ScenarioKind
    public var instrument: String
    public var seconds: Int
    /// Of the price at which it begins.
    public var magnitude: Rate

    public init(name: String, kind: ScenarioKind, instrument: String, seconds: Int, magnitude: Rate) {
        self.name = name
        self.kind = kind
        self.instrument = instrument
        self.seconds = seconds
        self.magnitude = magnitude
    }
}
