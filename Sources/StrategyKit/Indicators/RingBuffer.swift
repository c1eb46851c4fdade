/// The newest `capacity` elements, in memory that is allocated once. A value like an array: copies are independent.
public struct RingBuffer<Element: BitwiseCopyable & Codable>: Codable {
    @usableFromInline var storage: RingStorage<Element>
    /// The storage's memory, so that the event path follows one pointer.
    @usableFromInline var base: UnsafeMutablePointer<Element>
    public let capacity: Int
    public private(set) var count: Int {
        @inlinable get { used }
        set { used = newValue }
    }
    @usableFromInline var used = 0
    /// Of the strategy, when it was asked last.
    @usableFromInline var snapshots: UInt64 = 0
    /// Where the next element goes.
    @usableFromInline var next = 0

    /// A capacity below 1 counts as 1.
    public init(capacity: Int) {
        self.capacity = max(capacity, 1)
        storage = RingStorage(capacity: self.capacity)
        base = storage.base
    }

    @inlinable public var isFull: Bool { used == capacity }
    @inlinable public var isEmpty: Bool { used == 0 }

    /// Adds an element; returns the one that it pushed out, nil while the buffer fills. Memory that is shared with a copy,
    /// such as the host's snapshot of a strategy, is copied first.
    @discardableResult
    @inlinable @inline(__always)
    public mutating func append(_ element: Element) -> Element? {
        if !isKnownUniquelyReferenced(&storage) { detach() }
        return put(element)
    }

    /// As `append`, 2 ns faster, for a buffer that the strategy itself never copies: only the host's snapshots of the strategy
    /// share its memory then, and the context knows of them.
    @discardableResult
    @inlinable @inline(__always)
    public mutating func append(_ element: Element, _ context: borrowing Context) -> Element? {
        if snapshots != context.book.pointee.snapshots { leave(context.book.pointee.snapshots) }
        return put(element)
    }

    /// A snapshot was taken since it was asked last, and may still have the memory.
    @usableFromInline @inline(never)
    mutating func leave(_ taken: UInt64) {
        snapshots = taken
        if !isKnownUniquelyReferenced(&storage) { detach() }
    }

    @inlinable @inline(__always)
    mutating func put(_ element: Element) -> Element? {
        let place = base + next
        next = next &+ 1 == capacity ? 0 : next &+ 1
        if used < capacity {
            used &+= 1
            place.initialize(to: element)
            return nil
        }
        let displaced = place.pointee
        place.pointee = element
        return displaced
    }

    /// The element added `age` additions ago; 0 = the newest. `age` must be smaller than `count`.
    @inlinable
    public subscript(age age: Int) -> Element {
        precondition(age >= 0 && age < used, "RingBuffer: age outside of the elements held")
        let index = next &- 1 &- age
        return base[index < 0 ? index &+ capacity : index]
    }

    @inlinable public var newest: Element? { used > 0 ? self[age: 0] : nil }
    @inlinable public var oldest: Element? { used > 0 ? self[age: used - 1] : nil }

    @inlinable public mutating func removeOldest() { used = max(used - 1, 0) }
    @inlinable public mutating func removeNewest() {
        guard used > 0 else { return }
        used -= 1
        next = next == 0 ? capacity - 1 : next - 1
    }
    public mutating func removeAll() {
        used = 0
        next = 0
    }

    /// Oldest first.
    public var elements: [Element] { (0..<used).map { self[age: used - 1 - $0] } }

    /// A buffer of another capacity with the newest elements of this one.
    public func resized(to capacity: Int) -> RingBuffer {
        var copy = RingBuffer(capacity: capacity)
        for element in elements.suffix(copy.capacity) { copy.append(element) }
        return copy
    }

    @usableFromInline @inline(never)
    mutating func detach() {
        let copy = RingStorage<Element>(capacity: capacity)
        copy.base.update(from: base, count: capacity)
        storage = copy
        base = copy.base
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: StateKey.self)
        let capacity = try container.decode(Int.self, forKey: "capacity")
        let elements = try container.decode([Element].self, forKey: "elements")
        guard (1...(1 << 24)).contains(capacity), elements.count <= capacity else {
            throw DecodingError.dataCorruptedError(
                forKey: "capacity", in: container, debugDescription: "\(elements.count) elements of \(capacity)")
        }
        self.init(capacity: capacity)
        for element in elements { append(element) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: StateKey.self)
        try container.encode(capacity, forKey: "capacity")
        try container.encode(elements, forKey: "elements")
    }
}

/// Owns a ring's memory.
@usableFromInline
final class RingStorage<Element: BitwiseCopyable> {
    @usableFromInline let base: UnsafeMutablePointer<Element>

    init(capacity: Int) {
        base = .allocate(capacity: capacity)
        // A copy of the storage reads all of it, so all of it must hold something.
        UnsafeMutableRawPointer(base).initializeMemory(
            as: UInt8.self, repeating: 0, count: capacity * MemoryLayout<Element>.stride)
    }

    deinit { base.deallocate() }
}
