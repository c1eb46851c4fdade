import MarketData
import Testing
import Trading

/// Equal inputs give an equal hash, whatever files the data comes from.
@Suite("Equal hash")
struct EqualHashTests {
    private let scratch = Scratch()
    private static let names = [(file: "bars.csv", id: "AAA"), (file: "other.csv", id: "BBB")]

    init() {
        scratch.writeBars()
        scratch.writeBars(300, base: 170, to: "other.csv")
    }

    private func hash(_ data: [(file: String, id: String)]) async throws -> String {
        let words =
            [
                "backtest", "SMACross", "--json", "--commission-rate", "0.001", "--set", "fast=3", "--set", "slow=10",
            ] + data.flatMap { ["--data", $0.file, "--instrument", $0.id] }
        let outcome = try await CommandLine.run(words, in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let result = try JSONObject(outcome.output)
        #expect((result.integer("fills") ?? 0) > 5 && result.text("instrument") == "AAA, BBB")
        return result.text("state_hash") ?? ""
    }

    /// Both files in one recording, in time order.
    private func record(to name: String) throws {
        let files = try EqualHashTests.names.enumerated().map { index, name in
            var options = CSVOptions()
            options.instrument = UInt32(index)
            return try MarketFile.read("\(scratch.path)/\(name.file)", options: options)
        }
        var writer = try RecordingWriter(
            creating: scratch.path + "/" + name,
            instruments: zip(files, EqualHashTests.names).map {
                RecordedInstrument($0.instrument(id: $1.id), kinds: $0.kinds)
            }, start: files[0].first)
        let stream = MarketStream(files)
        while let piece = stream.next() { try writer.append(piece) }
        try writer.close()
    }

    @Test("two texts, two imports, one recording of both, and any mixture of them")
    func anyFiles() async throws {
        let ofText = try await hash(EqualHashTests.names)
        try record(to: "both.rec")
        #expect(try await hash([("both.rec", "AAA"), ("both.rec", "BBB")]) == ofText)
        for name in EqualHashTests.names {
            let imported = try await CommandLine.run(["import", name.file, "--instrument", name.id], in: scratch)
            #expect(imported.code == 0, "\(imported.errors)")
        }
        #expect(try await hash([("AAA", "AAA"), ("BBB", "BBB")]) == ofText)
        #expect(try await hash([("bars.csv", "AAA"), ("both.rec", "BBB")]) == ofText)
    }
}
