public import Trading

/// The features of the market, and what it does.
public protocol FeatureHost: Sendable {
    /// All that there are.
    func features() async throws(HostRefusal) -> [FeatureView]
    /// `timeframe` by its name ("1m"); one that the host does not have is refused.
    func features(of instrument: String, _ timeframe: String) async throws(HostRefusal) -> FeatureValuesView
    /// nil = the host chooses the timeframe.
    func marketState(of instrument: String, _ timeframe: String?) async throws(HostRefusal) -> MarketStateView
}

public struct FeatureView: Sendable, Equatable {
    public var name: String
    public var group: String
    public var unit: String
    /// Bars until it has a value; 0 = it does not come from bars.
    public var warmUp: Int
    public var isRecursive: Bool
    public var formula: String
    public var source: String

    public init(
        name: String, group: String, unit: String, warmUp: Int, isRecursive: Bool, formula: String, source: String
    ) {
        self.name = name
        self.group = group
        self.unit = unit
        self.warmUp = warmUp
        self.isRecursive = isRecursive
        self.formula = formula
        self.source = source
    }
}

/// Every feature of an instrument as it is now.
public struct FeatureValuesView: Sendable {
    public var instrument: String
    public var timeframe: String
    /// When the latest bar closed; nil = none has.
    public var time: Timestamp?
    /// Bars that the values count.
    public var bars: Int
    /// nil = it warms up, or is not defined.
    public var features: [(name: String, value: Double?)]

    public init(
        instrument: String, timeframe: String, time: Timestamp?, bars: Int, features: [(name: String, value: Double?)]
    ) {
        self.instrument = instrument
        self.timeframe = timeframe
        self.time = time
        self.bars = bars
        self.features = features
    }
}
