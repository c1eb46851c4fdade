public import Portfolio
public import Trading

/// What an account holds, risks and makes, over all its strategies.
public protocol PortfolioHost: Sendable {
    /// nil = of the first account.
    func portfolio(ofAccount id: String?) async throws(HostRefusal) -> PortfolioView
    /// Orders of the account that have traded, newest first; nil = of the first account.
    func executedOrders(ofAccount id: String?, limit: Int) async throws(HostRefusal) -> [OrderView]
    func trade(_ request: SignalTrade, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> SignalTradeView
    /// Stops the system, cancels all orders and closes all positions.
    func liquidate(reason: String, by requester: Requester) async throws(HostRefusal) -> LiquidationView
    func risk(ofAccount id: String) async throws(HostRefusal) -> AccountRiskView
    /// How near all accounts are to their limits.
    func riskStatus() async throws(HostRefusal) -> RiskStatusView
    /// nil = since, or up to, whenever the account had days.
    func performance(
        ofAccount id: String, from: Timestamp?, to: Timestamp?, _ length: PerformanceHistory.Length
    ) async throws(HostRefusal) -> AccountPerformanceView
}

/// Of one instrument, net over the account's strategies. Amounts are in the account's currency.
public struct NetPositionView: Sendable, Equatable {
    public var instrument: String
    /// The short name where there is one.
    public var symbol: String
    public var quantity: Quantity
    public var averagePrice: Price
    public var mark: Price
    /// Signed.
    public var marketValue: Money
    /// What it adds to equity: its value, or where only profit is settled that.
    public var worth: Money
    public var cost: Money
    public var unrealized: Money
    public var volatility = 0.0
    public init(
        instrument: String, symbol: String, quantity: Quantity, averagePrice: Price, mark: Price, marketValue: Money,
        worth: Money, cost: Money, unrealized: Money
    ) {
        self.instrument = instrument
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
        self.mark = mark
        self.marketValue = marketValue
        self.worth = worth
        self.cost = cost
        self.unrealized = unrealized
    }
}

public struct PortfolioView: Sendable, Equatable {
    public var account: String
    public var currency: String
    public var equity: Money
    public var openingBalance: Money
    public var positions: [NetPositionView]
    public init(
        account: String, currency: String, equity: Money, openingBalance: Money, positions: [NetPositionView]
    ) {
        self.account = account
        self.currency = currency
        self.equity = equity
        self.openingBalance = openingBalance
        self.positions = positions
    }
}

/// A signal to be traded for an amount of money.
public struct SignalTrade: Sendable, Equatable {
    /// nil = the first one.
    public var account: String?
    public var instrument: String
    public var side: Side
    /// Of the instrument's quote currency.
    public var amount: Money
    /// 0…1.
    public var confidence: Rate
    /// Fraction of the price that is met; nil = any.
    public var maxSlippage: Rate?
    public init(instrument: String, side: Side, amount: Money, confidence: Rate, maxSlippage: Rate? = nil) {
        self.instrument = instrument
        self.side = side
        self.amount = amount
        self.confidence = confidence
        self.maxSlippage = maxSlippage
    }
}

public struct SignalTradeView: Sendable, Equatable {
    public var order: OrderView
    public var estimatedPrice: Price
    public init(order: OrderView, estimatedPrice: Price) {
        self.order = order
        self.estimatedPrice = estimatedPrice
    }
}

public struct LiquidationView: Sendable, Equatable {
    public var stop: StopView
    /// What was held when the stop was thrown.
    public var positions: [NetPositionView]
    public var cancelledOrders: Int
    public init(stop: StopView, positions: [NetPositionView], cancelledOrders: Int) {
        self.stop = stop
        self.positions = positions
        self.cancelledOrders = cancelledOrders
    }
}

public struct AccountRiskView: Sendable, Equatable {
    public struct Correlations: Sendable, Equatable {
        public var instrument: String
        public var with: [(instrument: String, value: Double)]
        public init(instrument: String, with: [(instrument: String, value: Double)]) {
            self.instrument = instrument
            self.with = with
        }
        public static func == (a: Self, b: Self) -> Bool {
            a.instrument == b.instrument && a.with.map(\.value) == b.with.map(\.value)
        }
    }
    public var account: String
    public var equity: Money
    /// Σ |net market value|.
    public var exposure: Money
    /// Exposure over what equity and leverage allow.
    public var marginUse: Double
    public var performance: Performance
    /// Daily returns that the statistics are made of.
    public var days = 0
    /// Of daily returns, as a positive loss.
    public var parametricValueAtRisk95: Double?
    /// Of the positions as they are, from the recorded returns of their instruments, for one day.
    public var positionsValueAtRisk95: Double?
    public var positions: [NetPositionView]
    /// Of the recorded returns of the last hour.
    public var correlations: [Correlations]
    public init(
        account: String, equity: Money, exposure: Money, marginUse: Double, performance: Performance,
        parametricValueAtRisk95: Double? = nil, positionsValueAtRisk95: Double? = nil,
        positions: [NetPositionView] = [],
        correlations: [Correlations] = []
    ) {
        self.account = account
        self.equity = equity
        self.exposure = exposure
        self.marginUse = marginUse
        self.performance = performance
        self.parametricValueAtRisk95 = parametricValueAtRisk95
        self.positionsValueAtRisk95 = positionsValueAtRisk95
        self.positions = positions
        self.correlations = correlations
    }
}

public struct AccountPerformanceView: Sendable, Equatable {
    public var performance: Performance
    public var periods: [PerformanceHistory.Period]
    public init(performance: Performance, periods: [PerformanceHistory.Period]) {
        self.performance = performance
        self.periods = periods
    }
}
