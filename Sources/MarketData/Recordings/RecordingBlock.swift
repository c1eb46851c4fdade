/// What stands before each block of records: 64 bytes, with a checksum of its own.
struct RecordingBlock: Equatable {
    static let bytes = 64
    /// Records in one block at most; what says more is damaged.
    static let recordMax = 1 << 16
    private static let magic: UInt32 = 0x4b4c_4253  // "SBLK"

    enum Kind: UInt32 {
        case records = 0
        /// The last block of a file: the recording goes on in the next part.
        case goesOn = 1
        /// The last block of a recording that was ended in order.
        case ended = 2
    }

    var kind = Kind.records
    var count = 0
    /// Number of the first record in the recording, from 0. Records that were dropped have numbers as well.
    var sequence: UInt64 = 0
    /// Records that were dropped just before this block because they could not be written.
    var dropped: UInt64 = 0
    /// Of the block's first and last record.
    var firstTime: Int64 = 0
    var lastTime: Int64 = 0
    /// CRC-32 of the records.
    var checksum: UInt32 = 0

    var payloadBytes: Int { count * 64 }

    /// 64 bytes.
    var encoded: [UInt8] {
        var output = LittleEndianBytes()
        output.append(RecordingBlock.magic)
        output.append(kind.rawValue)
        output.append(UInt32(count))
        output.append(checksum)
        output.append(sequence)
        output.append(dropped)
        output.append(firstTime)
        output.append(lastTime)
        output.bytes += [UInt8](repeating: 0, count: RecordingBlock.bytes - 4 - output.bytes.count)
        output.append(Checksum.crc32(output.bytes))
        return output.bytes
    }

    init() {}

    /// nil = this is no head of a block, or a damaged one.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == RecordingBlock.bytes,
            UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) == RecordingBlock.magic
        else { return nil }
        let array = Array(bytes)
        var reader = LittleEndianReader(array, from: array.count - 4)
        guard reader.next(UInt32.self) == Checksum.crc32(Array(array.dropLast(4))) else { return nil }
        reader = LittleEndianReader(array, from: 4)
        guard let kind = reader.next(UInt32.self).flatMap(Kind.init(rawValue:)), let count = reader.next(UInt32.self),
            let checksum = reader.next(UInt32.self), let sequence = reader.next(UInt64.self),
            let dropped = reader.next(UInt64.self), let firstTime = reader.next(Int64.self),
            let lastTime = reader.next(Int64.self), count <= RecordingBlock.recordMax,
            (kind == .records) == (count > 0)
        else { return nil }
        self.kind = kind
        self.count = Int(count)
        self.checksum = checksum
        self.sequence = sequence
        self.dropped = dropped
        self.firstTime = firstTime
        self.lastTime = lastTime
    }
}
