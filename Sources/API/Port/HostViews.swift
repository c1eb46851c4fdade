public import Portfolio
public import Trading

// What the host shows: values at one moment, with ids instead of indices and exact numbers.

public struct OrderView: Sendable, Equatable {
    public var order: Order
    /// "ord-17".
    public var id: String
    public var strategy: String
    public var instrument: String
    public var account: String
    /// Of one unit: for the average price.
    public var multiplier: Int64
    /// What the gate remarked when it let the order, or its last change, pass; in the answer to just that request.
    public var warnings: [Finding] = []
    public init(order: Order, id: String, strategy: String, instrument: String, account: String, multiplier: Int64) {
        self.order = order
        self.id = id
        self.strategy = strategy
        self.instrument = instrument
        self.account = account
        self.multiplier = multiplier
    }
}

public struct PositionView: Sendable, Equatable {
    /// "pos-3".
    public var id: String
    public var strategy: String
    public var instrument: String
    public var account: String
    public var position: Position
    public var averagePrice: Price
    public var mark: Price
    /// In the quote currency.
    public var marketValue: Money
    public var unrealized: Money
    /// |market value| in the account's currency; 0 where there is no conversion rate.
    public var exposure: Money
    /// The protective stop and target, where there are some.
    public var stopPrice: Price?
    public var targetPrice: Price?
    /// Annualised standard deviation of the instrument's returns; 0 while it cannot be told.
    public var volatility: Double
    public init(
        id: String, strategy: String, instrument: String, account: String, position: Position, averagePrice: Price,
        mark: Price, marketValue: Money, unrealized: Money, exposure: Money? = nil, stopPrice: Price? = nil,
        targetPrice: Price? = nil, volatility: Double = 0
    ) {
        self.id = id
        self.strategy = strategy
        self.instrument = instrument
        self.account = account
        self.position = position
        self.averagePrice = averagePrice
        self.mark = mark
        self.marketValue = marketValue
        self.unrealized = unrealized
        self.exposure = exposure ?? marketValue.magnitude
        self.stopPrice = stopPrice
        self.targetPrice = targetPrice
        self.volatility = volatility
    }
}

public struct StrategyView: Sendable, Equatable {
    /// `paused`: switched on and held back by the host; `degraded`: running, and slower than it may be.
    public enum State: String, Sendable, CaseIterable {
        case running, stopped, paused, degraded, faulted, quarantined
    }
    public var id: String
    public var name = ""
    public var description = ""
    /// "long", "short" or "both".
    public var direction = "both"
    public var category = ""
    public var tags: [String] = []
    public var isEnabled = false
    public var state = State.stopped
    /// Why it is faulted, quarantined or degraded, and what to do about it; nil = it is not.
    public var problem: String?
    /// Counted from 1.
    public var generation = 1
    public var plugin = ""
    public var account = "paper"
    public var instruments: [String] = []
    public var timeframe = "1m"
    public var isLive = false
    /// Values in force, in the plugin's order.
    public var parameters: [(name: String, value: ParameterInput)] = []
    /// Of the answer about one strategy, in the plugin's order.
    public var descriptions: [ParameterDescription] = []
    /// In instrument units; nil = no limit.
    public var maxPositionSize: Quantity?
    public var stopLossPercent: Rate?
    public var takeProfitPercent: Rate?
    public var maxDailyLoss: Money?
    public var schedule = ScheduleInput(
        startTime: "00:00", endTime: "24:00", daysOfWeek: [0, 1, 2, 3, 4, 5, 6], timeZone: "UTC")
    public var createdAt = Timestamp(nanoseconds: 0)
    public var updatedAt = Timestamp(nanoseconds: 0)
    public var runtime = StrategyRuntime()
    /// Made or lost since the account's day began, in its currency; nil = something has no conversion rate.
    public var dayPnL: Money?
    /// Of the answer that switched it off.
    public var switchOff: SwitchOffView?
    public init(id: String) { self.id = id }

    public static func == (a: StrategyView, b: StrategyView) -> Bool {
        a.id == b.id && a.isEnabled == b.isEnabled && a.state == b.state && a.updatedAt == b.updatedAt
    }
}

public struct PerformanceView: Sendable, Equatable {
    public var performance: Performance
    /// In the account's currency; nil = something has no conversion rate.
    public var totals: StrategyTotals?
    public init(performance: Performance, totals: StrategyTotals?) {
        self.performance = performance
        self.totals = totals
    }
}

public struct InstrumentView: Sendable, Equatable {
    public var instrument: Instrument
    public var aliases: [String]
    public init(instrument: Instrument, aliases: [String]) {
        self.instrument = instrument
        self.aliases = aliases
    }
}

public struct LevelView: Sendable, Equatable {
    public var price: Price
    public var quantity: Quantity
    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

public struct DepthView: Sendable, Equatable {
    public var instrument: String
    public var time: Timestamp
    /// Best first.
    public var bids: [LevelView]
    public var asks: [LevelView]
    public init(instrument: String, time: Timestamp, bids: [LevelView], asks: [LevelView]) {
        self.instrument = instrument
        self.time = time
        self.bids = bids
        self.asks = asks
    }
}

public struct CandleView: Sendable, Equatable {
    public var time: Timestamp
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    /// In 1e-8 units; wider than a quantity, because many are added up.
    public var volume: Int128
    public var vwap: Price?
    public init(
        time: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Int128, vwap: Price? = nil
    ) {
        self.time = time
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.vwap = vwap
    }
}

public struct TickView: Sendable, Equatable {
    public var time: Timestamp
    public var price: Price
    public var quantity: Quantity
    public var id: UInt64
    public init(time: Timestamp, price: Price, quantity: Quantity, id: UInt64) {
        self.time = time
        self.price = price
        self.quantity = quantity
        self.id = id
    }
}

public struct MarketStatsView: Sendable, Equatable {
    public var instrument: String
    public var time: Timestamp
    public var lastPrice: Price
    public var high24h: Price
    public var low24h: Price
    /// In 1e-8 units.
    public var volume24h: Int128
    /// In percent of the price 24 hours ago, or of the oldest known.
    public var changePercent24h: Double
    public init(
        instrument: String, time: Timestamp, lastPrice: Price, high24h: Price, low24h: Price, volume24h: Int128,
        changePercent24h: Double
    ) {
        self.instrument = instrument
        self.time = time
        self.lastPrice = lastPrice
        self.high24h = high24h
        self.low24h = low24h
        self.volume24h = volume24h
        self.changePercent24h = changePercent24h
    }
}

public struct RiskLimitsView: Sendable, Equatable {
    /// Fractions, 1 where there is no limit; the loss in account currency, the opening balance where there is none.
    public var maxPositionSize: Rate
    public var maxDailyLoss: Money
    public var maxDrawdown: Rate
    public var maxExposure: Rate
    public init(maxPositionSize: Rate, maxDailyLoss: Money, maxDrawdown: Rate, maxExposure: Rate) {
        self.maxPositionSize = maxPositionSize
        self.maxDailyLoss = maxDailyLoss
        self.maxDrawdown = maxDrawdown
        self.maxExposure = maxExposure
    }
}

public struct PortfolioRiskView: Sendable, Equatable {
    public var account: String
    /// Currency of all amounts.
    public var currency: String
    public var time: Timestamp
    public var equity: Money
    public var cash: Money
    /// Σ |market value|.
    public var grossExposure: Money
    public var dailyPnL: Money
    public var performance: Performance
    public var limits: RiskLimitsView
    public init(
        account: String, currency: String, time: Timestamp, equity: Money, cash: Money, grossExposure: Money,
        dailyPnL: Money, performance: Performance, limits: RiskLimitsView
    ) {
        self.account = account
        self.currency = currency
        self.time = time
        self.equity = equity
        self.cash = cash
        self.grossExposure = grossExposure
        self.dailyPnL = dailyPnL
        self.performance = performance
        self.limits = limits
    }
}

public struct AlertView: Sendable, Equatable {
    public enum Severity: String, Sendable { case low, medium, high, critical }
    public var id: String
    public var severity: Severity
    public var code: String
    public var message: String
    public var time: Timestamp
    /// Those that it concerns; none = everybody.
    public var accounts: [String] = []
    public var acknowledgedBy: String?
    public var acknowledgedAt: Timestamp?
    public init(id: String, severity: Severity, code: String, message: String, time: Timestamp) {
        self.id = id
        self.severity = severity
        self.code = code
        self.message = message
        self.time = time
    }
}

public struct DenialView: Sendable, Equatable {
    public var time: Timestamp
    public var strategy: String?
    public var account: String
    public var instrument: String
    /// Of the order whose change or trigger was refused.
    public var orderID: String?
    public var findings: [Finding]
    public init(
        time: Timestamp, strategy: String?, account: String, instrument: String, orderID: String?, findings: [Finding]
    ) {
        self.time = time
        self.strategy = strategy
        self.account = account
        self.instrument = instrument
        self.orderID = orderID
        self.findings = findings
    }
}

public struct HeadroomView: Sendable, Equatable {
    public var rule: String
    public var scope: String
    /// Numbers of 1e-8 of their unit, as in `Finding`.
    public var used: Int128
    public var limit: Int128
    public var resetsAt: Timestamp?
    public init(rule: String, scope: String, used: Int128, limit: Int128, resetsAt: Timestamp? = nil) {
        self.rule = rule
        self.scope = scope
        self.used = used
        self.limit = limit
        self.resetsAt = resetsAt
    }
}

public struct PluginView: Sendable, Equatable {
    public var id: String
    /// Relative to the strategies folder; a bundled library's file name.
    public var path: String
    /// "loaded" or "refused".
    public var state: String
    public var generation: Int
    public var abiVersion: Int
    public var loadedAt: Timestamp?
    public var strategies: [String]
    public var error: String?
    public init(
        id: String, path: String, state: String, generation: Int, abiVersion: Int, loadedAt: Timestamp?,
        strategies: [String], error: String?
    ) {
        self.id = id
        self.path = path
        self.state = state
        self.generation = generation
        self.abiVersion = abiVersion
        self.loadedAt = loadedAt
        self.strategies = strategies
        self.error = error
    }
}

public struct HostHealth: Sendable, Equatable {
    public enum Grade: String, Sendable { case healthy, degraded, unhealthy }
    /// Of the parts "engine", "journal", "market_data", "strategies", "disk".
    public var parts: [(name: String, grade: Grade, text: String)]
    /// Recovery has finished and the market runs.
    public var isReady: Bool
    public var grade: Grade {
        if parts.contains(where: { $0.grade == .unhealthy }) { return .unhealthy }
        return parts.contains { $0.grade == .degraded } ? .degraded : .healthy
    }
    public init(parts: [(name: String, grade: Grade, text: String)], isReady: Bool) {
        self.parts = parts
        self.isReady = isReady
    }
    public static func == (a: HostHealth, b: HostHealth) -> Bool { a.grade == b.grade && a.isReady == b.isReady }
}

/// Counts since the host began, and values of the moment, for /metrics.
public struct HostFigures: Sendable {
    public var events: UInt64 = 0
    public var orders: UInt64 = 0
    public var fills: UInt64 = 0
    public var denials: UInt64 = 0
    public var signals: UInt64 = 0
    public var workingOrders = 0
    /// Durable facts, and the part of the journal's queue that is in use, 0…1.
    public var journaledFacts: UInt64 = 0
    public var journalLoad = 0.0
    /// Images of plugins in memory, and how many there may be.
    public var generations = 0
    public var generationsMax = 0
    /// In the account's currency.
    public var equity = Money.zero
    public var openPositions = 0
    public var lastFillAt: Timestamp?
    public var mode = TradingMode.paper
    /// Where prices come from.
    public var feed = ""
    /// Trained models of signals, features that they may see, and when one last spoke.
    public var models = 0
    public var features = 0
    public var lastPredictionAt: Timestamp?
    public var bridge = BridgeStatusView()
    public var rebalances = RebalanceFigures()
    public var strategies: [(id: String, runtime: StrategyRuntime)] = []
    public init() {}
}
