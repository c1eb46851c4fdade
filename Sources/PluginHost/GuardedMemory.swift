internal import Glibc

/// Reads memory through pointers that a plugin handed out, which may point anywhere. The kernel copies the bytes
/// through a pipe and answers EFAULT where there is no memory, so that a wild pointer is a reason and not a crash.
final class GuardedMemory {
    private var input: Int32 = -1
    private var output: Int32 = -1
    private static let chunk = 4096

    /// nil when the process has no descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        output = ends[0]
        input = ends[1]
    }

    deinit {
        if input >= 0 { close(input) }
        if output >= 0 { close(output) }
    }

    /// `count` bytes at `address`; nil where not all of them are readable.
    func bytes(at address: UnsafeRawPointer, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var copied = 0
        while copied < count {
            let wanted = min(count - copied, Self.chunk)
            let (from, overflow) = UInt(bitPattern: address).addingReportingOverflow(UInt(copied))
            guard !overflow, let pointer = UnsafeRawPointer(bitPattern: from) else { return nil }
            let sent = write(input, pointer, wanted)
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { return nil }
            let received = bytes.withUnsafeMutableBytes { read(output, $0.baseAddress! + copied, sent) }
            guard received == sent else { return nil }
            copied += sent
        }
        return bytes
    }

    /// A table that begins with its own size: the first min(struct_size, size of T) bytes of it, the rest zero.
    func table<T>(
        at pointer: UnsafeRawPointer?, minimumSize: Int, as type: T.Type, _ what: String
    ) -> Result<T, PluginProblem> {
        guard let pointer else { return .failure(.description("\(what) is missing")) }
        guard UInt(bitPattern: pointer) % 8 == 0, let head = bytes(at: pointer, count: 4) else {
            return .failure(.description("\(what) lies at an address that cannot be read"))
        }
        let size = head.withUnsafeBytes { Int($0.loadUnaligned(as: UInt32.self)) }
        guard size >= minimumSize else {
            return .failure(.description("\(what) has a struct_size of \(size), below \(minimumSize)"))
        }
        guard let bytes = bytes(at: pointer, count: min(size, MemoryLayout<T>.size)) else {
            return .failure(.description("\(what) lies at an address that cannot be read"))
        }
        let padded = bytes + [UInt8](repeating: 0, count: MemoryLayout<T>.size - bytes.count)
        return .success(padded.withUnsafeBytes { $0.loadUnalignedTrivial(as: T.self) })
    }

    /// A NUL-terminated text of at most `limit` bytes, valid UTF-8, without control characters (but line breaks).
    func text(at pointer: UnsafePointer<CChar>?, limit: Int, _ what: String) -> Result<String, PluginProblem> {
        guard let pointer else { return .failure(.description("\(what) is missing")) }
        var collected: [UInt8] = []
        while collected.count <= limit {
            let start = UnsafeRawPointer(pointer) + collected.count
            // Never across a page: the text may end at the end of the last readable one.
            let inPage = Self.chunk - Int(UInt(bitPattern: start) % UInt(Self.chunk))
            guard let piece = bytes(at: start, count: min(inPage, limit + 1 - collected.count)) else {
                return .failure(.description("\(what) lies at an address that cannot be read"))
            }
            let end = piece.firstIndex(of: 0)
            collected += piece[..<(end ?? piece.count)]
            if end != nil { return Self.checked(collected, what) }
            if collected.count > limit { break }
        }
        return .failure(.description("\(what) does not end within \(limit) bytes"))
    }

    /// Whether `function` points into code, by the kernel's own list of this process's memory.
    func isCode(_ function: UnsafeRawPointer) -> Bool {
        let address = UInt64(UInt(bitPattern: function))
        return codeRanges.contains { $0.contains(address) }
    }

    private lazy var codeRanges: [Range<UInt64>] = {
        guard let maps = fopen("/proc/self/maps", "r") else { return [] }
        defer { fclose(maps) }
        var ranges: [Range<UInt64>] = []
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), maps) != nil {
            let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            let fields = text.split(separator: " ", maxSplits: 2)
            let ends = (fields.first ?? "").split(separator: "-").compactMap { UInt64($0, radix: 16) }
            if fields.count > 1, ends.count == 2, ends[0] < ends[1], fields[1].dropFirst(2).first == "x" {
                ranges.append(ends[0]..<ends[1])
            }
        }
        return ranges
    }()

    private static func checked(_ bytes: [UInt8], _ what: String) -> Result<String, PluginProblem> {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(.description("\(what) is not UTF-8"))
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a }) else {
            return .failure(.description("\(what) contains control characters"))
        }
        return .success(text)
    }
}

extension UnsafeRawBufferPointer {
    /// Copies a C struct out of unaligned bytes; C structs of the ABI hold plain numbers and pointers only.
    fileprivate func loadUnalignedTrivial<T>(as type: T.Type) -> T {
        withUnsafeTemporaryAllocation(of: T.self, capacity: 1) { place in
            UnsafeMutableRawBufferPointer(place).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: self[..<MemoryLayout<T>.size]))
            return place[0]
        }
    }
}
