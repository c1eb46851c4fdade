internal import CStrategyABI
internal import Glibc
internal import Trading

/// A file's bytes as memory that the system fills from the file and takes back when it needs room.
final class FileMap: @unchecked Sendable {
    private let all: UnsafeRawBufferPointer
    var count: Int { all.count }

    init(_ bytes: UnsafeRawBufferPointer) {
        all = bytes
        guard let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return }
        _ = madvise(start, bytes.count, MADV_SEQUENTIAL)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: all.baseAddress), max(all.count, 1)) }

    /// Valid while this object lives.
    func bytes(_ offset: Int, count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: all[offset..<offset + count])
    }

    /// Records stand at multiples of their size, as pages do.
    func records(_ offset: Int, count: Int) -> UnsafeBufferPointer<EventRecord> {
        UnsafeBufferPointer(
            start: bytes(offset, count: count * 64).baseAddress?.assumingMemoryBound(to: EventRecord.self),
            count: count)
    }
}
