public import CStrategyABI
public import Trading

/// All features of one instrument and timeframe. Memory is claimed at the start; taking an event allocates nothing.
///
/// A value counts the bars that were taken, and the latest quote, trade or book. Features that warm up, or that their formula
/// does not define for these prices, have none.
public struct FeatureSet: ~Copyable {
    private let values = FeatureValues(count: Feature.all.count)
    private var bars = BarWindow()
    private var price = PriceFeatures()
    private var returns = ReturnFeatures()
    private var averages = AverageFeatures()
    private var regression = RegressionFeatures()
    private var direction = DirectionFeatures()
    private var momentum = MomentumFeatures()
    private var volatility = VolatilityFeatures()
    private var ranges = RangeVolatilityFeatures()
    private var volume = VolumeFeatures()
    private var session = SessionFeatures()
    private var book = BookFeatures()
    /// Where the features begin that quotes, trades and books move.
    private let bookIndex = Feature.all.count - BookFeatures.declared.count

    public init() {}

    /// Bars taken.
    public var barCount: Int { bars.count }
    /// When the latest bar closed; nil = none was taken.
    public var time: Timestamp? { bars.count == 0 ? nil : Timestamp(nanoseconds: bars.closeTime) }

    /// The feature at this place of `Feature.all`; nil = it warms up, or is not defined.
    public func value(_ index: Int) -> Double? {
        precondition(index >= 0 && index < Feature.all.count, "feature \(index) of \(Feature.all.count)")
        return values[index]
    }

    /// Takes a closed bar, and the features follow. A bar that is none is passed over (prices at or below zero, a high below
    /// the open, the close or the low, a negative volume, one that does not close after the bar before): false.
    @discardableResult
    public mutating func add(_ bar: Bar) -> Bool {
        guard bars.add(bar) else { return false }
        var out = values.writer(at: 0)
        price.add(bars, &out)
        returns.add(bars, &out)
        averages.add(bars, &out)
        regression.add(bars, &out)
        direction.add(bars, &out)
        momentum.add(bars, &out)
        volatility.add(bars, &out)
        ranges.add(bars, &out)
        volume.add(bars, &out)
        session.add(bars, &out)
        book.beginBar()
        return true
    }

    public mutating func add(_ quote: Quote) {
        guard book.take(quote) else { return }
        writeBook()
    }

    public mutating func add(_ trade: Trade) {
        guard book.take(trade) else { return }
        writeBook()
    }

    public mutating func add(_ levels: borrowing OrderBook) {
        book.take(levels)
        writeBook()
    }

    private func writeBook() {
        var out = values.writer(at: bookIndex)
        book.write(&out)
    }
}
