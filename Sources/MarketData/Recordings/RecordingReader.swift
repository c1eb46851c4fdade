/// Reads a recording block by block, over all its parts; also while it is being written.
public struct RecordingReader: ~Copyable {
    public let path: String
    /// Of the first part.
    public let header: RecordingHeader
    /// Records read so far.
    public private(set) var recordCount = 0
    /// Records that the writer could not write, in gaps before what has been read.
    public private(set) var droppedRecords: UInt64 = 0
    /// What stands behind the last good block when `next` found nothing: an end that was torn off, or one that is being
    /// written. nil = nothing.
    public private(set) var tail: RecordingTail?
    /// The recording was ended in order: nothing more will come.
    public private(set) var isEnded = false

    private var scan: RecordingScan
    private let forWriting: Bool
    private let isMapped: Bool
    /// Of mapped files: the block that `next` stepped over last.
    private(set) var block: MappedBlock?
    private var isEmptyPart = true
    /// Where the last good block ends, end marks not counted.
    private var goodEnd: Int
    private var goodSequence: UInt64

    public init(_ path: String) throws(MarketDataError) { try self.init(path, forWriting: false) }

    /// `isMapped`: the files are looked at where the system has them, `next` appends nothing, and `block` says where the
    /// records are. What is written later does not come.
    init(_ path: String, forWriting: Bool, isMapped: Bool = false) throws(MarketDataError) {
        let scan = try RecordingScan(RecordingFile(opening: path, forWriting: forWriting), isMapped: isMapped)
        let first = scan.header
        guard first.part == 0 else {
            throw MarketDataError(
                .missingPart, file: path,
                reason: "is part \(first.part) of a recording that began at \(first.start): name its first part")
        }
        self.path = path
        self.forWriting = forWriting
        self.isMapped = isMapped
        header = first
        goodEnd = scan.offset
        goodSequence = scan.sequence
        self.scan = scan
    }

    /// The file begins as a recording does; false as well where it cannot be read.
    public static func isRecording(_ path: String) -> Bool {
        var start = [UInt8](repeating: 0, count: RecordingHeader.magic.count)
        guard let file = try? RecordingFile(opening: path) else { return false }
        let count = start.withUnsafeMutableBytes { try? file.read(0, into: $0) }
        return count == RecordingHeader.magic.count && start == RecordingHeader.magic
    }

    /// Appends the records of the next block and says how many; 0 = there is no further block, or none yet (`tail` and
    /// `isEnded` tell). A good block is never lost and a bad one never given out: where good blocks follow a bad one, or
    /// a part is missing, that is an error.
    public mutating func next(into output: inout OutputBuffer) throws(MarketDataError) -> Int {
        tail = nil
        while !isEnded {
            switch try scan.next(into: &output, goodRows: recordCount) {
            case .end(let torn):
                tail = torn
                return 0
            case .block(let block):
                droppedRecords &+= block.dropped
                switch block.kind {
                case .records:
                    recordCount += block.count
                    if let map = scan.map { self.block = MappedBlock(map, endingAt: scan.offset, block) }
                    goodEnd = scan.offset
                    goodSequence = scan.sequence
                    isEmptyPart = false
                    return block.count
                case .ended: isEnded = true
                case .goesOn: try openNextPart()
                }
            }
        }
        return 0
    }

    private mutating func openNextPart() throws(MarketDataError) {
        let name = RecordingFile.partPath(path, scan.header.part + 1)
        func fault(_ reason: String) -> MarketDataError {
            MarketDataError(.missingPart, file: name, reason: reason, goodRows: recordCount)
        }
        let file: RecordingFile
        do throws(MarketDataError) {
            file = try RecordingFile(opening: name, forWriting: forWriting)
        } catch {
            throw fault("the recording goes on in this part, but it \(error.reason): put it beside the first part")
        }
        let next = try RecordingScan(file, isMapped: isMapped, goodRows: recordCount)
        var expected = header
        expected.part = scan.header.part + 1
        guard next.header == expected, next.sequence == scan.sequence else {
            throw fault("is not the next part of \(path): put the right one there")
        }
        goodEnd = next.offset
        goodSequence = next.sequence
        isEmptyPart = true
        scan = next
    }

    /// Where a writer goes on.
    struct State {
        /// Of the part at hand.
        var header: RecordingHeader
        var tail: RecordingTail?
        var recordCount: Int
        var droppedRecords: UInt64
        /// The number of the next record, and the one behind the last good block.
        var sequence: UInt64
        var goodSequence: UInt64
        var goodEnd: Int
        var isEmptyPart: Bool
    }

    var state: State {
        State(
            header: scan.header, tail: tail, recordCount: recordCount, droppedRecords: droppedRecords,
            sequence: scan.sequence, goodSequence: goodSequence, goodEnd: goodEnd, isEmptyPart: isEmptyPart)
    }

    /// The file of the part at hand.
    consuming func release() -> RecordingFile { scan.release() }
}
