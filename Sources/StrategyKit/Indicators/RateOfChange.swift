/// Change against the value `period` values ago, in percent.
public struct RateOfChange: Codable {
    private var values: RingBuffer<Double>
    private var before: Double?

    public init(_ period: Int) { values = RingBuffer(capacity: period) }

    public var period: Int { values.capacity }
    public var isReady: Bool { before != nil }
    public mutating func add(_ value: Double) { before = values.append(value) }
    public mutating func add(_ price: Price) { add(price.double) }

    /// nil until `period` + 1 values are known, or when the older one is zero.
    public var value: Double? {
        guard let before, before != 0, let newest = values.newest else { return nil }
        return (newest / before - 1) * 100
    }
}
