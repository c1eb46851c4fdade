/// Relative strength index, 0 … 100 (Wilder, "New Concepts in Technical Trading Systems", 1978): the first averages are
/// means of `period` gains and losses, later ones are smoothed by 1 / period.
public struct RSI: Codable {
    public let period: Int
    private var changes = 0
    private var last: Double?
    private var gain = 0.0
    private var loss = 0.0

    /// A period below 1 counts as 1.
    public init(_ period: Int = 14) { self.period = max(period, 1) }

    public var isReady: Bool { changes >= period }

    public mutating func add(_ value: Double) {
        defer { last = value }
        guard let last else { return }
        if changes < period { changes += 1 }
        let weight = Double(changes)
        gain += (max(value - last, 0) - gain) / weight
        loss += (max(last - value, 0) - loss) / weight
    }
    public mutating func add(_ price: Price) { add(price.double) }

    /// nil until `period` changes are known; 50 when nothing moved.
    public var value: Double? {
        guard isReady else { return nil }
        return gain + loss == 0 ? 50 : 100 * gain / (gain + loss)
    }
}
