import Crypto
import FoundationEssentials
import Glibc
import Synchronization

/// What was answered while the journal could not be written, for a start after a crash in that time: stops, strategies that
/// were switched off, cancelled orders. The room of the file is taken at the start, so that a full disk takes entries too.
final class UnsavedLog: Sendable {
    enum Entry: Codable, Equatable, Sendable {
        case stop(Stop)
        /// Nanoseconds of the host's clock.
        case disable(strategy: String, time: Int64)
        case cancel(order: UInt64)
    }

    /// A stop as far as it has to be thrown again.
    struct Stop: Codable, Equatable, Sendable {
        var number: UInt64
        var scope: String
        var target: String?
        var mode: String
        var reason: String
        var triggeredBy: String
        var user: String
        var channel: String
        var time: Int64
    }

    /// How far the file was written at some time.
    struct Mark: Equatable, Sendable {
        fileprivate var clearings = 0
        fileprivate var bytes = 0
    }

    /// What the host before left.
    let left: [Entry]
    /// Something in the file is no entry, or the file cannot be used: what was answered is not known for certain.
    let isDamaged: Bool
    let path: String
    private let file: Int32
    private let end: Mutex<Mark>

    /// Some thousands of entries.
    private static let capacity = 1 << 18

    init(besides journal: String) {
        path = UnsavedLog.path(besides: journal)
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, let bytes = UnsavedLog.content(of: file) else {
            left = []
            isDamaged = true
            end = Mutex(Mark())
            return
        }
        let lines = bytes.prefix { $0 != 0 }
        let entries = lines.split(separator: 0x0A).map(UnsavedLog.entry)
        left = entries.compactMap { $0 }
        isDamaged = left.count < entries.count || (lines.last ?? 0x0A) != 0x0A
        end = Mutex(Mark(bytes: lines.count))
        // Without room for it now there may be room later.
        _ = UnsavedLog.clear(file, from: lines.count, to: UnsavedLog.capacity)
    }

    deinit { if file >= 0 { close(file) } }

    static func path(besides journal: String) -> String { journal + ".unsaved" }

    /// nil = there is nothing in it.
    var mark: Mark? {
        let mark = end.withLock { $0 }
        return mark.bytes > 0 ? mark : nil
    }

    /// Writes an entry to the disk; false where it takes none.
    @discardableResult
    func append(_ entry: Entry) -> Bool {
        guard file >= 0, let line = UnsavedLog.line(entry) else { return false }
        return end.withLock { end in
            guard end.bytes + line.count <= UnsavedLog.capacity,
                line.withUnsafeBytes({ pwrite(file, $0.baseAddress, $0.count, off_t(end.bytes)) }) == line.count,
                fdatasync(file) == 0
            else { return false }
            end.bytes += line.count
            return true
        }
    }

    /// The journal has all of it, up to the mark; what came in since keeps the rest as well.
    func clear(upTo mark: Mark) {
        end.withLock { end in
            // The first byte alone empties the file, whenever the process ends.
            guard end == mark, UnsavedLog.clear(file, from: 0, to: 1),
                UnsavedLog.clear(file, from: 1, to: mark.bytes)
            else { return }
            end = Mark(clearings: end.clearings + 1)
        }
    }

    // MARK: The file

    private static func content(of file: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: capacity)
        let count = pread(file, &bytes, bytes.count, 0)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    private static func clear(_ file: Int32, from: Int, to: Int) -> Bool {
        let zeros = [UInt8](repeating: 0, count: max(to - from, 0))
        return pwrite(file, zeros, zeros.count, off_t(from)) == zeros.count && fdatasync(file) == 0
    }

    /// Checksum, blank, JSON, new line.
    private static func line(_ entry: Entry) -> [UInt8]? {
        guard let text = try? JSONEncoder().encode(entry) else { return nil }
        return Array(checksum(text).utf8) + [0x20] + text + [0x0A]
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> Entry? {
        let parts = line.split(separator: 0x20, maxSplits: 1)
        guard parts.count == 2, String(decoding: parts[0], as: UTF8.self) == checksum(parts[1]) else { return nil }
        return try? JSONDecoder().decode(Entry.self, from: Data(parts[1]))
    }

    private static func checksum(_ text: some DataProtocol) -> String {
        SHA256.hash(data: text).prefix(8).hexadecimal
    }
}
