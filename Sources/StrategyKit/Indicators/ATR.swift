/// Average true range in units of the price (Wilder, "New Concepts in Technical Trading Systems", 1978). The true range
/// is the larger of high − low and the distances of both from the close before, so it starts with the second bar.
public struct ATR: Codable {
    public let period: Int
    private var ranges = 0
    private var close: Double?
    private var mean = 0.0

    /// A period below 1 counts as 1.
    public init(_ period: Int = 14) { self.period = max(period, 1) }

    public var isReady: Bool { ranges >= period }

    public mutating func add(high: Double, low: Double, close: Double) {
        defer { self.close = close }
        guard let before = self.close else { return }
        if ranges < period { ranges += 1 }
        let range = max(high, before) - min(low, before)
        mean += (range - mean) / Double(ranges)
    }
    public mutating func add(_ bar: Bar) { add(high: bar.high.double, low: bar.low.double, close: bar.close.double) }

    /// nil until `period` true ranges are known.
    public var value: Double? { isReady ? mean : nil }
}
