public import Trading

/// The execution engine of document 003: entries with a stop and a target, followed from their order to their close.
public protocol ExecutionHost: Sendable {
    func execute(_ request: TradeRequest, key: IdempotencyKey?, by requester: Requester) async throws(HostRefusal)
        -> ExecutedTradeView
    func executedTrade(_ id: String) async throws(HostRefusal) -> ExecutedTradeView
    /// Moves the levels of a trade, gives it those that it does not have, and closes a part of it.
    func modifyTrade(_ id: String, _ change: TradeChange, key: IdempotencyKey?, by requester: Requester)
        async throws(HostRefusal) -> ExecutedTradeView
}

public struct TradeRequest: Sendable, Equatable {
    /// How far a trade may be from what it was asked for, so that many accounts do not all do the same at once.
    public struct Variance: Sendable, Equatable {
        public var delayMilliseconds: Int64
        /// Relative amplitude of the size, and of stop and target.
        public var size: Rate
        public var levels: Rate
        public init(delayMilliseconds: Int64 = 0, size: Rate = .zero, levels: Rate = .zero) {
            self.delayMilliseconds = delayMilliseconds
            self.size = size
            self.levels = levels
        }
    }

    public var account: String
    /// Id or alias.
    public var instrument: String
    public var side: Side
    public var quantity: Quantity
    /// A market order, a limit, or a stop that becomes a market order.
    public var kind: OrderKind
    /// Limit or trigger; nil for a market order.
    public var price: Price?
    public var stopLoss: Price?
    public var takeProfit: Price?
    /// The signal that is traded.
    public var signal: String?
    public var variance: Variance
    public init(
        account: String, instrument: String, side: Side, quantity: Quantity, kind: OrderKind = .market,
        price: Price? = nil, stopLoss: Price? = nil, takeProfit: Price? = nil, signal: String? = nil,
        variance: Variance = Variance()
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.kind = kind
        self.price = price
        self.stopLoss = stopLoss
        self.takeProfit = takeProfit
        self.signal = signal
        self.variance = variance
    }
}

/// nil = stays as it is.
public struct TradeChange: Sendable, Equatable {
    public var stopLoss: Price?
    public var takeProfit: Price?
    /// To be closed at the market.
    public var close: Quantity?
    public var reason: String
    public init(stopLoss: Price? = nil, takeProfit: Price? = nil, close: Quantity? = nil, reason: String = "") {
        self.stopLoss = stopLoss
        self.takeProfit = takeProfit
        self.close = close
        self.reason = reason
    }
}

/// A trade at one moment. Amounts are in the instrument's quote currency.
public struct ExecutedTradeView: Sendable, Equatable {
    public enum Status: String, Sendable, CaseIterable { case open, closed, cancelled }

    /// "trade-4".
    public var id: String
    public var account: String
    public var instrument: String
    public var side: Side
    public var status: Status
    /// Of the entry; nil = it waits for its delay.
    public var orderID: String?
    public var requestedAt: Timestamp
    public var dueAt: Timestamp
    public var updatedAt: Timestamp
    /// What the entry asks for, after its variance.
    public var quantity: Quantity
    /// What it has traded, at which average price.
    public var filled = Quantity.zero
    public var price: Price?
    public var filledAt: Timestamp?
    public var isEntryDone = false
    /// Worse than what the market showed where above 0.
    public var slippage = Price.zero
    /// Of it, what is held still.
    public var held = Quantity.zero
    public var realized = Money.zero
    public var unrealized = Money.zero
    public var commission = Money.zero
    public var stopLoss: Price?
    public var takeProfit: Price?
    /// nil = neither size nor levels were to vary.
    public var variance: VarianceView?
    /// Why it ended without a fill.
    public var note = ""

    public init(
        id: String, account: String, instrument: String, side: Side, status: Status, requestedAt: Timestamp,
        dueAt: Timestamp, updatedAt: Timestamp, quantity: Quantity
    ) {
        self.id = id
        self.account = account
        self.instrument = instrument
        self.side = side
        self.status = status
        self.requestedAt = requestedAt
        self.dueAt = dueAt
        self.updatedAt = updatedAt
        self.quantity = quantity
    }
}

/// What a trade's seed made of it.
public struct VarianceView: Sendable, Equatable {
    public var seed: UInt64
    public var askedQuantity: Quantity
    public var drawnQuantity: Quantity
    public var askedStopLoss: Price?
    public var drawnStopLoss: Price?
    public var askedTakeProfit: Price?
    public var drawnTakeProfit: Price?
    /// False = what was drawn would have been denied, and the order went as it was asked for.
    public var isApplied: Bool
    public init(
        seed: UInt64, askedQuantity: Quantity, drawnQuantity: Quantity, askedStopLoss: Price?, drawnStopLoss: Price?,
        askedTakeProfit: Price?, drawnTakeProfit: Price?, isApplied: Bool
    ) {
        self.seed = seed
        self.askedQuantity = askedQuantity
        self.drawnQuantity = drawnQuantity
        self.askedStopLoss = askedStopLoss
        self.drawnStopLoss = drawnStopLoss
        self.askedTakeProfit = askedTakeProfit
        self.drawnTakeProfit = drawnTakeProfit
        self.isApplied = isApplied
    }
}
