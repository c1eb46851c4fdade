internal import CZlib
internal import Glibc

/// What went wrong below the level of lines; the reader adds file, line and count.
struct InputFault: Error {
    var code: MarketDataError.Code
    var reason: String
}

/// A file's text in pieces, decompressed when its first bytes are those of gzip, whatever its name is.
struct TextInput: ~Copyable {
    private static let rawBytes = 256 << 10

    private var descriptor: Int32 = -1
    private var openFault: InputFault?
    /// Bytes as they are in the file: those from `rawStart` on are not used yet.
    private let raw: UnsafeMutableRawBufferPointer
    private var rawStart = 0
    private var rawEnd = 0
    private var inflater: GzipInflater?
    private var isStarted = false
    private var textBytes = 0
    private let limits: CSVOptions.Limits
    /// Size of a plain file, to reserve memory by; 0 = unknown.
    private(set) var expectedTextBytes = 0
    /// How far the file was read, as it is on the disk, and its size there; 0 = unknown.
    private(set) var readBytes = 0
    private(set) var fileBytes = 0

    /// A file that cannot be opened fails at the first read.
    init(path: String, limits: CSVOptions.Limits) {
        raw = .allocate(byteCount: TextInput.rawBytes, alignment: 64)
        self.limits = limits
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            openFault = InputFault(code: .unreadable, reason: "cannot be opened: \(TextInput.systemReason())")
            return
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        expectedTextBytes = Int(status.st_size)
        fileBytes = expectedTextBytes
        if expectedTextBytes > limits.textBytes { openFault = tooLarge }
    }

    init(bytes: [UInt8], limits: CSVOptions.Limits) {
        raw = .allocate(byteCount: max(bytes.count, 1), alignment: 64)
        raw.copyBytes(from: bytes)
        rawEnd = bytes.count
        expectedTextBytes = bytes.count
        self.limits = limits
    }

    deinit {
        raw.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    /// The first bytes of a file's text, fewer where it is shorter.
    static func beginning(of path: String, bytes count: Int, limits: CSVOptions.Limits) throws(InputFault) -> [UInt8] {
        var input = TextInput(path: path, limits: limits)
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            var piece = 0
            var fault: InputFault?
            bytes.withUnsafeMutableBytes { target in
                do throws(InputFault) {
                    piece = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: target[filled...]))
                } catch {
                    fault = error
                }
            }
            if let fault { throw fault }
            if piece == 0 { break }
            filled += piece
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Fills the start of `target` with the next bytes of text; 0 = the end.
    mutating func read(into target: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
        if let openFault { throw openFault }
        if !isStarted { try start() }
        let count = inflater == nil ? try readPlain(into: target) : try readCompressed(into: target)
        textBytes += count
        if textBytes > limits.textBytes { throw tooLarge }
        return count
    }

    private mutating func start() throws(InputFault) {
        isStarted = true
        while rawEnd < 2, try refill() {}
        guard rawEnd >= 2, raw[0] == 0x1f, raw[1] == 0x8b else { return }
        expectedTextBytes = 0
        inflater = try GzipInflater()
    }

    private mutating func readPlain(into target: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
        if rawStart == rawEnd { return try readFile(into: target) }
        let count = min(target.count, rawEnd - rawStart)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[rawStart..<rawStart + count]))
        rawStart += count
        return count
    }

    private mutating func readCompressed(into target: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
        while true {
            if rawStart == rawEnd {
                rawStart = 0
                rawEnd = 0
                _ = try refill()
            }
            let input = UnsafeMutableRawBufferPointer(rebasing: raw[rawStart..<rawEnd])
            let step = try inflater!.inflate(input, into: target)
            rawStart += step.consumed
            if step.produced > 0 { return step.produced }
            if input.isEmpty { return 0 }
        }
    }

    /// Reads more of the file behind what `raw` holds; false at its end.
    private mutating func refill() throws(InputFault) -> Bool {
        guard descriptor >= 0 else { return false }
        let count = try readFile(into: UnsafeMutableRawBufferPointer(rebasing: raw[rawEnd...]))
        rawEnd += count
        return count > 0
    }

    private mutating func readFile(into target: UnsafeMutableRawBufferPointer) throws(InputFault) -> Int {
        guard descriptor >= 0 else { return 0 }
        while true {
            let count = Glibc.read(descriptor, target.baseAddress, target.count)
            if count >= 0 {
                readBytes += count
                return count
            }
            if errno != EINTR {
                throw InputFault(code: .unreadable, reason: "cannot be read: \(TextInput.systemReason())")
            }
        }
    }

    private var tooLarge: InputFault {
        InputFault(code: .tooLarge, reason: "more than \(limits.textBytes) bytes of text: split the file")
    }

    private static func systemReason() -> String { String(cString: strerror(errno)) }
}

/// Streaming decompression of one or more gzip members.
struct GzipInflater: ~Copyable {
    /// zlib keeps this address, so the state must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isBetweenMembers = true
    private var members = 0

    init() throws(InputFault) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, + 16 = gzip only.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw InputFault(code: .unreadable, reason: "zlib cannot start (status \(status))")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Empty `input` says that the file has ended.
    mutating func inflate(
        _ input: UnsafeMutableRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(InputFault) -> (consumed: Int, produced: Int) {
        if isBetweenMembers {
            if input.isEmpty { return (0, 0) }
            if members > 0, input[0] != 0x1f || (input.count > 1 && input[1] != 0x8b) {
                throw InputFault(
                    code: .gzipTrailingBytes,
                    reason: "bytes behind the end of the gzip data: the file is damaged or was appended to")
            }
            if members > 0 { inflateReset(stream) }
            isBetweenMembers = false
        }
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(min(target.count, Int(UInt32.max)))
        let room = Int(stream.pointee.avail_out)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let consumed = input.count - Int(stream.pointee.avail_in)
        let produced = room - Int(stream.pointee.avail_out)
        // Text from before a fault goes out first; zlib repeats the fault at the next call.
        if status == Z_STREAM_END || produced == 0 { try judge(status, atEnd: input.isEmpty) }
        return (consumed, produced)
    }

    private mutating func judge(_ status: Int32, atEnd: Bool) throws(InputFault) {
        switch status {
        case Z_STREAM_END:
            isBetweenMembers = true
            members += 1
        case Z_OK, Z_BUF_ERROR:
            if atEnd {
                throw InputFault(
                    code: .gzipTruncated, reason: "the gzip data ends in the middle: fetch the file again")
            }
        default:
            let detail = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
            throw InputFault(code: .gzipCorrupt, reason: "the gzip data is damaged (\(detail)): fetch the file again")
        }
    }
}
