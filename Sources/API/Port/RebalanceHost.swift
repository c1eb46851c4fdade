public import Trading

/// Accounts that are kept at target weights.
public protocol RebalanceHost: Sendable {
    /// nil = of the first account.
    func rebalancing(ofAccount id: String?) async throws(HostRefusal) -> RebalanceStateView
    func rebalance(_ request: RebalanceRequest, by requester: Requester) async throws(HostRefusal) -> RebalanceView
}

public struct RebalanceRequest: Sendable, Equatable {
    /// nil = the first one.
    public var account: String?
    public var reason: String
    /// Every weight to its target, within its band or not.
    public var isForced: Bool
    /// Nothing is sent.
    public var isDry: Bool
    public init(account: String? = nil, reason: String, isForced: Bool = false, isDry: Bool = false) {
        self.account = account
        self.reason = reason
        self.isForced = isForced
        self.isDry = isDry
    }
}

public struct RebalanceOrderView: Sendable, Equatable {
    public enum Decision: String, Sendable, CaseIterable {
        /// The gate has nothing against it, or it was sent.
        case allowed
        /// Of less than was wanted: the rest is beyond a limit.
        case reduced
        /// It goes out when those before it have ended, and is judged then.
        case waiting
        case denied
    }

    public var instrument: String
    public var symbol: String
    public var side: Side
    public var quantity: Quantity
    /// What it is likely to meet.
    public var price: Price
    /// In the account's currency.
    public var value: Money
    public var cost: Money
    public var decision: Decision
    /// Why it was reduced or denied.
    public var rules: [String]
    /// nil = it was not sent.
    public var orderID: String?
    public init(
        instrument: String, symbol: String, side: Side, quantity: Quantity, price: Price, value: Money, cost: Money,
        decision: Decision, rules: [String] = [], orderID: String? = nil
    ) {
        self.instrument = instrument
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.price = price
        self.value = value
        self.cost = cost
        self.decision = decision
        self.rules = rules
        self.orderID = orderID
    }
}

public struct RebalanceView: Sendable, Equatable {
    public enum Status: String, Sendable, CaseIterable { case started, completed, skipped }

    /// "dry-run" of one that was only asked about.
    public var id: String
    public var account: String
    public var status: Status
    public var reason: String
    public var time: Timestamp
    public var orders: [RebalanceOrderView]
    /// Why nothing is done, or a weight stays outside of its band; empty = there is nothing to say.
    public var notes: [String]
    public init(
        id: String, account: String, status: Status, reason: String, time: Timestamp,
        orders: [RebalanceOrderView] = [], notes: [String] = []
    ) {
        self.id = id
        self.account = account
        self.status = status
        self.reason = reason
        self.time = time
        self.orders = orders
        self.notes = notes
    }
}

/// Over all accounts.
public struct RebalanceFigures: Sendable, Equatable {
    /// Of the newest that did something.
    public var lastAt: Timestamp?
    /// The shortest of the accounts: "15min", or "off".
    public var frequency = "off"
    /// Since the start.
    public var count: UInt64 = 0
    /// Instruments with a target; nil = no account has targets, and what is held is what is to be held.
    public var positions: Int?
    public init() {}
}

/// What an account holds beside what it is to hold; shares of equity.
public struct RebalanceStateView: Sendable, Equatable {
    public struct Weight: Sendable, Equatable {
        public var instrument: String
        public var symbol: String
        public var weight: Rate
        /// nil = it is left as it is.
        public var target: Rate?
        public init(instrument: String, symbol: String, weight: Rate, target: Rate?) {
            self.instrument = instrument
            self.symbol = symbol
            self.weight = weight
            self.target = target
        }
    }

    public var account: String
    /// "fixed", "equal", "inverse_volatility", or "off".
    public var method: String
    public var band: Rate
    /// "15min", or "off".
    public var frequency: String
    public var equity: Money
    public var weights: [Weight]
    /// No weight is outside of its band.
    public var isWithinBands: Bool
    /// The newest that did something.
    public var last: RebalanceView?
    public init(
        account: String, method: String, band: Rate, frequency: String, equity: Money, weights: [Weight],
        isWithinBands: Bool, last: RebalanceView?
    ) {
        self.account = account
        self.method = method
        self.band = band
        self.frequency = frequency
        self.equity = equity
        self.weights = weights
        self.isWithinBands = isWithinBands
        self.last = last
    }
}
