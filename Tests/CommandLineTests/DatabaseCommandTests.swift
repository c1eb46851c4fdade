import Foundation
import Journal
import Testing

@testable import stratagem

/// Commands on the database of a data folder: users, backups, doctor.
@Suite("Database commands")
struct DatabaseCommandTests {
    private let scratch = Scratch()

    private func run(_ words: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(words, in: scratch)
    }

    /// A data folder as a first run leaves it.
    private func makeDatabase() async throws {
        scratch.addCross("cross")
        let outcome = try await run("run", "--duration", "0.5", "--seed", "1", "--market-speed", "20")
        try #require(outcome.code == 0, "\(outcome.errors)")
    }

    /// Whether the host on the data folder lets someone in.
    private func login(_ name: String, _ password: String) throws -> Int {
        let client = try HostClient(dataFolder: scratch.path + "/.stratagem")
        let body = JSON.object([("username", .string(name)), ("password", .string(password))])
        return try client.send(HTTPRequest(method: "POST", path: "/api/auth/login", token: "", body: body)).status
    }

    @Test("users are added, listed, disabled and enabled")
    func users() async throws {
        try await makeDatabase()
        scratch.write("correct horse\nsecond line\n", to: "password")
        let added = try await run("user", "add", "ann", "--role", "trader", "--password-file", "password")
        #expect(added.code == 0 && added.output == "added ann, trader\n", "\(added.errors)")
        let again = try await run("user", "add", "ann", "--role", "viewer", "--password-file", "password")
        #expect(
            again.code == 2 && again.lastError.contains("there is a user 'ann' already – .stratagem/journal.sqlite – "))
        #expect(try await run("user", "disable", "ann").output == "disabled ann\n")
        let list = try JSONObject(await run("user", "list", "--json").output).objects("users")
        #expect(list.map { $0.text("username") } == ["admin", "ann"])
        #expect(list[1].texts("roles") == ["trader"] && list[1].flag("disabled") == true)
        #expect(list[0].flag("disabled") == false)
        let table = try await run("user", "list").outputLines
        #expect(table.count == 3 && table[2].hasPrefix("ann ") && table[2].hasSuffix(" disabled"))
        #expect(
            try await run("user", "enable", "ann", "--json").output == "{\"username\":\"ann\",\"disabled\":false}\n")
        #expect(try await run("user", "list").outputLines.last?.hasSuffix(" enabled") == true)
        #expect(try await run("user", "reset-mfa", "ann").output == "ann has no second factor\n")
    }

    @Test("a running host knows a new user and a new password at once")
    func besideAHost() async throws {
        scratch.addCross("cross")
        scratch.write("first secret", to: "first")
        scratch.write("second secret", to: "second")
        let command = try RunningCommand(["run", "--seed", "5"], in: scratch)
        #expect(await command.waitForOutput("running"), "\(command.output) \(command.errors)")
        #expect(try await run("user", "add", "bob", "--role", "viewer", "--password-file", "first").code == 0)
        #expect(try login("bob", "first secret") == 200)
        #expect(try await run("user", "passwd", "bob", "--password-file", "second").code == 0)
        #expect(try login("bob", "first secret") == 401)
        #expect(try login("bob", "second secret") == 200)
        #expect(scratch.read(".stratagem/admin-password") != nil, "it is not admin's that was changed")
        #expect(try await run("user", "passwd", "admin", "--password-file", "second").code == 0)
        #expect(scratch.read(".stratagem/admin-password") == nil)
        #expect(try login("admin", "second secret") == 200)
        #expect(try await run("user", "disable", "bob").code == 0)
        #expect(try login("bob", "second secret") == 401)
        command.send(SIGTERM)
        #expect(try await command.finish().code == 0)
    }

    @Test("what is missing or unknown is said")
    func refusals() async throws {
        let missing = try await run("user", "list")
        #expect(missing.code == 3)
        #expect(missing.lastError.hasPrefix("error: there is no database – .stratagem/journal.sqlite – start a host"))
        #expect(try await run("backup", "copy").lastError == missing.lastError)
        #expect(scratch.names.isEmpty && scratch.read(".stratagem/journal.sqlite") == nil, "nothing is made")
        try await makeDatabase()
        for command in ["disable", "enable", "passwd", "reset-mfa"] {
            let outcome = try await run("user", command, "nobody")
            #expect(outcome.code == 2 && outcome.lastError.contains("there is no user 'nobody'"))
            #expect(outcome.lastError.contains("name one of admin"))
        }
        scratch.write("\n", to: "empty")
        for words in [
            ["ann"], ["ann", "--role", "owner"], ["", "--role", "viewer"], ["a\u{7}", "--role", "viewer"],
            ["ann", "--role", "viewer", "--password-file", "nofile"],
            ["ann", "--role", "viewer", "--password-file", "empty"],
        ] {
            #expect(try await CommandLine.run(["user", "add"] + words, in: scratch).code == 2, "\(words)")
        }
        #expect(try await run("user", "list").outputLines.count == 2)
    }

    @Test("a backup beside a running host is a whole database, and replaces nothing")
    func backup() async throws {
        scratch.addCross("cross")
        let command = try RunningCommand(["run", "--seed", "5", "--market-speed", "60"], in: scratch)
        #expect(await command.waitForOutput(" taker"), "\(command.output) \(command.errors)")
        let made = try await run("backup", "copy.sqlite", "--json")
        #expect(made.code == 0, "\(made.errors)")
        command.send(SIGTERM)
        #expect(try await command.finish().code == 0)
        let bytes = try FileManager.default.attributesOfItem(atPath: scratch.path + "/copy.sqlite")[.size] as? NSNumber
        #expect(try JSONObject(made.output).integer("bytes") == bytes?.intValue)
        let again = try await run("backup", "copy.sqlite")
        #expect(again.code == 2 && again.lastError.contains("copy.sqlite"))
        let examination = try Journal.examine(path: scratch.path + "/copy.sqlite")
        #expect(examination.damages.isEmpty && examination.facts > 0)
        // It is as good as the one it was made from.
        scratch.write("journal: {path: \(scratch.path)/copy.sqlite}\n", to: "strategies/host.yaml")
        let next = try await run("run", "--duration", "0.3", "--data-dir", "other")
        #expect(next.code == 0 && next.output.contains("recovered: "), "\(next.errors)")
        let text = try await run("backup", "second.sqlite")
        #expect(
            text.output.hasPrefix("copied \(scratch.path)/copy.sqlite to second.sqlite, ")
                && text.output.hasSuffix(" MB\n"))
    }

    @Test("doctor says how the database is")
    func doctor() async throws {
        let before = try await run("doctor", "--port", "0")
        #expect(before.output.contains(".stratagem/journal.sqlite will be made by the first host"))
        try await makeDatabase()
        let good = try await run("doctor", "--port", "0", "--json")
        let finding = try #require(
            JSONObject(good.output).objects("findings").first { $0.text("part") == "database" })
        #expect(finding.text("grade") == "ok", "\(good.output)")
        let text = try #require(finding.text("text"))
        #expect(text.contains(#/version \d+, whole, /#) && text.contains("last checkpoint ") && text.contains(" ago"))
        // A page in the middle.
        let path = scratch.path + "/.stratagem/journal.sqlite"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let middle = bytes.startIndex + bytes.count / 2 / 4096 * 4096
        bytes.replaceSubrange(middle..<(middle + 4096), with: repeatElement(0xa5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: path))
        let bad = try await run("doctor", "--port", "0")
        #expect(bad.code == 1 && bad.output.contains("problem  database") && bad.output.contains("restore a backup"))
    }
}
