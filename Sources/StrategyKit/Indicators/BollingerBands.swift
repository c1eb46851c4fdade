/// Bollinger bands ("Bollinger on Bollinger Bands", 2001): the mean of `period` values and `width` population standard
/// deviations above and below it.
public struct BollingerBands: Codable {
    private var statistics: RollingStatistics
    public let width: Double

    public init(_ period: Int = 20, width: Double = 2) {
        statistics = RollingStatistics(period)
        self.width = width
    }

    public var isReady: Bool { statistics.isReady }
    public mutating func add(_ value: Double) { statistics.add(value) }
    public mutating func add(_ price: Price) { statistics.add(price) }

    /// nil until `period` values are known.
    public var value: (lower: Double, middle: Double, upper: Double)? {
        guard let middle = statistics.mean, let deviation = statistics.standardDeviation else { return nil }
        return (middle - width * deviation, middle, middle + width * deviation)
    }
}
