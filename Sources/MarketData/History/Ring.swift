/// The latest elements, at most `capacity` of them. Memory is claimed at the start and touched as it fills.
struct Ring<Element: BitwiseCopyable>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    let capacity: Int
    private(set) var count = 0
    /// Where the next element goes.
    private var head = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// The oldest element may have been dropped for a newer one.
    var isFull: Bool { count == capacity }

    mutating func append(_ element: Element) {
        (base + head).initialize(to: element)
        head = head + 1 == capacity ? 0 : head + 1
        if count < capacity { count += 1 }
    }

    /// By age: 0 is the newest.
    func newest(_ age: Int) -> Element {
        precondition(age >= 0 && age < count, "element \(age) of \(count)")
        let index = head - 1 - age
        return base[index < 0 ? index + capacity : index]
    }

    /// The newest element; there must be one.
    var last: UnsafeMutablePointer<Element> {
        precondition(count > 0, "the last of none")
        return base + (head == 0 ? capacity - 1 : head - 1)
    }

    mutating func removeAll() {
        count = 0
        head = 0
    }
}
