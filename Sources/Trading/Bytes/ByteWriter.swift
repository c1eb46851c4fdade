/// Little-endian integers, one after the other: the one way in which facts and checkpoints become bytes.
public struct ByteWriter: Sendable {
    public private(set) var bytes: [UInt8]

    public init() { bytes = [] }

    /// Goes on behind `bytes`; `finish` gives them back.
    public init(taking bytes: inout [UInt8]) {
        self.bytes = []
        swap(&self.bytes, &bytes)
    }

    public mutating func finish(into bytes: inout [UInt8]) { swap(&self.bytes, &bytes) }

    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inlinable
    public mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { append($0) }
    }

    public mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }
    public mutating func put(_ value: Timestamp) { put(value.nanoseconds) }
    public mutating func put(_ value: some FixedPoint) { put(value.raw) }
    public mutating func put(_ value: Money) { put(value.raw) }
    /// The bit pattern: a statistic comes back as it was.
    public mutating func put(_ value: Double) { put(value.bitPattern) }
    /// A number of things that follow.
    public mutating func put(count: Int) { put(UInt32(count)) }

    /// Copied as they are.
    public mutating func put(bytes other: [UInt8]) { bytes.append(contentsOf: other) }

    @usableFromInline
    mutating func append(_ raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }
}
