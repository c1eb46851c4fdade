/// The largest of the last `period` prices.
public struct RollingMax: Codable {
    private var window: MonotonicWindow
    public init(_ period: Int) { window = MonotonicWindow(period) }
    public var period: Int { window.period }
    public var isReady: Bool { window.isReady }
    public mutating func add(_ price: Price) { window.add(price.raw) }
    /// nil until `period` prices are known.
    public var value: Price? { window.largest.map(Price.init(raw:)) }
}

/// The smallest of the last `period` prices.
public struct RollingMin: Codable {
    private var window: MonotonicWindow
    public init(_ period: Int) { window = MonotonicWindow(period) }
    public var period: Int { window.period }
    public var isReady: Bool { window.isReady }
    public mutating func add(_ price: Price) { window.add(~price.raw) }
    /// nil until `period` prices are known.
    public var value: Price? { window.largest.map { Price(raw: ~$0) } }
}

/// The largest of the last `period` numbers in constant time on average (monotonic queue): a number that is not larger
/// than a newer one can never be the answer again and is dropped. `~` turns the order round for the smallest.
private struct MonotonicWindow: Codable {
    struct Candidate: BitwiseCopyable, Codable {
        var number: Int64
        var order: UInt64
    }
    private var candidates: RingBuffer<Candidate>
    private var added: UInt64 = 0

    init(_ period: Int) { candidates = RingBuffer(capacity: period) }

    var period: Int { candidates.capacity }
    var isReady: Bool { added >= UInt64(period) }

    mutating func add(_ number: Int64) {
        if let oldest = candidates.oldest, oldest.order &+ UInt64(period) <= added { candidates.removeOldest() }
        while let newest = candidates.newest, newest.number <= number { candidates.removeNewest() }
        candidates.append(Candidate(number: number, order: added))
        added &+= 1
    }

    var largest: Int64? { isReady ? candidates.oldest?.number : nil }
}
