public import Trading

/// What the host is set to as a whole (document 002's configuration).
public protocol SettingsHost: Sendable {
    func engineSettings() async throws(HostRefusal) -> EngineSettings
    /// What is wrong with a change beyond its types; nothing is changed.
    func faults(of change: EngineSettingsChange) async throws(HostRefusal) -> [RequestFault]
    func change(_ change: EngineSettingsChange, by requester: Requester) async throws(HostRefusal) -> EngineSettings
    /// Begins the first account anew where there is a balance; answers with what it began with.
    func setMode(_ mode: TradingMode, balance: Money?, by requester: Requester) async throws(HostRefusal) -> Money
}

public enum TradingMode: String, Sendable, CaseIterable {
    /// On a venue, with real money.
    case live
    case paper, mock
}

/// The settings in force. Fractions; of limits 1 stands for none.
public struct EngineSettings: Sendable, Equatable {
    public var mode: TradingMode
    /// Of equity, in one instrument.
    public var maxPositionSize: Rate
    /// Signals of less confidence are not traded.
    public var signalThreshold: Rate
    /// Of the account's high.
    public var maxDrawdown: Rate
    /// Of a position's average entry price.
    public var stopLoss: Rate

    public static let standardSignalThreshold = Rate(raw: 650_000_000)

    public init(
        mode: TradingMode, maxPositionSize: Rate, signalThreshold: Rate, maxDrawdown: Rate, stopLoss: Rate
    ) {
        self.mode = mode
        self.maxPositionSize = maxPositionSize
        self.signalThreshold = signalThreshold
        self.maxDrawdown = maxDrawdown
        self.stopLoss = stopLoss
    }
}

/// nil = stays as it is.
public struct EngineSettingsChange: Sendable, Equatable {
    public var mode: TradingMode?
    public var maxPositionSize: Rate?
    public var signalThreshold: Rate?
    public var maxDrawdown: Rate?
    public var stopLoss: Rate?
    public init() {}
}
