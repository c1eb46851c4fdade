import Foundation
import Testing

/// `stratagem audit` on what a run has left.
@Suite("Audit commands")
struct AuditCommandTests {
    private let scratch = Scratch()
    private var journal: URL { URL(fileURLWithPath: scratch.path + "/.stratagem/journal.sqlite") }

    private func run(_ words: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(words, in: scratch)
    }

    private func makeDatabase() async throws {
        scratch.addCross("cross")
        let outcome = try await run("run", "--duration", "1", "--seed", "1", "--market-speed", "200")
        try #require(outcome.code == 0, "\(outcome.errors)")
    }

    @Test("the log of a run is whole, has a signed head, and goes through a head that was written down")
    func verify() async throws {
        try await makeDatabase()
        let first = try JSONObject(await run("audit", "verify", "--json").output)
        #expect(first.flag("valid") == true)
        let head = try #require(first.text("head"))
        try await makeDatabase()
        let again = try await run("audit", "verify", "--expect", head)
        #expect(again.code == 0 && again.output.hasPrefix("the audit log is whole: "), "\(again.output)")
        let other = try await run("audit", "verify", "--expect", String(repeating: "0", count: 64))
        #expect(other.code == 1 && other.output.contains("no row has the expected hash"))
        #expect(try await run("audit", "verify", "--expect", "12").code == 2)
    }

    @Test("one byte that was changed in the database is found and located")
    func tampering() async throws {
        try await makeDatabase()
        var data = try Data(contentsOf: journal)
        // The first row: a host began.
        let place = try #require(data.firstRange(of: Data("host.started".utf8)))
        data[place.lowerBound + 5] ^= 1
        try data.write(to: journal)
        let outcome = try await run("audit", "verify")
        #expect(outcome.code == 1 && outcome.output.contains("NOT whole"), "\(outcome.output)")
        #expect(outcome.output.contains(": its content was changed"))
    }

    @Test("rows are printed as JSON lines and as a table, and old ones go into files")
    func export() async throws {
        try await makeDatabase()
        let lines = try await run("audit", "export").outputLines
        let line = try #require(lines.first)
        let first = try JSONObject(String(line))
        #expect(first.text("hash")?.count == 64 && first.text("action") != nil)
        #expect(lines.contains { $0.contains(#""action":"order.accepted""#) && $0.contains(#""strategy_id":"cross""#) })
        let table = try await run("audit", "export", "--format", "csv", "--account", "paper").outputLines
        #expect(table.first?.hasPrefix("sequence,wall_time,event_time,action,user,") == true)
        #expect(table.count > 1 && table.count < lines.count + 1)
        #expect(try await run("audit", "export", "--day", "2001-01-01").output.isEmpty)
        let unknown = try await run("audit", "export", "--account", "none")
        #expect(unknown.code == 3 && unknown.lastError.contains("no account 'none'"))
        let moved = try JSONObject(await run("audit", "rotate", "--before", "2200-01-01", "--json").output)
        #expect(moved.texts("files").count == 1)
        #expect(try await run("audit", "export").outputLines == lines)
        #expect(try await run("audit", "verify").code == 0)
    }
}
