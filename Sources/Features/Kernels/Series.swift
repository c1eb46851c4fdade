/// The latest elements of a series in fixed memory that is written twice, so that any window of them lies in one piece.
struct Series<Element: BitwiseCopyable>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    private let capacity: Int
    /// Elements that were ever added.
    private(set) var count = 0

    /// Holds at least `window` elements.
    init(_ window: Int, _ zero: Element) {
        var capacity = 1
        while capacity < window { capacity *= 2 }
        self.capacity = capacity
        base = .allocate(capacity: 2 * capacity)
        base.initialize(repeating: zero, count: 2 * capacity)
    }

    deinit { base.deallocate() }

    @inline(__always)
    mutating func append(_ element: Element) {
        let index = count & (capacity &- 1)
        base[index] = element
        base[index &+ capacity] = element
        count &+= 1
    }

    /// The element added `age` additions ago; 0 = the newest. The caller knows that there is one.
    @inline(__always)
    subscript(age age: Int) -> Element { base[(count &- 1 &- age) & (capacity &- 1)] }

    /// The latest `window` elements, oldest first.
    @inline(__always)
    func latest(_ window: Int) -> UnsafePointer<Element> {
        UnsafePointer(base + ((count &- window) & (capacity &- 1)))
    }
}

extension Series where Element == Double {
    init(_ window: Int) { self.init(window, 0) }

    /// Σ of the latest `window` elements; not a number before there are as many.
    @inline(__always)
    func sum(_ window: Int) -> Double { count < window ? .nan : Features.sum(latest(window), window) }
    @inline(__always)
    func mean(_ window: Int) -> Double { sum(window) / Double(window) }

    /// Mean and Σ (x − mean)² of the latest `window` elements.
    @inline(__always)
    func moments(_ window: Int) -> (mean: Double, squares: Double) {
        count < window ? (.nan, .nan) : Features.moments(latest(window), window)
    }
}

/// In four sums, as a processor adds four numbers in the time of one.
@inline(__always)
func sum(_ values: UnsafePointer<Double>, _ count: Int) -> Double {
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    var index = 0
    while index &+ 4 <= count {
        a += values[index]
        b += values[index &+ 1]
        c += values[index &+ 2]
        d += values[index &+ 3]
        index &+= 4
    }
    while index < count {
        a += values[index]
        index &+= 1
    }
    return (a + b) + (c + d)
}

/// Mean and Σ (x − mean)², in two passes: nothing cancels.
@inline(__always)
func moments(_ values: UnsafePointer<Double>, _ count: Int) -> (mean: Double, squares: Double) {
    let mean = sum(values, count) / Double(count)
    var (a, b) = (0.0, 0.0)
    var index = 0
    while index &+ 2 <= count {
        let (x, y) = (values[index] - mean, values[index &+ 1] - mean)
        a += x * x
        b += y * y
        index &+= 2
    }
    if index < count { a += (values[index] - mean) * (values[index] - mean) }
    return (mean, a + b)
}

/// Σ (i + 1) · x of values 0 … `count` − 1.
@inline(__always)
func weightedSum(_ values: UnsafePointer<Double>, _ count: Int) -> Double {
    var (a, b) = (0.0, 0.0)
    var index = 0
    while index &+ 2 <= count {
        a += Double(index &+ 1) * values[index]
        b += Double(index &+ 2) * values[index &+ 1]
        index &+= 2
    }
    if index < count { a += Double(index &+ 1) * values[index] }
    return a + b
}
