public import Trading

/// What the market of an instrument does, by its closed bars.
public struct MarketStateView: Sendable, Equatable {
    public enum State: String, CaseIterable, Sendable { case trending, ranging, volatile, quiet }
    public enum Direction: String, CaseIterable, Sendable { case bullish, bearish, sideways }
    public enum Volatility: String, CaseIterable, Sendable { case low, medium, high }

    public var instrument: String
    public var timeframe: String
    /// When the latest bar closed.
    public var time: Timestamp
    /// Bars that count.
    public var bars: Int
    public var state = State.ranging
    public var direction = Direction.sideways
    public var volatility = Volatility.medium
    public var pointOfControl = Price.zero
    public var valueAreaHigh = Price.zero
    public var valueAreaLow = Price.zero
    /// The nearest first.
    public var supports: [Price] = []
    public var resistances: [Price] = []

    public init(instrument: String, timeframe: String, time: Timestamp, bars: Int) {
        self.instrument = instrument
        self.timeframe = timeframe
        self.time = time
        self.bars = bars
    }
}
