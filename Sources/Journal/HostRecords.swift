public import Trading

// What the host keeps beside the core's facts. Times are the host's clock.

/// A request that must have the same answer when it is repeated. Kept for seven days.
public struct IdempotencyRecord: Sendable, Equatable {
    public var user: String
    public var key: String
    /// SHA-256 of the canonical request, hexadecimal.
    public var fingerprint: String
    /// 0 = no order came of it.
    public var orderID: UInt64
    /// Sequence of the denial (`DecisionRow.sequence`); 0 = it was not denied.
    public var denialID: UInt64
    /// Whatever else the answer needs.
    public var answer: String
    public var time: Timestamp

    public init(
        user: String, key: String, fingerprint: String, orderID: UInt64 = 0, denialID: UInt64 = 0, answer: String = "",
        time: Timestamp
    ) {
        self.user = user
        self.key = key
        self.fingerprint = fingerprint
        self.orderID = orderID
        self.denialID = denialID
        self.answer = answer
        self.time = time
    }
}

/// Whose order it is: that of the user or the API key that sent it.
public struct SentOrderRecord: Sendable, Equatable {
    public var orderID: UInt64
    public var user: String

    public init(orderID: UInt64, user: String) {
        self.orderID = orderID
        self.user = user
    }
}

/// A strategy as a client left it; the newest record of a strategy counts.
public struct StrategySettingRecord: Sendable, Equatable {
    public var strategy: String
    /// Of the strategy's file when the change was made: the file wins when it has changed since.
    public var fileHash: String
    public var isEnabled: Bool
    public var configurationJSON: String
    public var changedBy: String
    public var time: Timestamp

    public init(
        strategy: String, fileHash: String, isEnabled: Bool, configurationJSON: String, changedBy: String,
        time: Timestamp
    ) {
        self.strategy = strategy
        self.fileHash = fileHash
        self.isEnabled = isEnabled
        self.configurationJSON = configurationJSON
        self.changedBy = changedBy
        self.time = time
    }
}

/// A strategy's move from one state of its life to another; the newest record of a strategy says where it stands.
public struct LifecycleRecord: Sendable, Equatable {
    /// The engine's index.
    public var strategy: Int
    /// "running", "faulted", "quarantined" …
    public var from: String
    public var to: String
    /// One word, and a sentence for people.
    public var code: String
    public var text: String
    /// A fault led to it: those of the last day come back with a recovery.
    public var isFault: Bool
    /// Of the code that ran.
    public var generation: Int
    /// In all, this one included.
    public var faultCount: UInt64
    public var restartCount: UInt64
    public var time: Timestamp
    /// The market's.
    public var eventTime: Timestamp

    public init(
        strategy: Int, from: String, to: String, code: String, text: String, isFault: Bool = false,
        generation: Int = 1, faultCount: UInt64 = 0, restartCount: UInt64 = 0, time: Timestamp, eventTime: Timestamp
    ) {
        self.strategy = strategy
        self.from = from
        self.to = to
        self.code = code
        self.text = text
        self.isFault = isFault
        self.generation = generation
        self.faultCount = faultCount
        self.restartCount = restartCount
        self.time = time
        self.eventTime = eventTime
    }
}

/// What a strategy saved of itself; the newest record of a strategy counts.
public struct StrategyStateRecord: Sendable, Equatable {
    /// The engine's index.
    public var strategy: Int
    public var schemaVersion: UInt32
    public var schemaHash: UInt64
    public var bytes: [UInt8]
    public var time: Timestamp

    public init(strategy: Int, schemaVersion: UInt32, schemaHash: UInt64, bytes: [UInt8], time: Timestamp) {
        self.strategy = strategy
        self.schemaVersion = schemaVersion
        self.schemaHash = schemaHash
        self.bytes = bytes
        self.time = time
    }
}

/// Limits of a scope as someone set them; the newest record of a scope and id counts.
public struct LimitsRecord: Sendable, Equatable {
    public var scope: LimitScope
    /// Account, strategy or instrument; empty for the system.
    public var id: String
    public var json: String
    public var changedBy: String
    public var time: Timestamp

    public init(scope: LimitScope, id: String, json: String, changedBy: String, time: Timestamp) {
        self.scope = scope
        self.id = id
        self.json = json
        self.changedBy = changedBy
        self.time = time
    }
}

/// An emergency stop, from its throw to its release.
public struct StopRecord: Sendable, Equatable {
    public var id: UInt64
    /// "system", "account", "agent" or "instrument".
    public var scope: String
    public var target: String?
    /// "stop", "reduce", "cancel" or "flatten".
    public var mode: String
    public var reason: String
    /// As the client names itself.
    public var triggeredBy: String
    /// Who it was, and by which way.
    public var requester: String
    public var channel: String
    public var isDrill: Bool
    public var thrownAt: Timestamp
    public var affectedJSON: String
    /// nil = it is in force.
    public var resolvedAt: Timestamp?
    public var resolvedBy: String?
    public var resolution: String?

    public init(
        id: UInt64, scope: String, target: String? = nil, mode: String, reason: String, triggeredBy: String,
        requester: String, channel: String, isDrill: Bool = false, thrownAt: Timestamp, affectedJSON: String = "{}",
        resolvedAt: Timestamp? = nil, resolvedBy: String? = nil, resolution: String? = nil
    ) {
        self.id = id
        self.scope = scope
        self.target = target
        self.mode = mode
        self.reason = reason
        self.triggeredBy = triggeredBy
        self.requester = requester
        self.channel = channel
        self.isDrill = isDrill
        self.thrownAt = thrownAt
        self.affectedJSON = affectedJSON
        self.resolvedAt = resolvedAt
        self.resolvedBy = resolvedBy
        self.resolution = resolution
    }
}

/// Who did what: a row of the audit log.
public struct AuditRecord: Sendable, Equatable {
    public var kind = AuditEntry.Kind.record
    public var time: Timestamp
    public var user: String
    /// "rest", "socket", "file".
    public var channel: String
    /// "strategy.enable", "limits.change", "login.failed", …
    public var action: String
    public var target: String
    public var detailJSON: String
    /// The engine's indices; −1 = of none.
    public var account = -1
    public var strategy = -1

    public init(
        time: Timestamp, user: String, channel: String, action: String, target: String = "", detailJSON: String = "{}"
    ) {
        self.time = time
        self.user = user
        self.channel = channel
        self.action = action
        self.target = target
        self.detailJSON = detailJSON
    }
}
