import CStrategyABI
import Testing
import Trading

@testable import MarketData

/// A mapped recording gives out what a reader reads, in one timeline with others, in memory for one piece.
@Suite("Mapped recordings")
struct MappedRecordingTests {
    private static func records(of recording: MappedRecording) -> [EventRecord] {
        recording.blocks.flatMap { Array($0.records) }
    }

    private static func events(_ files: [MarketFile], bars: [Timeframe] = []) -> [EventRecord] {
        let stream = MarketStream(files, bars: bars)
        var all: [EventRecord] = []
        while let piece = stream.next() { all += Array(piece) }
        return all
    }

    @Test("it has what was written, over all its parts, also while it is written; a torn end is left out and told")
    func sameAsRead() throws {
        let folder = RecordingFolder()
        let path = folder.path + "/session.rec"
        let records = SessionRecordingTests.market(300)
        var limits = RecordingWriter.Limits()
        limits.fileBytes = 6000
        limits.blockRecords = 8
        var writer = try RecordingWriter(
            creating: path, instruments: SessionRecordingTests.instruments, start: SessionRecordingTests.start,
            limits: limits)
        var open: [(MappedRecording, Int)] = []
        for start in stride(from: 0, to: records.count, by: 37) {
            let piece = records[start..<min(start + 37, records.count)]
            try piece.withContiguousStorageIfAvailable { try writer.append($0) }
            try writer.flush(durable: false)
            open.append((try MappedRecording(path), start + piece.count))
        }
        try writer.close()
        for (recording, count) in open {
            #expect(recording.recordCount == count && !recording.isEnded && recording.tail == nil)
            #expect(SessionRecordingTests.isSame(Self.records(of: recording), records.prefix(count)))
        }
        let whole = try MappedRecording(path)
        #expect(whole.isEnded && SessionRecordingTests.isSame(Self.records(of: whole), records))
        #expect(whole.times == records[0].timestamp...records[records.count - 1].timestamp)

        try SessionRecordingTests.write(records, to: folder.path + "/torn.rec", closes: false)
        let bytes = try #require(folder.bytes("torn.rec"))
        let last = try #require(SessionRecordingTests.blocks(bytes).last)
        for size in stride(from: last.end - 1, through: last.offset, by: -29) {
            folder.write(Array(bytes.prefix(size)), to: "cut.rec")
            let cut = try MappedRecording(folder.path + "/cut.rec")
            #expect(cut.recordCount == records.count - last.count && cut.tail?.bytes ?? 0 == size - last.offset)
            #expect(SessionRecordingTests.isSame(Self.records(of: cut), records.prefix(cut.recordCount)))
        }
        var broken = bytes
        broken[SessionRecordingTests.blocks(bytes)[1].offset + 100] ^= 4
        folder.write(broken, to: "broken.rec")
        #expect(throws: MarketDataError.self) { try MappedRecording(folder.path + "/broken.rec") }
    }

    /// One instrument's records as `file` selects them, told by the rules alone.
    private static func expected(_ records: [EventRecord], _ index: UInt32, from: Int64 = .min, to: Int64 = .max)
        -> [EventRecord]
    {
        var isOwn = false
        return records.filter { record in
            if record.kind != .more {
                isOwn = record.instrument == index && record.kind != .bar && record.time >= from && record.time < to
            }
            return isOwn
        }
    }

    @Test("blocks of any length, with bars and times to leave out, give the same events", arguments: [1, 7, 64, 5000])
    func blocks(_ length: Int) throws {
        let folder = RecordingFolder()
        let records = SessionRecordingTests.market(4000)
        try SessionRecordingTests.write(records, to: folder.path + "/session.rec", blocks: length)
        let recording = try MappedRecording(folder.path + "/session.rec")
        for (index, id) in ["BTC_USDT", "EUR_USD"].enumerated() {
            var options = CSVOptions()
            options.instrument = UInt32(index)
            let all = Self.expected(records, UInt32(index))
            let file = try recording.file(id, options: options)
            #expect(SessionRecordingTests.isSame(Self.events([file]), all))
            #expect(SessionRecordingTests.isSame(file.events.array, all))
            #expect(file.rows == all.count { $0.kind != .more } && file.first == all[0].timestamp)
            options.from = SessionRecordingTests.start + 3 * Timestamp.nanosecondsPerSecond
            options.to = SessionRecordingTests.start + 9 * Timestamp.nanosecondsPerSecond
            let part = Self.expected(
                records, UInt32(index), from: options.from!.nanoseconds, to: options.to!.nanoseconds)
            let cut = try recording.file(id, options: options)
            #expect(!part.isEmpty && SessionRecordingTests.isSame(Self.events([cut]), part))
            #expect(cut.last == part[part.count - 1].timestamp)
        }
    }

    @Test("blocks that are wanted whole are given out where the file has them")
    func noCopy() throws {
        let folder = RecordingFolder()
        let trades = (0..<100).map { index in
            EventRecord(
                Trade(
                    instrument: 0, time: SessionRecordingTests.start + Int64(index), price: .one, quantity: .one))
        }
        try SessionRecordingTests.write(trades, to: folder.path + "/trades.rec", blocks: 16)
        let recording = try MappedRecording(folder.path + "/trades.rec")
        let stream = MarketStream([try recording.file("BTC_USDT")])
        for block in recording.blocks {
            #expect(stream.next()?.baseAddress == block.records.baseAddress)
        }
        #expect(stream.next() == nil)
    }

    @Test("several files are one timeline: by time, of equal times the earlier file first, bars in their places")
    func merged() throws {
        let folder = RecordingFolder()
        let records = SessionRecordingTests.market(6000)
        try SessionRecordingTests.write(records, to: folder.path + "/session.rec", blocks: 100)
        let recording = try MappedRecording(folder.path + "/session.rec")
        let files = try ["BTC_USDT", "EUR_USD"].enumerated().map { index, id in
            var options = CSVOptions()
            options.instrument = UInt32(index)
            return try recording.file(id, options: options)
        }
        for bars in [[], [Timeframe.oneSecond]] {
            // Whole events, numbered, in a stable sort.
            var groups: [(time: Int64, file: Int, place: Int, records: [EventRecord])] = []
            for (index, file) in files.enumerated() {
                for record in file.events(withBars: bars).array {
                    if record.kind == .more {
                        groups[groups.count - 1].records.append(record)
                    } else {
                        groups.append((record.time, index, groups.count, [record]))
                    }
                }
            }
            groups.sort { ($0.time, $0.file, $0.place) < ($1.time, $1.file, $1.place) }
            let events = Self.events(files, bars: bars)
            #expect(SessionRecordingTests.isSame(events, groups.flatMap(\.records)))
            #expect(events.contains { $0.kind == .bar } == !bars.isEmpty)
        }
    }
}
