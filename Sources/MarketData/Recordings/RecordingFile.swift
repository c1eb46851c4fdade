internal import Glibc

/// One file of a recording: its name, its descriptor and the calls that it takes. Every failure says what to do.
struct RecordingFile: ~Copyable {
    /// How bytes are written; tests put a full disk here.
    typealias Write = @Sendable (Int32, UnsafeRawPointer, Int, Int) -> Int

    let path: String
    private let descriptor: Int32
    private let write: Write

    static let systemWrite: Write = { descriptor, bytes, count, offset in
        Glibc.pwrite(descriptor, bytes, count, off_t(offset))
    }

    /// A new file; one that is there already is left alone.
    init(creating path: String, write: @escaping Write) throws(MarketDataError) {
        self.path = path
        self.write = write
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            let code: MarketDataError.Code = errno == EEXIST ? .alreadyThere : .unwritable
            let remedy =
                errno == EEXIST
                ? "name another file, or go on with this one" : "name a file in a folder that you may write to"
            throw MarketDataError(code, file: path, reason: "cannot be made: \(RecordingFile.reason); \(remedy)")
        }
    }

    init(opening path: String, forWriting: Bool = false, write: @escaping Write = systemWrite) throws(MarketDataError) {
        self.path = path
        self.write = write
        descriptor = open(path, (forWriting ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw MarketDataError(.unreadable, file: path, reason: "cannot be opened: \(RecordingFile.reason)")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Bytes in the file now.
    func size() throws(MarketDataError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw MarketDataError(.unreadable, file: path, reason: "cannot be read: \(RecordingFile.reason)")
        }
        return Int(status.st_size)
    }

    /// The bytes that are in it now, as memory. What a writer appends later is not in it.
    func map() throws(MarketDataError) -> FileMap {
        let count = try size()
        let start = mmap(nil, max(count, 1), PROT_READ, MAP_SHARED, descriptor, 0)
        guard let start, start != MAP_FAILED else {
            throw MarketDataError(.unreadable, file: path, reason: "cannot be mapped: \(RecordingFile.reason)")
        }
        return FileMap(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Fills `target` with the bytes from `offset` on; fewer come only at the file's end.
    func read(_ offset: Int, into target: UnsafeMutableRawBufferPointer) throws(MarketDataError) -> Int {
        var filled = 0
        while filled < target.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
            if count == 0 { break }
            if count > 0 { filled += count }
            guard count > 0 || errno == EINTR else {
                throw MarketDataError(.unreadable, file: path, reason: "cannot be read: \(RecordingFile.reason)")
            }
        }
        return filled
    }

    /// Writes all of `bytes` at `offset`, or takes back what it wrote of them.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(MarketDataError) {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let count = write(descriptor, base + done, bytes.count - done, offset + done)
            if count > 0 { done += count }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code: MarketDataError.Code =
                    count == 0 || errno == ENOSPC || errno == EDQUOT ? .diskFull : .unwritable
                let reason = count == 0 ? "no byte was taken" : RecordingFile.reason
                // What is left of the piece has no good checksum, so it does no harm where this fails too.
                _ = ftruncate(descriptor, off_t(offset))
                throw MarketDataError(
                    code, file: path, reason: "cannot be written: \(reason); make room, then it goes on")
            }
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(MarketDataError) {
        var failure: MarketDataError?
        bytes.withUnsafeBytes { source in
            do throws(MarketDataError) { try write(source, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Takes the name away again.
    func remove() { unlink(path) }

    /// Removes a part that has a head and nothing more, or not even a whole head.
    static func removeEmptyPart(_ path: String) throws(MarketDataError) {
        guard access(path, F_OK) == 0 else { return }
        do throws(MarketDataError) {
            let scan = try RecordingScan(RecordingFile(opening: path))
            guard try scan.file.size() == scan.offset else {
                throw MarketDataError(
                    .damagedBlock, file: path,
                    reason:
                        "has records, but the part before it does not say that it goes on: move it away, or cut it off")
            }
        } catch {
            guard error.code == .damagedHeader || error.code == .notARecording else { throw error }
        }
        unlink(path)
    }

    func truncate(to bytes: Int) throws(MarketDataError) {
        guard ftruncate(descriptor, off_t(bytes)) == 0 else {
            throw MarketDataError(.unwritable, file: path, reason: "cannot be cut: \(RecordingFile.reason)")
        }
    }

    /// Returns when the disk has all that was written.
    func sync() throws(MarketDataError) {
        guard fdatasync(descriptor) == 0 else {
            throw MarketDataError(
                .syncFailed, file: path,
                reason: "the disk did not take what was written: \(RecordingFile.reason); what came since the last "
                    + "durable flush may be lost: begin a new recording")
        }
    }

    /// Makes the file's name durable.
    func syncFolder() throws(MarketDataError) {
        let end = path.lastIndex(of: "/")
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return }
        defer { close(opened) }
        // A file system that cannot sync folders says EINVAL.
        guard fsync(opened) == 0 || errno == EINVAL else {
            throw MarketDataError(
                .syncFailed, file: folder, reason: "the folder was not synced: \(RecordingFile.reason)")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    /// Part 0 has the name that was given; part 2 of "session.rec" is "session.2.rec".
    static func partPath(_ path: String, _ part: Int) -> String {
        guard part > 0 else { return path }
        let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        guard let dot = path[nameStart...].lastIndex(of: "."), dot > nameStart else { return "\(path).\(part)" }
        return "\(path[..<dot]).\(part)\(path[dot...])"
    }
}
