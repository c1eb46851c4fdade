public import Trading

/// Signals: what models, strategies and clients think of a market, and what became of it.
public protocol SignalHost: Sendable {
    /// The newest of each instrument that has one, in the instruments' order. `accounts`: of strategies only those of these
    /// accounts; nil = all.
    func latestSignals(accounts: [String]?) async throws(HostRefusal) -> [SignalView]
    func generateSignal(_ request: SignalRequest, by requester: Requester) async throws(HostRefusal)
        -> GeneratedSignalView
    /// Refused while the mode is live.
    func testSignal(_ request: TestSignalRequest, by requester: Requester) async throws(HostRefusal) -> SignalView
    /// Newest first.
    func signals(_ query: SignalQuery) async throws(HostRefusal) -> SignalPage
    func signalPerformance() async throws(HostRefusal) -> SignalPerformanceView
}

public struct SignalView: Sendable, Equatable {
    public enum Source: String, CaseIterable, Sendable { case model, strategy, request, test }
    public enum Direction: String, CaseIterable, Sendable {
        case buy = "BUY"
        case sell = "SELL"
        case hold = "HOLD"
    }
    public enum Status: String, CaseIterable, Sendable { case pending, executed, cancelled }
    public enum Verdict: String, CaseIterable, Sendable { case undecided, right, wrong, unknown }

    public var id: String
    public var instrument: String
    /// The instrument's short name, where it has one.
    public var symbol: String
    public var source: Source
    /// The model, the strategy or the scenario behind it.
    public var origin: String
    /// Of the strategy; nil = it is everybody's.
    public var account: String?
    public var direction: Direction
    /// 0…1: how likely the likelier side is.
    public var confidence: Double
    /// −1…1: surely down … surely up.
    public var strength: Double
    /// The side that levels are made for; a signal to hold leans, too.
    public var isUp: Bool
    public var timeframe: String
    public var entry = Price.zero
    public var stop = Price.zero
    public var target = Price.zero
    public var riskReward = 0.0
    /// Order-flow imbalance, −1…1; nil = the market showed none.
    public var sentiment: Double?
    /// Features that were known to the model.
    public var featureCount = 0
    /// Their values, by name.
    public var technical: [(name: String, value: Double)] = []
    /// What moved the model, the strongest first.
    public var reasons: [(name: String, share: Double, text: String)] = []
    public var status = Status.pending
    /// The market's time, like the others.
    public var generatedAt: Timestamp
    /// When its horizon has passed.
    public var dueAt: Timestamp
    public var executedAt: Timestamp?
    public var verdict = Verdict.undecided

    public init(
        id: String, instrument: String, symbol: String, source: Source, origin: String, direction: Direction,
        confidence: Double, strength: Double, isUp: Bool, timeframe: String, generatedAt: Timestamp, dueAt: Timestamp
    ) {
        self.id = id
        self.instrument = instrument
        self.symbol = symbol
        self.source = source
        self.origin = origin
        self.direction = direction
        self.confidence = confidence
        self.strength = strength
        self.isUp = isUp
        self.timeframe = timeframe
        self.generatedAt = generatedAt
        self.dueAt = dueAt
    }

    public static func == (a: SignalView, b: SignalView) -> Bool {
        a.id == b.id && a.status == b.status && a.verdict == b.verdict && a.executedAt == b.executedAt
    }
}

public struct SignalRequest: Sendable, Equatable {
    /// Id or alias.
    public var instrument: String
    /// Where it stands in the request.
    public var instrumentPath: String
    /// nil = the host's own.
    public var model: String?
    /// As candles are named; nil = the model's.
    public var timeframe: String?
    /// In place of the market's.
    public var price: Price?
    /// Of features, in place of what the host measures; names are the registry's or short ones.
    public var features: [SignalFeature] = []
    /// Closes in place of the host's bars, oldest first, and their volumes; empty = the host's own.
    public var prices: [Price] = []
    public var volumes: [Quantity] = []

    public init(instrument: String, instrumentPath: String) {
        self.instrument = instrument
        self.instrumentPath = instrumentPath
    }
}

public struct SignalFeature: Sendable, Equatable {
    public var name: String
    public var value: Double
    /// Where it stands in the request.
    public var path: String

    public init(name: String, value: Double, path: String) {
        self.name = name
        self.value = value
        self.path = path
    }
}

public struct TestSignalRequest: Sendable, Equatable {
    public enum Scenario: String, CaseIterable, Sendable {
        case bullMarket = "bull_market"
        case bearMarket = "bear_market"
        case sideways
        case highVolatility = "high_volatility"
        case flashCrash = "flash_crash"
    }

    public var instrument: String
    public var scenario: Scenario
    public var confidence: Double

    public init(instrument: String, scenario: Scenario, confidence: Double) {
        self.instrument = instrument
        self.scenario = scenario
        self.confidence = confidence
    }
}

/// A signal with what the market looked like.
public struct GeneratedSignalView: Sendable {
    /// A price range that the market left behind.
    public struct Zone: Sendable, Equatable {
        public var isBullish: Bool
        public var bottom: Price
        public var top: Price
        public var time: Timestamp

        public init(isBullish: Bool, bottom: Price, top: Price, time: Timestamp) {
            self.isBullish = isBullish
            self.bottom = bottom
            self.top = top
            self.time = time
        }
    }

    public var signal: SignalView
    /// "unknown" where the evidence is thin.
    public var phase = "unknown"
    /// The latest bar's volume carries its move to the signal's side.
    public var isConfirmedByVolume = false
    /// Those that the market has not come back to, the latest last.
    public var blocks: [Zone] = []
    public var gaps: [Zone] = []

    public init(signal: SignalView) { self.signal = signal }
}

public struct SignalQuery: Sendable, Equatable {
    /// Id or alias; nil = any.
    public var instrument: String?
    public var status: SignalView.Status?
    /// Of strategies only those of these accounts; nil = all.
    public var accounts: [String]?
    public var from: Timestamp?
    public var to: Timestamp?
    public var offset: Int
    public var limit: Int

    public init(offset: Int, limit: Int) {
        self.offset = offset
        self.limit = limit
    }
}

public struct SignalPage: Sendable {
    public var signals: [SignalView]
    /// On all pages.
    public var count: Int

    public init(signals: [SignalView], count: Int) {
        self.signals = signals
        self.count = count
    }
}

/// How often signals were right, of those whose horizon has passed.
public struct SignalPerformanceView: Sendable {
    public struct Window: Sendable, Equatable {
        public var right = 0
        public var decided = 0
        public init() {}
        /// 0 before the first.
        public var accuracy: Double { decided == 0 ? 0 : Double(right) / Double(decided) }
    }

    /// Of the last 7 and 30 days of the market's time.
    public var week = Window()
    public var month = Window()
    /// Of the month.
    public var averageConfidence = 0.0
    public var undecided = 0
    public var unknown = 0
    /// By short name, of the month.
    public var bySymbol: [(symbol: String, window: Window)] = []
    /// Seconds that a signal has until it is judged.
    public var horizonSeconds: Int64

    public init(horizonSeconds: Int64) { self.horizonSeconds = horizonSeconds }
}
