/// Simple moving average: the mean of the last `period` prices, from their exact sum.
public struct SMA: Codable {
    @usableFromInline var prices: RingBuffer<Price>
    /// Σ raw of the window.
    public private(set) var sum: Int128 {
        @inlinable get { total }
        set { total = newValue }
    }
    @usableFromInline var total: Int128 = 0

    public init(_ period: Int) { prices = RingBuffer(capacity: period) }

    @inlinable public var period: Int { prices.capacity }
    @inlinable public var isReady: Bool { prices.isFull }

    @inlinable
    public mutating func add(_ price: Price) {
        total &+= Int128(price.raw)
        if let displaced = prices.append(price) { total &-= Int128(displaced.raw) }
    }

    /// Rounded down to 1e-9; nil until `period` prices are known. Compare `sum`s where every unit counts.
    @inlinable public var value: Price? {
        guard isReady else { return nil }
        let count = Int128(period)
        let (quotient, rest) = total.quotientAndRemainder(dividingBy: count)
        return Price(raw: Int64(truncatingIfNeeded: rest < 0 ? quotient - 1 : quotient))
    }

    private enum CodingKeys: String, CodingKey { case prices }

    public init(from decoder: any Decoder) throws {
        prices = try decoder.container(keyedBy: CodingKeys.self).decode(RingBuffer<Price>.self, forKey: .prices)
        total = prices.elements.reduce(0) { $0 + Int128($1.raw) }
    }
}
