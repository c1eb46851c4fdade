import CStrategyABI
import Foundation
import MarketData
import Testing
import Trading

/// Recordings stand where CSV files stand.
@Suite("Recorded sessions")
struct RecordedSessionTests {
    private let scratch = Scratch()
    private static let cross = ["--set", "fast=3", "--set", "slow=10", "--commission-rate", "0.001", "--json"]

    init() { scratch.writeBars() }

    private func backtest(_ data: String, _ more: [String] = []) async throws -> CommandLine.Outcome {
        try await CommandLine.run(
            ["backtest", "SMACross", "--data", data] + more + RecordedSessionTests.cross, in: scratch)
    }

    /// Records the events of bars.csv under each of `ids`.
    private func record(_ ids: [String], to name: String) throws {
        let file = try MarketFile.read(scratch.path + "/bars.csv")
        var writer = try RecordingWriter(
            creating: scratch.path + "/" + name,
            instruments: ids.map { RecordedInstrument(file.instrument(id: $0), kinds: file.kinds) }, start: file.first)
        try withExtendedLifetime(file.events) {
            for record in file.events.records {
                for index in ids.indices {
                    var copy = record
                    copy.instrument = UInt32(index)
                    try withUnsafePointer(to: copy) { try writer.append(UnsafeBufferPointer(start: $0, count: 1)) }
                }
            }
        }
        try writer.close()
    }

    @Test("a backtest of a recording is that of the CSV it was made from")
    func sameHash() async throws {
        try record(["bars"], to: "session.rec")
        let ofText = try await JSONObject(backtest("bars.csv").output)
        let outcome = try await backtest("session.rec")
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let ofRecording = try JSONObject(outcome.output)
        #expect(ofText.text("state_hash") != nil && (ofText.integer("fills") ?? 0) > 5)
        #expect(ofRecording.text("state_hash") == ofText.text("state_hash"))
        #expect(ofRecording.text("instrument") == "bars")
        let part = ["--from", "2024-01-10T01:00", "--to", "2024-01-10T04:00", "--timeframe", "5m"]
        let textPart = try await JSONObject(backtest("bars.csv", part).output)
        let recordedPart = try await JSONObject(backtest("session.rec", part).output)
        #expect(textPart.text("state_hash") == recordedPart.text("state_hash"))
        #expect(textPart.text("state_hash") != ofText.text("state_hash"))
    }

    @Test("a recording of several instruments asks which one")
    func severalInstruments() async throws {
        try record(["bars", "OTHER"], to: "session.rec")
        let asked = try await backtest("session.rec")
        #expect(asked.code == 2 && asked.lastError.contains("--instrument: bars, OTHER"))
        let ofText = try await JSONObject(backtest("bars.csv").output)
        let chosen = try await JSONObject(backtest("session.rec", ["--instrument", "OTHER"]).output)
        #expect(chosen.text("instrument") == "OTHER" && chosen.text("state_hash") == ofText.text("state_hash"))
        let unknown = try await backtest("session.rec", ["--instrument", "NO_SUCH"])
        #expect(unknown.code == 2 && unknown.lastError.contains("it has bars, OTHER"))
    }

    @Test("a run of a recording of several instruments puts each strategy on its own")
    func run() async throws {
        try record(["BTC_USDT", "OTHER"], to: "session.rec")
        scratch.addCross("own")
        scratch.write("accounts: {paper: {opening_balance: 100000}}\n", to: "strategies/host.yaml")
        let outcome = try await CommandLine.run(["run", "--feed", "session.rec", "--json"], in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"own\""))
    }

    @Test("a run is recorded, goes on in the same file, and a backtest of it is that of its market")
    func recordedRun() async throws {
        scratch.addCross("cross")
        let words = ["run", "--seed", "5", "--market-speed", "60", "--record", "kept/session.rec"]
        let first = try await CommandLine.run(words + ["--duration", "1"], in: scratch)
        #expect(first.code == 0 && first.output.contains("recording: kept/session.rec\n"), "\(first.errors)")
        let recording = try MappedRecording(scratch.path + "/kept/session.rec")
        #expect(recording.tail == nil && recording.droppedRecords == 0)
        #expect(first.output.contains("\nrecorded: \(recording.recordCount) events in kept/session.rec\n"))
        #expect(recording.header.instruments.contains { $0.instrument.id == "BTC_USDT" })
        #expect(recording.hasMarket("BTC_USDT"))
        let tested = try await backtest("kept/session.rec", ["--instrument", "BTC_USDT", "--timeframe", "1s"])
        #expect(try tested.code == 0 && (JSONObject(tested.output).integer("fills") ?? 0) > 0, "\(tested.errors)")
        let second = try await CommandLine.run(words + ["--duration", "0.5", "--json"], in: scratch)
        #expect(second.code == 0 && second.outputLines.count == 1, "\(second.errors)")
        let longer = try MappedRecording(scratch.path + "/kept/session.rec")
        #expect(longer.recordCount == recording.recordCount + (try JSONObject(second.output).integer("events") ?? -1))
        #expect(try await backtest("kept/session.rec", ["--instrument", "BTC_USDT"]).code == 0)
    }

    @Test("a playback is recorded as it was; a file that is there is not overwritten")
    func recordedPlayback() async throws {
        scratch.addCross("cross")
        let words = ["run", "--feed", "bars.csv", "--instrument", "BTC_USDT", "--json", "--record", "copy.rec"]
        let run = try await CommandLine.run(words, in: scratch)
        #expect(run.code == 0, "\(run.errors)")
        let ofText = try await JSONObject(backtest("bars.csv", ["--instrument", "BTC_USDT"]).output)
        let ofCopy = try await JSONObject(backtest("copy.rec").output)
        #expect(ofText.text("state_hash") != nil && ofText.text("state_hash") == ofCopy.text("state_hash"))
        let again = try await CommandLine.run(words, in: scratch)
        #expect(again.code == 3 && again.lastError.contains("copy.rec"), "\(again.errors)")
        scratch.write("text", to: "notes.txt")
        let other = try await CommandLine.run(["run", "--record", "notes.txt"], in: scratch)
        #expect(other.code == 3 && scratch.read("notes.txt") == "text")
    }

    @Test("a torn end is passed over with a warning")
    func tornEnd() async throws {
        try record(["bars"], to: "session.rec")
        let whole = try await JSONObject(backtest("session.rec").output).text("state_hash")
        // Into the end mark, which is the last block.
        let path = scratch.path + "/session.rec"
        let bytes = try #require(FileManager.default.contents(atPath: path))
        try bytes.dropLast(10).write(to: URL(fileURLWithPath: path))
        let outcome = try await backtest("session.rec")
        #expect(try outcome.code == 0 && JSONObject(outcome.output).text("state_hash") == whole)
        #expect(outcome.errors.contains("warning: session.rec: its end was not written whole: 54 bytes"))
    }
}
