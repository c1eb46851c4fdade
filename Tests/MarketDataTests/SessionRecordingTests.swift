import CStrategyABI
import Glibc
import Testing
import Trading

@testable import MarketData

/// Files that hold a session's events: nothing good is lost, nothing bad is read.
@Suite("Session recordings")
struct SessionRecordingTests {
    static let bitcoin = SimulatedMarket.find("BTC_USDT")!.instrument

    static let instruments: [RecordedInstrument] = {
        var closed = SimulatedMarket.find("EUR_USD")!.instrument
        closed.calendar = TradingCalendar(
            name: "short",
            sessions: [TradingCalendar.Session(open: .init(nanoseconds: 5), close: .init(nanoseconds: 9))])
        return [
            RecordedInstrument(bitcoin, kinds: [.trades, .quotes]), RecordedInstrument(closed, kinds: [.quotes]),
        ]
    }()
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    /// A minute of a simulated market; instruments have the indices of `instruments`.
    static func market(_ count: Int) -> [EventRecord] {
        var simulator = MarketSimulator(
            seed: 3, start: start, instruments: ["BTC_USDT", "EUR_USD"].compactMap(SimulatedMarket.find),
            timeframes: [.oneSecond])
        var output = OutputBuffer()
        simulator.next(until: start + 60 * Timestamp.nanosecondsPerSecond, into: &output)
        var end = min(count, output.count)
        while end < output.count, output.records[end].kind == .more { end += 1 }
        return Array(output.records.prefix(end))
    }

    static func write(
        _ records: [EventRecord], to path: String, blocks: Int = 8, fileBytes: Int = 1 << 30, closes: Bool = true
    ) throws {
        var limits = RecordingWriter.Limits()
        limits.blockRecords = blocks
        limits.fileBytes = fileBytes
        var writer = try RecordingWriter(creating: path, instruments: instruments, start: start, limits: limits)
        try records.withUnsafeBufferPointer { try writer.append($0) }
        try writer.flush(durable: false)
        if closes { try writer.close() }
    }

    struct Read {
        var records: [EventRecord] = []
        var tail: RecordingTail?
        var isEnded = false
        var error: MarketDataError?
        var dropped: UInt64 = 0
    }

    static func read(_ path: String) -> Read {
        var read = Read()
        do throws(MarketDataError) {
            var reader = try RecordingReader(path)
            var output = OutputBuffer()
            repeat { read.records = Array(output.records) } while try reader.next(into: &output) > 0
            read.tail = reader.tail
            read.isEnded = reader.isEnded
            read.dropped = reader.droppedRecords
        } catch {
            read.error = error
        }
        return read
    }

    static func isSame(_ a: some Sequence<EventRecord>, _ b: some Sequence<EventRecord>) -> Bool {
        a.elementsEqual(b) { one, other in
            withUnsafeBytes(of: one) { left in withUnsafeBytes(of: other) { left.elementsEqual($0) } }
        }
    }

    @Test("events, instruments and start come back as they were written")
    func roundTrip() throws {
        let folder = RecordingFolder()
        let path = folder.path + "/session.rec"
        let records = SessionRecordingTests.market(500)
        try SessionRecordingTests.write(records, to: path)
        #expect(RecordingReader.isRecording(path))
        let read = SessionRecordingTests.read(path)
        #expect(SessionRecordingTests.isSame(read.records, records) && read.isEnded && read.tail == nil)
        let header = try RecordingReader(path).header
        #expect(header.instruments == SessionRecordingTests.instruments && header.start == SessionRecordingTests.start)
        #expect(throws: MarketDataError.self, "an old recording is not written over") {
            try SessionRecordingTests.write(records, to: path)
        }
    }

    @Test("cut at any byte: every whole block is read, nothing else, and the cut is told; then it goes on")
    func cuts() throws {
        let folder = RecordingFolder()
        let path = folder.path + "/session.rec"
        let records = SessionRecordingTests.market(20)
        try SessionRecordingTests.write(records, to: path, closes: false)
        let bytes = try #require(folder.bytes("session.rec"))
        let blocks = SessionRecordingTests.blocks(bytes)
        let headBytes = try #require(blocks.first).offset
        for size in stride(from: bytes.count, through: headBytes, by: -1) {
            folder.write(Array(bytes.prefix(size)), to: "cut.rec")
            let whole = blocks.filter { $0.end <= size }
            let good = whole.reduce(0) { $0 + $1.count }
            let read = SessionRecordingTests.read(folder.path + "/cut.rec")
            #expect(read.error == nil)
            #expect(SessionRecordingTests.isSame(read.records, records.prefix(good)), "cut at \(size)")
            let end = whole.last?.end ?? headBytes
            #expect(read.tail?.bytes == (size == end ? nil : size - end))
            if size % 41 == 0 {
                var writer = try RecordingWriter(resuming: folder.path + "/cut.rec")
                #expect(writer.cut == read.tail && writer.writtenRecords == good)
                try records.dropFirst(good).withContiguousStorageIfAvailable { try writer.append($0) }
                try writer.close()
                let whole = SessionRecordingTests.read(folder.path + "/cut.rec")
                #expect(SessionRecordingTests.isSame(whole.records, records) && whole.isEnded)
            }
        }
        for size in 0..<headBytes {
            folder.write(Array(bytes.prefix(size)), to: "cut.rec")
            let error = SessionRecordingTests.read(folder.path + "/cut.rec").error
            #expect(error?.code == (size < 8 ? .notARecording : .damagedHeader))
        }
    }

    @Test("a flipped bit is never read: an error where good blocks follow, else the end of the file")
    func flippedBits() throws {
        let folder = RecordingFolder()
        let path = folder.path + "/session.rec"
        let records = SessionRecordingTests.market(24)
        try SessionRecordingTests.write(records, to: path, closes: false)
        let bytes = try #require(folder.bytes("session.rec"))
        let blocks = SessionRecordingTests.blocks(bytes)
        var random = RandomNumbers(seed: 5)
        for _ in 0..<1500 {
            let place = Int(random.next() % UInt64(bytes.count))
            var broken = bytes
            broken[place] ^= 1 << UInt8(random.next() % 8)
            folder.write(broken, to: "broken.rec")
            let read = SessionRecordingTests.read(folder.path + "/broken.rec")
            guard let index = blocks.firstIndex(where: { $0.offset <= place && place < $0.end }) else {
                #expect(read.error != nil, "byte \(place) of the head")
                continue
            }
            let good = blocks[..<index].reduce(0) { $0 + $1.count }
            if index == blocks.count - 1 {
                #expect(read.error == nil && read.tail?.offset == blocks[index].offset)
                #expect(SessionRecordingTests.isSame(read.records, records.prefix(good)))
            } else {
                #expect(read.error?.code == .damagedBlock && read.error?.goodRows == good)
                #expect(read.error?.reason.contains("byte \(blocks[index].offset) ") == true)
            }
        }
    }

    @Test("what is written while it is read comes with the next call")
    func following() throws {
        let folder = RecordingFolder()
        let path = folder.path + "/session.rec"
        let records = SessionRecordingTests.market(100)
        var limits = RecordingWriter.Limits()
        limits.fileBytes = 3000
        limits.blockRecords = 8
        var writer = try RecordingWriter(
            creating: path, instruments: SessionRecordingTests.instruments, start: SessionRecordingTests.start,
            limits: limits)
        var reader = try RecordingReader(path)
        var output = OutputBuffer()
        #expect(try reader.next(into: &output) == 0)
        for start in stride(from: 0, to: records.count, by: 9) {
            let piece = records[start..<min(start + 9, records.count)]
            try piece.withContiguousStorageIfAvailable { try writer.append($0) }
            try writer.flush(durable: start % 2 == 0)
            while try reader.next(into: &output) > 0 {}
            #expect(output.count == start + piece.count && !reader.isEnded && reader.tail == nil)
        }
        try writer.close()
        #expect(try reader.next(into: &output) == 0)
        #expect(reader.isEnded && SessionRecordingTests.isSame(output.records, records))
        #expect(writer.header.part > 2, "it went on in further files")
        #expect(throws: MarketDataError.self) { try writer.flush(durable: false) }
    }

    @Test("a recording of several files is one; a missing or foreign part is an error")
    func parts() throws {
        let folder = RecordingFolder()
        let path = folder.path + "/session.rec"
        let records = SessionRecordingTests.market(200)
        try SessionRecordingTests.write(records, to: path, fileBytes: 4000)
        #expect(SessionRecordingTests.isSame(SessionRecordingTests.read(path).records, records))
        #expect(SessionRecordingTests.read(folder.path + "/session.1.rec").error?.code == .missingPart)
        var writer = try RecordingWriter(resuming: path)
        try records.suffix(1).withContiguousStorageIfAvailable { try writer.append($0) }
        try writer.close()
        #expect(SessionRecordingTests.read(path).records.count == records.count + 1)
        let second = try #require(folder.bytes("session.2.rec"))
        unlink(folder.path + "/session.2.rec")
        let missing = SessionRecordingTests.read(path)
        #expect(missing.error?.code == .missingPart && missing.error?.file.hasSuffix("session.2.rec") == true)
        folder.write(second, to: "session.1.rec")
        #expect(SessionRecordingTests.read(path).error?.code == .missingPart)
    }

    /// Where the blocks of a file stand, told by their magic word and count alone.
    static func blocks(_ bytes: [UInt8]) -> [(offset: Int, end: Int, count: Int)] {
        var blocks: [(Int, Int, Int)] = []
        var offset = 0
        while offset + 64 <= bytes.count {
            guard Array(bytes[offset..<offset + 4]) == Array("SBLK".utf8) else {
                offset += 64
                continue
            }
            let count = Int(bytes[offset + 8]) + Int(bytes[offset + 9]) << 8
            blocks.append((offset, offset + 64 + 64 * count, count))
            offset += 64 + 64 * count
        }
        return blocks
    }
}

/// A folder of its own for each test, gone with its last reference.
final class RecordingFolder {
    let path: String

    init() {
        var template = Array(("/tmp/recording-test-" + String(repeating: "X", count: 6)).utf8CString)
        path =
            template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } } ?? "/tmp"
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
                }
                if name != ".", name != ".." { unlink("\(path)/\(name)") }
            }
            closedir(folder)
        }
        rmdir(path)
    }

    func write(_ bytes: [UInt8], to name: String) {
        guard let file = fopen("\(path)/\(name)", "w") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    func bytes(_ name: String) -> [UInt8]? {
        guard let file = fopen("\(path)/\(name)", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 22)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}
