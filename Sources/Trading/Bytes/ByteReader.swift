/// Reads what a `ByteWriter` wrote. Whatever the bytes are, it throws where they cannot be and never traps.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    /// The next byte to be read.
    public private(set) var offset: Int

    public init(_ bytes: [UInt8], at offset: Int = 0) {
        self.bytes = bytes
        self.offset = max(0, min(offset, bytes.count))
    }

    public var remaining: Int { bytes.count - offset }

    public func fault(_ text: String) -> CodingFault { CodingFault(offset: offset, .invalid(text)) }

    /// Nothing may be left.
    public func end() throws(CodingFault) {
        if remaining > 0 { throw fault("\(remaining) bytes too many") }
    }

    public mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(CodingFault) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw CodingFault(offset: offset, .truncated(missing: size - remaining)) }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
        offset += size
        return Number(littleEndian: value)
    }

    public mutating func bool() throws(CodingFault) -> Bool {
        switch try number(UInt8.self) {
        case 0: return false
        case 1: return true
        case let other: throw CodingFault(offset: offset - 1, .unknown("truth value", UInt64(other)))
        }
    }

    /// A case of an enumeration by its number; `name` is what a person calls it.
    public mutating func choice<Value: RawRepresentable>(
        _ name: String, _ type: Value.Type = Value.self
    ) throws(CodingFault) -> Value where Value.RawValue: FixedWidthInteger & UnsignedInteger {
        let start = offset
        let raw = try number(Value.RawValue.self)
        guard let value = Value(rawValue: raw) else { throw CodingFault(offset: start, .unknown(name, UInt64(raw))) }
        return value
    }

    public mutating func fixed<Value: FixedPoint>(_ type: Value.Type = Value.self) throws(CodingFault) -> Value {
        Value(raw: try number())
    }

    public mutating func money() throws(CodingFault) -> Money { Money(raw: try number()) }
    public mutating func double() throws(CodingFault) -> Double { Double(bitPattern: try number()) }
    public mutating func timestamp() throws(CodingFault) -> Timestamp { Timestamp(nanoseconds: try number()) }

    /// A number of things that follow, each of at least `size` bytes: more than there is room for cannot be.
    public mutating func count(of size: Int) throws(CodingFault) -> Int {
        let start = offset
        let count = Int(try number(UInt32.self))
        guard count <= remaining / max(size, 1) else {
            throw CodingFault(offset: start, .truncated(missing: count * size - remaining))
        }
        return count
    }
}

// MARK: - Numbers that the core can go on with

extension ByteReader {
    /// A running number; it leaves room to count on.
    public mutating func counter(_ name: String) throws(CodingFault) -> UInt64 {
        let value = try number(UInt64.self)
        guard value < 1 << 62 else { throw fault("\(name) \(value) leaves no room to count on") }
        return value
    }

    /// An amount that sums can be made of: within 2^120 units of 1e-8, as conversions are.
    public mutating func summable(_ name: String) throws(CodingFault) -> Money {
        let value = try money()
        guard value.isSummable else { throw fault("\(name) \(value) is beyond counting") }
        return value
    }

    /// A quantity that can be negated.
    public mutating func quantity(_ name: String) throws(CodingFault) -> Quantity {
        let value = try fixed(Quantity.self)
        guard value.raw != .min else { throw fault("\(name) is beyond the range of quantities") }
        return value
    }

    /// An instant that a latency can be added to.
    public mutating func instant(_ name: String) throws(CodingFault) -> Timestamp {
        let value = try timestamp()
        guard value.isPlausible else { throw fault("\(name) \(value.nanoseconds) is no time of a market") }
        return value
    }

    /// An index below `count`.
    public mutating func index(_ name: String, below count: Int) throws(CodingFault) -> Int {
        let value = try number(UInt32.self)
        guard Int(value) < count else { throw fault("\(name) \(value) of \(count)") }
        return Int(value)
    }
}

extension Money {
    /// Within 2^120 units of 1e-8: a hundred of them still fit.
    public var isSummable: Bool { raw > -(Int128(1) << 120) && raw < Int128(1) << 120 }
}

extension Timestamp {
    /// Before the year 2225, and not as long before 1970: decades of latency can be added without an overflow.
    public var isPlausible: Bool { nanoseconds > -(7 << 60) && nanoseconds < 7 << 60 }
}
