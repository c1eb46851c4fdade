/// Exponential moving average with factor 2 / (period + 1), started from the mean of the first `period` values.
public struct EMA: Codable {
    public let period: Int
    private var count = 0
    private var mean = 0.0

    /// A period below 1 counts as 1.
    public init(_ period: Int) { self.period = max(period, 1) }

    public var isReady: Bool { count >= period }

    public mutating func add(_ value: Double) {
        if count < period {
            count += 1
            mean += (value - mean) / Double(count)
        } else {
            mean += (value - mean) * 2 / (Double(period) + 1)
        }
    }
    public mutating func add(_ price: Price) { add(price.double) }

    /// nil until `period` values are known.
    public var value: Double? { isReady ? mean : nil }
}
