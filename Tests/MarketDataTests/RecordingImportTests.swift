import CStrategyABI
import Glibc
import Testing
import Trading

@testable import MarketData

/// A recording made of a text file is that file, and what is wrong with the file is told with its lines.
@Suite("Import")
struct RecordingImportTests {
    private func makeRecording(
        _ bytes: [UInt8], _ folder: RecordingFolder, options: CSVOptions = CSVOptions()
    ) throws -> (report: ImportReport, recording: MappedRecording) {
        folder.write(bytes, to: "source.csv")
        let importer = RecordingImport(
            from: folder.path + "/source.csv", to: folder.path + "/made.rec", options: options,
            describe: { $0.instrument(id: "BTC_USDT") }, progress: { _ in })
        let report = try importer.run()
        return (report, try MappedRecording(folder.path + "/made.rec"))
    }

    /// Rows of three kinds; `count` of them are more than one piece of a file.
    private static func text(_ kind: MarketFile.Kind, _ count: Int) -> [UInt8] {
        var random = RandomNumbers(seed: 4)
        var price: Int64 = 100_000
        var text =
            switch kind {
            case .bars: "time_s,open,high,low,close,volume\n"
            case .trades: "time_ms,price,size,side,trade_id\n"
            default: "time_ms,bid,ask,bid_size,ask_size\n"
            }
        for row in 0..<count {
            price += Int64(random.next() % 21) - 10
            let digits = "\(price / 100).\(price % 100 / 10)\(price % 10)"
            switch kind {
            case .bars: text += "\(1_600_000_000 + row * 60),\(digits),\(digits)1,\(price / 100 - 1),\(digits),\(row)\n"
            case .trades: text += "\(1_600_000_000_000 + row / 3),\(digits),0.\(row % 9 + 1),buy,\(row + 1)\n"
            default: text += "\(1_600_000_000_000 + row / 2),\(digits),\(digits)5,1,\(row % 7 + 1)\n"
            }
        }
        return Array(text.utf8)
    }

    @Test(
        "bars, trades and quotes, plain and gzip, are what a backtest reads of the text",
        arguments: [
            MarketFile.Kind.bars, .trades, .quotes,
        ])
    func sameEvents(_ kind: MarketFile.Kind) throws {
        let text = Self.text(kind, 60_000)
        let plain = try read(text)
        for bytes in [text, gzip(text)] {
            let folder = RecordingFolder()
            let (report, recording) = try makeRecording(bytes, folder)
            let file = try recording.file("BTC_USDT")
            #expect(SessionRecordingTests.isSame(file.events.array, plain.events.array))
            #expect(file.kind == kind && file.rows == 60_000 && report.rows == 60_000 && report.kind == kind)
            #expect(file.first == plain.first && file.last == plain.last && file.interval == plain.interval)
            #expect(file.described == plain.instrument(id: "BTC_USDT"), "the tick is that of the finest price")
            #expect(report.first == plain.first && report.last == plain.last)
            #expect(report.faults.count == 0 && report.gaps.count == 0 && recording.isEnded)
        }
    }

    @Test("bars whose beginning is not like the rest are read with the interval of the whole file")
    func wrongGuess() throws {
        var text = "time_s,open,high,low,close\n"
        var time = 1_600_000_000
        // The first piece of the file shows minutes, all of it five minutes.
        for row in 0..<120_000 {
            time += row < 40_000 ? 60 : 300
            text += "\(time),1,1,1,1\n"
        }
        let plain = try read(text)
        #expect(plain.interval == 300 * Timestamp.nanosecondsPerSecond)
        let folder = RecordingFolder()
        let (report, recording) = try makeRecording(Array(text.utf8), folder)
        let made = try recording.file("BTC_USDT")
        #expect(report.interval == plain.interval)
        #expect(SessionRecordingTests.isSame(made.events.array, plain.events.array))
    }

    @Test("duplicates, disorder and bad numbers are left out, counted and named with their lines; gaps too")
    func faults() throws {
        let text = """
            time_s,open,high,low,close
            60,1,1,1,1
            120,1,1,1,1
            120,2,2,2,2
            180,1,1,1,1
            90,1,1,1,1
            600,1,1,1,1

            660,x,1,1,1
            720,1,1,1,1
            780,1,1,1,1

            """
        let (report, recording) = try makeRecording(Array(text.utf8), RecordingFolder())
        #expect(report.rows == 6 && recording.recordCount == 6)
        #expect(report.faults.first.map(\.line) == [4, 6, 9])
        #expect(report.faults.first.map(\.code) == [.duplicateBar, .outOfOrder, .notANumber])
        #expect(report.faults.kinds.map(\.count) == [1, 1, 1])
        #expect(report.gaps.first.map(\.line) == [7, 10])
        #expect(report.gaps.first[0].from.nanoseconds == 180_000_000_000)
        #expect(report.gaps.longest?.nanoseconds == 420_000_000_000)
        let trades = "time_s,price,size,id\n1,5,1,7\n1,5,1,7\n1,5,1,8\n1,5,1,0\n1,5,1,0\n"
        let (second, _) = try makeRecording(Array(trades.utf8), RecordingFolder())
        #expect(second.rows == 4 && second.faults.first.map(\.line) == [3])
        #expect(second.faults.first.map(\.code) == [.duplicateTrade])
    }

    @Test("what cannot be imported is refused with the reason")
    func refused() {
        func code(_ text: String) -> MarketDataError.Code? {
            do {
                _ = try makeRecording(Array(text.utf8), RecordingFolder())
                return nil
            } catch {
                return (error as? MarketDataError)?.code
            }
        }
        #expect(code("") == .empty)
        #expect(code("time,open,high,low,close\n") == .empty)
        #expect(code("time_s,open,high,low,close\n60,1,1,1,1\n") == .intervalUnknown)
        #expect(code("colour,taste\n1,2\n") == .unknownColumns)
        #expect(code("time_s,price,size\n1,0,1\n2,-1,1\n") == .empty)
        #expect(code("\0\0\0") == .binary)
    }

    @Test("it goes over several files, moves as a whole, and is never taken for complete before")
    func parts() throws {
        let folder = RecordingFolder()
        let records = SessionRecordingTests.market(500)
        try SessionRecordingTests.write(records, to: folder.path + "/a.rec", fileBytes: 6000)
        let count = RecordingFile.parts(folder.path + "/a.rec")
        #expect(count > 3)
        var terms = SessionRecordingTests.instruments
        terms[0].instrument.terms.tick = Price(raw: 77)
        for part in 0..<count {
            try RecordingFile.describe(terms, in: RecordingFile.partPath(folder.path + "/a.rec", part))
        }
        try RecordingReader.move(folder.path + "/a.rec", to: folder.path + "/b.rec")
        #expect(RecordingFile.parts(folder.path + "/a.rec") == 0)
        let moved = try MappedRecording(folder.path + "/b.rec")
        #expect(moved.recordCount == records.count && moved.header.instruments == terms)
        terms[0].instrument.name =
            "longer than it was, by far, so that it does not fit into the head any more, in any way"
        #expect(throws: MarketDataError.self) { try RecordingFile.describe(terms, in: folder.path + "/b.rec") }
        RecordingReader.remove(folder.path + "/b.rec")
        #expect(RecordingFile.parts(folder.path + "/b.rec") == 0 && access(folder.path + "/b.1.rec", F_OK) != 0)
    }
}
