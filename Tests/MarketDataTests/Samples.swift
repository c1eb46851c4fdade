import CStrategyABI
import CZlib
import MarketData
import Trading

/// The recordings beside the package; tests that need them are skipped where they are missing.
enum Recordings {
    static let folder: String = {
        // …/Tests/MarketDataTests/Samples.swift → the folder that holds the package.
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return parts.joined(separator: "/") + "/shared/data/"
    }()

    static let arePresent: Bool = {
        var options = CSVOptions()
        options.badRowsMax = .max
        guard case .failure(let error) = Result(catching: { try read("goog-1d-2004-2013", options) }) else {
            return true
        }
        return (error as? MarketDataError)?.code != .unreadable
    }()

    static func read(_ name: String, _ options: CSVOptions = CSVOptions()) throws -> MarketFile {
        try MarketFile.read(folder + name + ".csv", options: options)
    }
}

func read(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) throws(MarketDataError) -> MarketFile {
    try read(Array(text.utf8), change)
}

func read(_ bytes: [UInt8], _ change: (inout CSVOptions) -> Void = { _ in }) throws(MarketDataError) -> MarketFile {
    var options = CSVOptions()
    change(&options)
    return try MarketFile.read(bytes: bytes, name: "sample.csv", options: options)
}

/// The error of a file that must not be read.
func fault(
    _ bytes: [UInt8], _ change: (inout CSVOptions) -> Void = { _ in }
) -> MarketDataError? {
    do throws(MarketDataError) {
        _ = try read(bytes, change)
        return nil
    } catch {
        return error
    }
}

func fault(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) -> MarketDataError? {
    fault(Array(text.utf8), change)
}

extension MarketEvents {
    var array: [EventRecord] { withExtendedLifetime(self) { Array(records) } }
}

extension MarketFile {
    var bars: [Bar] { events.array.filter { $0.kind == .bar }.map(\.asBar) }
    var trades: [Trade] { events.array.map(\.asTrade) }
    var quotes: [Quote] { events.array.map(\.asQuote) }
    /// Event times in seconds.
    var seconds: [Int64] { events.array.map { $0.time / 1_000_000_000 } }
}

/// FNV-1a over the little-endian bytes of 64-bit integers, as in reference.py.
struct Checksum {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    mutating func add(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            value = (value ^ (word >> shift & 0xff)) &* 0x100_0000_01b3
        }
    }

    mutating func add(_ record: EventRecord) {
        withUnsafeBytes(of: record) { bytes in
            for offset in stride(from: 0, to: 64, by: 8) { add(bytes.load(fromByteOffset: offset, as: UInt64.self)) }
        }
    }
}

/// One gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 1024)
    var stream = z_stream()
    deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            deflate(&stream, Z_FINISH)
        }
    }
    let count = Int(stream.total_out)
    deflateEnd(&stream)
    return Array(output.prefix(count))
}
