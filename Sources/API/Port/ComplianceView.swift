public import Trading

/// An account and its compliance program.
public struct ComplianceView: Sendable, Equatable {
    public enum Lock: String, Sendable, CaseIterable {
        case none
        /// Until the account's next day.
        case day
        /// Until an admin releases it.
        case total
    }

    public var account: String
    public var owner: String
    public var program: String
    public var warningThreshold: Rate
    /// Ids of the rules that the program asks for.
    public var rules: [String]
    public var lock: Lock
    /// In the account's currency; nil without such a rule, or without a conversion rate.
    public var dayLoss: Money?
    public var dayLossLimit: Money?
    public var drawdown: Money?
    public var drawdownLimit: Money?
    public var messages: Int64
    public var fills: Int64
    public var dayTrades: Int64
    public var profit: Money
    public var bestDay: Money

    public init(
        account: String, owner: String, program: String, warningThreshold: Rate, rules: [String], lock: Lock,
        messages: Int64 = 0, fills: Int64 = 0, dayTrades: Int64 = 0, profit: Money = .zero, bestDay: Money = .zero
    ) {
        self.account = account
        self.owner = owner
        self.program = program
        self.warningThreshold = warningThreshold
        self.rules = rules
        self.lock = lock
        self.messages = messages
        self.fills = fills
        self.dayTrades = dayTrades
        self.profit = profit
        self.bestDay = bestDay
    }
}
