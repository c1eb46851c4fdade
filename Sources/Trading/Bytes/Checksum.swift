/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as in RFC 3720, appendix B.4: it finds what a disk or an
/// interrupted write did to bytes.
public enum Checksum {
    public static func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let table = InlineArray<256, UInt32> { index in
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
            return value
        }
        var sum: UInt32 = .max
        for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
        return ~sum
    }

    public static func crc32c(_ bytes: [UInt8]) -> UInt32 { crc32c(bytes[...]) }
}
