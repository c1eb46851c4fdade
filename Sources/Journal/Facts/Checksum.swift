/// CRC-32C (Castagnoli; polynomial 1EDC6F41, reflected), which finds every burst of up to 32 wrong bits.
struct Checksum {
    private var state: UInt32 = ~0

    var value: UInt32 { ~state }

    static func of(_ bytes: [UInt8], _ numbers: UInt64...) -> UInt32 {
        var checksum = Checksum()
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { checksum.add($0) } }
        bytes.withUnsafeBytes { checksum.add($0) }
        return checksum.value
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var state = state
        var offset = 0
        Checksum.tables.withUnsafeBufferPointer { tables in
            // Eight bytes a step, each by its own table.
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let mixed = word ^ UInt64(state)
                state = 0
                for lane in 0..<8 {
                    state ^= tables[(7 - lane) * 256 + Int((mixed >> UInt64(lane * 8)) & 0xFF)]
                }
                offset += 8
            }
            while offset < bytes.count {
                state = tables[Int((state ^ UInt32(bytes[offset])) & 0xFF)] ^ (state >> 8)
                offset += 1
            }
        }
        self.state = state
    }

    /// Table k holds the checksum of a byte with k zero bytes behind it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
            tables[byte] = value
        }
        for index in 256..<(8 * 256) {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 0xFF)] ^ (before >> 8)
        }
        return tables
    }()
}
