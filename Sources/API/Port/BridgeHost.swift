public import Trading

/// The bridge of document 002: signals of models and strategies that become orders by themselves.
public protocol BridgeHost: Sendable {
    func bridgeStatus() async throws(HostRefusal) -> BridgeStatusView
    func configureBridge(_ change: BridgeChange, by requester: Requester) async throws(HostRefusal)
        -> BridgeConfigurationView
    /// Newest first.
    func deadLetters(_ query: DeadLetterQuery) async throws(HostRefusal) -> DeadLetterPage
}

/// What the bridge does and has done. Counts are of the signals that the journal still has.
public struct BridgeStatusView: Sendable, Equatable {
    public var isEnabled = false
    /// Signals above the threshold whose order is still to come.
    public var queueDepth = 0
    /// Signals a second that it was through with, over the last minute.
    public var processingRate = 0.0
    /// Mean from a signal to its order, in seconds of the clock, since the host has started; 0 before the first.
    public var averageProcessingSeconds = 0.0
    /// Those without an order: below the threshold, or to hold.
    public var passed = 0
    public var sent = 0
    /// Dead letters.
    public var failed = 0
    /// Trades of the bridge whose entry still works.
    public var pendingTrades = 0
    /// The market's time.
    public var lastProcessedAt: Timestamp?

    public init() {}

    public var processed: Int { passed + sent + failed }
    /// Of the processed ones those that became an order; 0 before the first.
    public var successRate: Double { processed == 0 ? 0 : Double(sent) / Double(processed) }
}

/// Fractions: of certainty, and of equity.
public struct BridgeConfigurationView: Sendable, Equatable {
    public var isEnabled: Bool
    public var signalThreshold: Rate
    public var maxPositionSize: Rate
    public var riskLimit: Rate
    public init(isEnabled: Bool, signalThreshold: Rate, maxPositionSize: Rate, riskLimit: Rate) {
        self.isEnabled = isEnabled
        self.signalThreshold = signalThreshold
        self.maxPositionSize = maxPositionSize
        self.riskLimit = riskLimit
    }
}

/// nil = stays as it is.
public struct BridgeChange: Sendable, Equatable {
    public var isEnabled: Bool?
    public var signalThreshold: Rate?
    public var maxPositionSize: Rate?
    public var riskLimit: Rate?
    public init() {}
}

public struct DeadLetterQuery: Sendable, Equatable {
    /// Only of orders that would have been in these accounts; nil = all.
    public var accounts: [String]?
    public var offset: Int
    public var limit: Int
    public init(offset: Int, limit: Int) {
        self.offset = offset
        self.limit = limit
    }
}

/// A signal above the threshold that could not become an order.
public struct DeadLetterView: Sendable, Equatable {
    public var signal: SignalView
    /// Where the order would have been.
    public var account: String
    public var attempts: Int
    /// The market's time.
    public var failedAt: Timestamp?
    /// The gate's, by their names; empty = it was not the gate.
    public var rules: [String]
    public var reason: String
    public init(
        signal: SignalView, account: String, attempts: Int, failedAt: Timestamp?, rules: [String], reason: String
    ) {
        self.signal = signal
        self.account = account
        self.attempts = attempts
        self.failedAt = failedAt
        self.rules = rules
        self.reason = reason
    }
}

public struct DeadLetterPage: Sendable {
    public var letters: [DeadLetterView]
    /// On all pages.
    public var count: Int
    public init(letters: [DeadLetterView], count: Int) {
        self.letters = letters
        self.count = count
    }
}
