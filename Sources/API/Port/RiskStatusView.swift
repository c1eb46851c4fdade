/// How near accounts are to their limits, and what is stopped.
public struct RiskStatusView: Sendable, Equatable {
    public struct Account: Sendable, Equatable {
        public var account: String
        /// Highest of used over limit.
        public var utilisation = 0.0
        /// In words.
        public var factors: [String] = []
        /// A latch, a lock of its program, or an amount that cannot be told.
        public var isHeld = false
        /// Fraction of the highest equity that is known.
        public var drawdown = 0.0
        /// Of one day at 95 %, a fraction of equity and positive; of the positions as they are.
        public var valueAtRisk = 0.0
        /// Gross exposure over equity.
        public var exposureRatio = 0.0
        public init(account: String) { self.account = account }
    }

    public enum Level: String, Sendable, CaseIterable, Comparable {
        case low, medium, high, critical

        public static func < (a: Level, b: Level) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    public var accounts: [Account]
    /// The whole system is halted.
    public var isHalted: Bool
    public init(accounts: [Account], isHalted: Bool) {
        self.accounts = accounts
        self.isHalted = isHalted
    }
}

extension RiskStatusView.Account {
    /// From which part of a limit on it is a factor.
    public static let warningThreshold = 0.8
    static let mediumThreshold = 0.5

    /// Never critical.
    public var level: RiskStatusView.Level {
        if isHeld || utilisation >= Self.warningThreshold { return .high }
        return utilisation >= Self.mediumThreshold ? .medium : .low
    }
}
