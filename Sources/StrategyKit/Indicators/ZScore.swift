/// How many population standard deviations the newest value lies from the mean of the last `period` ones, itself included.
public struct ZScore: Codable {
    private var statistics: RollingStatistics

    public init(_ period: Int) { statistics = RollingStatistics(period) }

    public var period: Int { statistics.period }
    public var isReady: Bool { statistics.isReady }
    public mutating func add(_ value: Double) { statistics.add(value) }
    public mutating func add(_ price: Price) { statistics.add(price) }

    /// nil until `period` values are known; 0 when they are all equal.
    public var value: Double? {
        guard let mean = statistics.mean, let deviation = statistics.standardDeviation, let newest = statistics.newest
        else { return nil }
        return deviation > 0 ? (newest - mean) / deviation : 0
    }
}
