internal import Trading

/// What follows the last good block of a file: an end that was not written whole.
public struct RecordingTail: Sendable, Equatable {
    public var file: String
    /// Where the good part ends.
    public var offset: Int
    public var bytes: Int
    /// Records that stand in those bytes as far as they can be told; none of them can be trusted.
    public var records: Int
}

/// Walks over the blocks of one file.
struct RecordingScan: ~Copyable {
    let file: RecordingFile
    let header: RecordingHeader
    /// Where the next block begins.
    private(set) var offset: Int
    /// The number of the next record.
    private(set) var sequence: UInt64
    /// The file in memory: blocks are looked at where they stand, and nothing is copied.
    let map: FileMap?

    enum Step {
        case block(RecordingBlock)
        /// No whole block follows; what follows instead, if anything.
        case end(RecordingTail?)
    }

    /// Reads the file's head.
    init(
        _ file: consuming RecordingFile, isMapped: Bool = false, goodRows: Int = 0
    ) throws(MarketDataError) {
        let path = file.path
        func fault(_ code: MarketDataError.Code, _ reason: String) -> MarketDataError {
            MarketDataError(code, file: path, reason: reason, goodRows: goodRows)
        }
        var bytes = try RecordingScan.read(file, 0, RecordingHeader.prefixBytes)
        guard bytes.starts(with: RecordingHeader.magic) else {
            throw fault(.notARecording, "does not begin as a recording does: name another file")
        }
        var reader = LittleEndianReader(bytes, from: RecordingHeader.magic.count)
        let torn = "its head is damaged or was not written whole: there is nothing to read"
        guard let version = reader.next(UInt32.self), let length = reader.next(UInt32.self) else {
            throw fault(.damagedHeader, torn)
        }
        guard version == RecordingHeader.version else {
            throw fault(
                .unknownVersion,
                "has version \(version) where \(RecordingHeader.version) is known: read it with the program that wrote it"
            )
        }
        guard Int(length) <= RecordingHeader.bytesMax else { throw fault(.damagedHeader, torn) }
        bytes = try RecordingScan.read(file, 0, Int(length))
        guard bytes.count == Int(length), let parsed = RecordingHeader.parse(bytes) else {
            throw fault(.damagedHeader, torn)
        }
        let map = isMapped ? try file.map() : nil
        header = parsed.header
        sequence = parsed.sequence
        offset = bytes.count
        self.map = map
        self.file = file
    }

    /// Looks at the next block and, where its records are good, appends them and steps over it.
    mutating func next(into output: inout OutputBuffer, goodRows: Int) throws(MarketDataError) -> Step {
        let size = if let map { map.count } else { try file.size() }
        let kept = output.count
        guard let block = try block(at: offset, size: size, into: &output) else {
            output.keepFirst(kept)
            let tail = try tail(size)
            if let good = try goodBlock(behind: offset, size: size) {
                output.keepFirst(kept)
                throw MarketDataError(
                    .damagedBlock, file: file.path,
                    reason:
                        "the block at byte \(offset) is damaged, and good ones follow from byte \(good) on: take the file "
                        + "from a copy, or cut it at byte \(offset)", goodRows: goodRows)
            }
            return .end(tail)
        }
        let (expected, overflow) = sequence.addingReportingOverflow(block.dropped)
        guard !overflow, block.sequence == expected else {
            output.keepFirst(kept)
            throw MarketDataError(
                .damagedBlock, file: file.path,
                reason:
                    "the block at byte \(offset) begins with record \(block.sequence) where \(expected) comes next: "
                    + "the file was put together wrongly", goodRows: goodRows)
        }
        offset += RecordingBlock.bytes + block.payloadBytes
        sequence = block.sequence &+ UInt64(block.count)
        return .block(block)
    }

    private func tail(_ size: Int) throws(MarketDataError) -> RecordingTail? {
        guard size > offset else { return nil }
        let rest = size - offset - RecordingBlock.bytes
        return RecordingTail(file: file.path, offset: offset, bytes: size - offset, records: max(rest, 0) / 64)
    }

    /// A whole block with good checksums, its records appended; nil = there is none.
    private func block(at offset: Int, size: Int, into output: inout OutputBuffer) throws(MarketDataError)
        -> RecordingBlock?
    {
        guard size - offset >= RecordingBlock.bytes else { return nil }
        let head = try RecordingScan.read(file, offset, RecordingBlock.bytes)
        guard let block = head.withUnsafeBytes({ RecordingBlock($0) }),
            size - offset - RecordingBlock.bytes >= block.payloadBytes
        else { return nil }
        if let map {
            let records = map.bytes(offset + RecordingBlock.bytes, count: block.payloadBytes)
            return Checksum.crc32(records) == block.checksum ? block : nil
        }
        let start = output.count
        let target = output.extend(by: block.count)
        let bytes = UnsafeMutableRawBufferPointer(target)
        let count = try file.read(offset + RecordingBlock.bytes, into: bytes)
        guard count == bytes.count, Checksum.crc32(UnsafeRawBufferPointer(bytes)) == block.checksum else {
            output.keepFirst(start)
            return nil
        }
        return block
    }

    /// Where the first good block behind a bad place stands; all blocks stand at multiples of 64 bytes.
    private func goodBlock(behind bad: Int, size: Int) throws(MarketDataError) -> Int? {
        let piece = 1 << 16
        var scratch = OutputBuffer()
        var start = bad + RecordingHeader.unit
        while size - start >= RecordingBlock.bytes {
            let bytes = try RecordingScan.read(file, start, min(piece, size - start))
            var place = 0
            while place + RecordingBlock.bytes <= bytes.count {
                let isHead = bytes.withUnsafeBytes {
                    RecordingBlock(UnsafeRawBufferPointer(rebasing: $0[place..<place + RecordingBlock.bytes])) != nil
                }
                if isHead, let block = try block(at: start + place, size: size, into: &scratch),
                    block.sequence >= sequence
                {
                    return start + place
                }
                place += RecordingHeader.unit
            }
            start += place
            if place == 0 { break }
        }
        return nil
    }

    private static func read(_ file: borrowing RecordingFile, _ offset: Int, _ count: Int) throws(MarketDataError)
        -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        var failure: MarketDataError?
        bytes.withUnsafeMutableBytes { target in
            do throws(MarketDataError) { filled = try file.read(offset, into: target) } catch { failure = error }
        }
        if let failure { throw failure }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// The file, to go on writing behind its good part.
    consuming func release() -> RecordingFile { file }
}
