/// A block of memory with a fixed number of elements: no growth, no reference count, no exclusivity check.
@frozen public struct FixedBuffer<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline let base: UnsafeMutablePointer<Element>
    public let count: Int

    @inlinable
    public init(count: Int, repeating value: Element) {
        precondition(count >= 0, "buffer of \(count) elements")
        self.count = count
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: value, count: count)
    }

    /// A copy of `elements`.
    @inlinable
    public init(_ elements: [Element]) {
        count = elements.count
        base = .allocate(capacity: max(count, 1))
        elements.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { base.initialize(from: first, count: source.count) }
        }
    }

    /// A copy of `other` with `extra` more elements at its end: how a buffer grows between events.
    @inlinable
    public init(_ other: borrowing FixedBuffer, adding extra: Int, of value: Element) {
        precondition(extra >= 0, "\(extra) more elements")
        count = other.count + extra
        base = .allocate(capacity: max(count, 1))
        base.initialize(from: UnsafePointer(other.base), count: other.count)
        (base + other.count).initialize(repeating: value, count: extra)
    }

    @inlinable deinit { base.deallocate() }

    @inlinable
    public subscript(_ index: Int) -> Element {
        unsafeAddress {
            precondition(index >= 0 && index < count)
            return UnsafePointer(base + index)
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < count)
            return base + index
        }
    }

    /// The address of an element to read at, valid as long as the buffer: a large one is not copied.
    @inlinable
    public func address(of index: Int) -> UnsafePointer<Element> {
        precondition(index >= 0 && index < count)
        return UnsafePointer(base + index)
    }

    /// The address of an element, valid as long as the buffer.
    @inlinable
    public mutating func pointer(at index: Int) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && index < count)
        return base + index
    }
}
