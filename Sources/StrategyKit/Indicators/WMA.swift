/// Linearly weighted moving average: the newest of `period` prices weighs `period`, the oldest 1, divided by
/// period × (period + 1) / 2; from exact sums.
public struct WMA: Codable {
    private var prices: RingBuffer<Price>
    private var sum: Int128 = 0
    private var weighted: Int128 = 0

    public init(_ period: Int) { prices = RingBuffer(capacity: period) }

    public var period: Int { prices.capacity }
    public var isReady: Bool { prices.isFull }

    public mutating func add(_ price: Price) {
        // While the window fills, the newest weighs its own number; afterwards every weight drops by one.
        if prices.isFull {
            weighted += Int128(period) * Int128(price.raw) - sum
        } else {
            weighted += Int128(prices.count + 1) * Int128(price.raw)
        }
        sum += Int128(price.raw)
        if let displaced = prices.append(price) { sum -= Int128(displaced.raw) }
    }

    /// Rounded down to 1e-9; nil until `period` prices are known.
    public var value: Price? {
        guard isReady else { return nil }
        let weights = Int128(period) * Int128(period + 1) / 2
        let (quotient, rest) = weighted.quotientAndRemainder(dividingBy: weights)
        return Price(raw: Int64(truncatingIfNeeded: rest < 0 ? quotient - 1 : quotient))
    }

    private enum CodingKeys: String, CodingKey { case prices }

    public init(from decoder: any Decoder) throws {
        let saved = try decoder.container(keyedBy: CodingKeys.self).decode(RingBuffer<Price>.self, forKey: .prices)
        self.init(saved.capacity)
        for price in saved.elements { add(price) }
    }
}
