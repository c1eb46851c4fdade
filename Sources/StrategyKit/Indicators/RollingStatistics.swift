/// Mean and variance of the last `period` values. They are updated by differences from the mean (Welford 1962; Chan,
/// Golub, LeVeque 1983), never by Σx² − (Σx)², and summed afresh once per `period` values, so rounding errors do not pile up.
public struct RollingStatistics: Codable {
    private var values: RingBuffer<Double>
    private var center = 0.0
    private var squares = 0.0
    private var sinceFresh = 0

    public init(_ period: Int) { values = RingBuffer(capacity: period) }

    public var period: Int { values.capacity }
    public var count: Int { values.count }
    public var isReady: Bool { values.isFull }

    public mutating func add(_ value: Double) {
        let displaced = values.append(value)
        sinceFresh &+= 1
        if sinceFresh >= period { return sumAfresh() }
        let before = center
        if let displaced {
            center += (value - displaced) / Double(period)
            squares += (value - displaced) * (value - center + displaced - before)
        } else {
            center += (value - before) / Double(count)
            squares += (value - before) * (value - center)
        }
        squares = max(squares, 0)
    }
    public mutating func add(_ price: Price) { add(price.double) }

    private mutating func sumAfresh() {
        sinceFresh = 0
        var sum = 0.0
        for age in 0..<count { sum += values[age: age] }
        center = sum / Double(count)
        squares = 0
        for age in 0..<count { squares += (values[age: age] - center) * (values[age: age] - center) }
    }

    /// nil until `period` values are known.
    public var mean: Double? { isReady ? center : nil }
    /// Of the values as a whole population (divided by `period`); nil until `period` values are known.
    public var variance: Double? { isReady ? squares / Double(period) : nil }
    public var standardDeviation: Double? { variance?.squareRoot() }
    public var newest: Double? { values.newest }
}
