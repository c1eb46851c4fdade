import Foundation
import Testing

/// From text to a recording, to a backtest, and back to text.
@Suite("Import command")
struct ImportCommandTests {
    private let scratch = Scratch()
    private static let cross = ["--set", "fast=3", "--set", "slow=10", "--commission-rate", "0.001", "--json"]

    init() { scratch.writeBars() }

    private func run(_ words: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(words, in: scratch)
    }

    private func hash(_ data: [String]) async throws -> String {
        let words = ["backtest", "SMACross"] + data.flatMap { ["--data", $0] } + Self.cross
        let outcome = try await CommandLine.run(words, in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try JSONObject(outcome.output).text("state_hash") ?? ""
    }

    @Test("an import is listed, a backtest of it by name has the hash of the text, and its text makes it again")
    func wayAround() async throws {
        let imported = try await run("import", "bars.csv", "--instrument", "bars", "--json")
        #expect(imported.code == 0 && imported.errors.isEmpty, "\(imported.errors)")
        let report = try JSONObject(imported.output)
        #expect(report.integer("rows") == 400 && report.integer("bad_rows") == 0 && report.integer("gaps") == 0)
        #expect(report.text("file") == ".stratagem/recordings/bars.rec" && report.text("kind") == "bars")
        let ofText = try await hash(["bars.csv"])
        #expect(try await hash(["bars"]) == ofText)
        let listed = try await JSONObject(run("sessions", "--json").output).objects("sessions")
        #expect(listed.map { $0.text("id") } == ["bars"] && listed[0].text("state") == "complete")
        #expect(listed[0].integer("records") == 400)

        let twice = try await run("import", "bars.csv", "--instrument", "bars")
        #expect(twice.code == 2 && twice.lastError.contains("--replace"))
        let written = try await run("sessions", "bars", "--csv", "again.csv")
        #expect(written.code == 0 && written.output == "wrote 400 rows of bars into again.csv\n", "\(written.errors)")
        #expect(try await hash(["again.csv"]) != "")
        let again = try await run("import", "again.csv", "--instrument", "bars", "--replace")
        #expect(again.code == 0 && again.output.contains("imported 400 bars of bars"), "\(again.errors)")
        #expect(try await hash(["bars"]) == ofText)
        #expect(try await run("sessions", "none", "--csv", "x.csv").code == 2)
        #expect(!scratch.names.contains("x.csv") && !scratch.names.contains { $0.hasSuffix(".tmp") })
    }

    @Test("a file with bad rows is refused with its lines, or taken without them; nothing is left of what was refused")
    func badRows() async throws {
        var lines = (scratch.read("bars.csv") ?? "").split(separator: "\n").map(String.init)
        lines.insert(lines[9], at: 10)
        lines.insert("2024-01-10T00:00:00Z,1,1,1,1,1", at: 20)
        scratch.write(lines.joined(separator: "\n") + "\n", to: "bad.csv")
        let refused = try await run("import", "bad.csv", "--instrument", "bars")
        #expect(refused.code == 2 && refused.lastError.contains("2 of its rows"), "\(refused.errors)")
        #expect(refused.errors.contains("bad.csv:11: a second bar") && refused.errors.contains("bad.csv:21: "))
        let folder = scratch.path + "/.stratagem/recordings"
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        let taken = try await run("import", "bad.csv", "--instrument", "bars", "--skip-bad-rows", "--json")
        #expect(try taken.code == 0 && JSONObject(taken.output).integer("bad_rows") == 2, "\(taken.errors)")
        #expect(try await hash(["bars"]) == hash(["bars.csv"]))
    }

    @Test("several instruments are one timeline, whichever files they come from")
    func severalFiles() async throws {
        scratch.write(
            (scratch.read("bars.csv") ?? "").split(separator: "\n").enumerated().filter { $0.offset % 3 != 1 }
                .map { String($0.element) }.joined(separator: "\n") + "\n", to: "other.csv")
        let ofText = try await hash(["bars.csv", "other.csv"])
        for name in ["bars", "other"] {
            #expect(try await run("import", "\(name).csv", "--instrument", name).code == 0)
        }
        #expect(try await hash(["bars", "other"]) == ofText)
        #expect(try await hash(["bars", "other.csv"]) == ofText)
        #expect(try await hash(["bars"]) != ofText)
        let same = try await run("backtest", "SMACross", "--data", "bars", "--data", "bars.csv")
        #expect(same.code == 2 && same.lastError.contains("two files are of the instrument bars"))
        let few = try await run("backtest", "SMACross", "--data", "bars", "--data", "other", "--instrument", "A")
        #expect(few.code == 2)
    }
}
