import CStrategyABI
import Glibc
import Synchronization
import Testing
import Trading

@testable import MarketData

/// Disks that are full, records that make no sense, and what a recording gives to a backtest.
@Suite("Recording faults")
struct RecordingFaultTests {
    /// A disk with a number of free bytes.
    private final class Disk: Sendable {
        let free: Mutex<Int>
        init(_ free: Int) { self.free = Mutex(free) }

        var write: RecordingFile.Write {
            { descriptor, bytes, count, offset in
                self.free.withLock { free in
                    guard free > 0 else {
                        errno = ENOSPC
                        return -1
                    }
                    let written = pwrite(descriptor, bytes, min(count, free), off_t(offset))
                    free -= max(written, 0)
                    return written
                }
            }
        }
    }

    @Test("a full disk loses nothing that was written, keeps what waits, counts what it drops, and goes on with room")
    func fullDisk() throws {
        let records = SessionRecordingTests.market(400)
        var random = RandomNumbers(seed: 2)
        for _ in 0..<60 {
            let folder = RecordingFolder()
            let path = folder.path + "/session.rec"
            let disk = Disk(2000 + Int(random.next() % 9000))
            var limits = RecordingWriter.Limits()
            limits.blockRecords = 8
            limits.fileBytes = 6000
            let header = RecordingHeader(
                start: SessionRecordingTests.start, instruments: SessionRecordingTests.instruments)
            var writer = try RecordingWriter(creating: path, header, limits: limits, write: disk.write)
            var offered = 0
            var failures = 0
            while offered < records.count {
                let piece = records[offered..<min(offered + 10, records.count)]
                do {
                    try piece.withContiguousStorageIfAvailable { try writer.append($0) }
                } catch {
                    failures += 1
                    #expect((error as? MarketDataError)?.code == .diskFull)
                    let read = SessionRecordingTests.read(path)
                    #expect(read.error == nil && read.records.count == writer.writtenRecords)
                    if failures == 3 { disk.free.withLock { $0 = 1 << 30 } }
                }
                offered += piece.count
            }
            try writer.close()
            let read = SessionRecordingTests.read(path)
            #expect(failures == 3 && read.isEnded && read.error == nil && writer.droppedRecords > 0)
            #expect(read.records.count + writer.droppedRecords == records.count)
            #expect(read.dropped == UInt64(writer.droppedRecords))
            var rest = records[...]
            for record in read.records {
                guard let place = rest.firstIndex(where: { SessionRecordingTests.isSame([$0], [record]) }) else {
                    Issue.record("a record that nobody wrote, or out of order")
                    break
                }
                rest = records[(place + 1)...]
            }
        }
    }

    @Test("no recording is left behind where its head could not be written")
    func noRoomAtAll() {
        let folder = RecordingFolder()
        let header = RecordingHeader(start: SessionRecordingTests.start, instruments: SessionRecordingTests.instruments)
        #expect(throws: MarketDataError.self) {
            _ = try RecordingWriter(
                creating: folder.path + "/a.rec", header, limits: RecordingWriter.Limits(), write: Disk(100).write)
        }
        #expect(access(folder.path + "/a.rec", F_OK) != 0)
        #expect(throws: MarketDataError.self) {
            _ = try RecordingWriter(
                creating: folder.path + "/none/a.rec", instruments: [], start: SessionRecordingTests.start)
        }
        folder.write(Array("time,price\n".utf8), to: "text.csv")
        #expect(!RecordingReader.isRecording(folder.path + "/text.csv"))
        #expect(SessionRecordingTests.read(folder.path + "/text.csv").error?.code == .notARecording)
    }

    private func recording(_ records: [EventRecord], _ folder: RecordingFolder) throws -> MappedRecording {
        try SessionRecordingTests.write(records, to: folder.path + "/session.rec")
        return try MappedRecording(folder.path + "/session.rec")
    }

    @Test("an instrument's file has its events alone, without bars that can be built again")
    func extract() throws {
        let folder = RecordingFolder()
        let records = SessionRecordingTests.market(2000)
        let session = try recording(records, folder)
        var options = CSVOptions()
        options.instrument = 4
        let file = try session.file("EUR_USD", options: options)
        var isOwn = false
        let own = records.filter { record in
            if record.kind != .more { isOwn = record.instrument == 1 && record.kind != .bar }
            return isOwn
        }
        #expect(file.events.count == own.count && file.rows == own.count { $0.kind != .more })
        #expect(own.contains { $0.kind == .trade } && own.contains { $0.kind == .more })
        #expect(file.events.array.allSatisfy { $0.instrument == 4 })
        #expect(file.kind == .events && file.kinds == [.trades, .quotes, .depth] && file.priceDecimals == 5)
        #expect(file.described == SessionRecordingTests.instruments[1].instrument)
        options.from = SessionRecordingTests.start + 2 * Timestamp.nanosecondsPerSecond
        options.to = SessionRecordingTests.start + 4 * Timestamp.nanosecondsPerSecond
        let cut = try session.file("EUR_USD", options: options)
        #expect(cut.first >= options.from! && cut.last < options.to! && cut.rows < file.rows)
        #expect(throws: MarketDataError.self) { try session.file("NO_SUCH") }
    }

    @Test("records that make no sense, or go back in time, are an error that names the record")
    func nonsense() throws {
        var trade = Trade(instrument: 0, time: SessionRecordingTests.start, price: .one, quantity: .one)
        let good = EventRecord(trade)
        trade.price = -1
        let negative = EventRecord(trade)
        trade.price = 5
        trade.time -= 1
        let early = EventRecord(trade)
        for (bad, code) in [(negative, MarketDataError.Code.badRecord), (early, .outOfOrder)] {
            let session = try recording([good, good, bad], RecordingFolder())
            let error = #expect(throws: MarketDataError.self) { try session.file("BTC_USDT") }
            #expect(error?.code == code && error?.goodRows == 2)
        }
        // An order's record is no market event: it must not come back to a strategy.
        var order = good
        order.type = 6
        #expect(try recording([good, order, good], RecordingFolder()).file("BTC_USDT").rows == 2)
    }
}
