public import Trading

// What clients ask of the host, checked for shape only: whether an instrument exists or a price fits its tick is the host's to say.

/// Who asks, for the journal and the audit.
public struct Requester: Sendable, Equatable {
    public var user: String
    /// "rest", "socket" (the command line), "file" (the STOP file).
    public var channel: String
    /// Names change, and an API key may be called like a user; this does not.
    public var id: String
    /// The user behind an API key; else `user`.
    public var person: String
    /// `id` nil = the name is all there is.
    public init(user: String, channel: String, id: String? = nil, person: String? = nil) {
        self.user = user
        self.channel = channel
        self.id = id ?? user
        self.person = person ?? user
    }
}

/// Makes a repeated request the same request: scope user, kept seven days, over restarts.
public struct IdempotencyKey: Sendable, Equatable {
    public var user: String
    public var key: String
    /// SHA-256 of the canonical request, hexadecimal: the same key with another one is a conflict.
    public var fingerprint: String
    public init(user: String, key: String, fingerprint: String) {
        self.user = user
        self.key = key
        self.fingerprint = fingerprint
    }
}

public struct OrderRequest: Sendable, Equatable {
    /// "manual" = of no strategy.
    public var strategy: String
    /// Id or alias.
    public var instrument: String
    public var side: Side
    public var kind: OrderKind
    public var quantity: Quantity
    /// nil = not given.
    public var price: Price?
    public var stopPrice: Price?
    public var timeInForce: TimeInForce
    public var isLive: Bool
    public var reduceOnly: Bool
    public var conditions: OrderConditions
    /// Of the signal that is traded, 0…1; nil = there is none.
    public var signalConfidence: Rate?
    public init(
        strategy: String, instrument: String, side: Side, kind: OrderKind, quantity: Quantity, price: Price? = nil,
        stopPrice: Price? = nil, timeInForce: TimeInForce = .goodTillCancelled, isLive: Bool = false,
        reduceOnly: Bool = false, conditions: OrderConditions = .none
    ) {
        self.strategy = strategy
        self.instrument = instrument
        self.side = side
        self.kind = kind
        self.quantity = quantity
        self.price = price
        self.stopPrice = stopPrice
        self.timeInForce = timeInForce
        self.isLive = isLive
        self.reduceOnly = reduceOnly
        self.conditions = conditions
    }
}

/// Which working orders to cancel; nil = any.
public struct CancelFilter: Sendable, Equatable {
    public var strategy: String?
    public var instrument: String?
    public var side: Side?
    public var accounts: [String]?
    public init(strategy: String? = nil, instrument: String? = nil, side: Side? = nil) {
        self.strategy = strategy
        self.instrument = instrument
        self.side = side
    }
}

/// nil = stays as it is.
public struct OrderChange: Sendable, Equatable {
    public var quantity: Quantity?
    public var price: Price?
    public var stopPrice: Price?
    public var timeInForce: TimeInForce?
    public init(
        quantity: Quantity? = nil, price: Price? = nil, stopPrice: Price? = nil, timeInForce: TimeInForce? = nil
    ) {
        self.quantity = quantity
        self.price = price
        self.stopPrice = stopPrice
        self.timeInForce = timeInForce
    }
}

/// Which orders, trades or denials; newest first. Unknown strategies and instruments are refused, unknown rules match nothing.
public struct HistoryFilter: Sendable, Equatable {
    public var strategy: String?
    public var instrument: String?
    /// Orders only.
    public var state: OrderState?
    /// Denials only.
    public var rule: String?
    /// Those of one of these only; nil = of any.
    public var accounts: [String]?
    public var from: Timestamp?
    public var to: Timestamp?
    public var limit: Int
    public var offset: Int
    public init(
        strategy: String? = nil, instrument: String? = nil, state: OrderState? = nil, rule: String? = nil,
        from: Timestamp? = nil, to: Timestamp? = nil, limit: Int = 100, offset: Int = 0
    ) {
        self.strategy = strategy
        self.instrument = instrument
        self.state = state
        self.rule = rule
        self.from = from
        self.to = to
        self.limit = limit
        self.offset = offset
    }
}

/// A value that a client gives for a plugin's parameter.
public enum ParameterInput: Sendable, Equatable {
    /// The digits as they were written.
    case number(String)
    case boolean(Bool)
    case text(String)
}

/// A merge into a strategy's configuration; nil = stays.
public struct StrategyChange: Sendable, Equatable {
    public var id: String?
    public var name: String?
    public var description: String?
    public var instruments: [String]?
    public var isLive: Bool?
    public var parameters: [String: ParameterInput] = [:]
    /// In instrument units.
    public var maxPositionSize: Quantity?
    /// In percent.
    public var stopLossPercent: Rate?
    public var takeProfitPercent: Rate?
    /// In the account's currency.
    public var maxDailyLoss: Money?
    public var schedule: ScheduleInput?
    public init() {}
}

public struct ScheduleInput: Sendable, Equatable {
    /// "HH:MM".
    public var startTime: String
    public var endTime: String
    /// 0 and 7 = Sunday.
    public var daysOfWeek: [Int]
    public var timeZone: String?
    public init(startTime: String, endTime: String, daysOfWeek: [Int], timeZone: String? = nil) {
        self.startTime = startTime
        self.endTime = endTime
        self.daysOfWeek = daysOfWeek
        self.timeZone = timeZone
    }
}

public struct StopRequest: Sendable, Equatable {
    public enum Scope: String, Sendable, CaseIterable { case system, account, agent, instrument }
    public enum Mode: String, Sendable, CaseIterable { case stop, reduce, cancel, flatten }
    public var scope: Scope
    /// Account id, strategy id or instrument id; nil for the system.
    public var target: String?
    public var mode: Mode
    public var reason: String
    /// As the client names itself; the journal keeps the requester beside it.
    public var triggeredBy: String
    public var isDrill: Bool
    public init(
        scope: Scope, target: String? = nil, mode: Mode = .stop, reason: String, triggeredBy: String,
        isDrill: Bool = false
    ) {
        self.scope = scope
        self.target = target
        self.mode = mode
        self.reason = reason
        self.triggeredBy = triggeredBy
        self.isDrill = isDrill
    }
}
