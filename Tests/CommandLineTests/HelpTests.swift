import Testing

/// The help of commands for operators, word for word: what scripts and hands rely on changes on purpose only.
@Suite("Help")
struct HelpTests {
    private let scratch = Scratch()

    private static let usages: [String: String] = [
        "run": "stratagem run <options>",
        "new":
            "stratagem new <name> [--language <language>] [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "build":
            "stratagem build [<name>] [--test] [--export-kit <dir>] [--strategies <dir>] [--data-dir <dir>] [--json] "
            + "[--quiet]",
        "user": "stratagem user <subcommand>",
        "user add":
            "stratagem user add <name> --role <role> [--password-file <file>] [--strategies <dir>] [--data-dir <dir>] "
            + "[--json] [--quiet]",
        "user passwd":
            "stratagem user passwd <name> [--password-file <file>] [--strategies <dir>] [--data-dir <dir>] [--json] "
            + "[--quiet]",
        "user list": "stratagem user list [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "user disable":
            "stratagem user disable <name> [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "user enable":
            "stratagem user enable <name> [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "user reset-mfa":
            "stratagem user reset-mfa <name> [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "functions":
            "stratagem functions <strategy> [<name>] [<key=value> ...] [--data-dir <dir>] [--json] [--quiet]",
        "plugins": "stratagem plugins [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "audit": "stratagem audit <subcommand>",
        "backup": "stratagem backup <file> [--strategies <dir>] [--data-dir <dir>] [--json] [--quiet]",
        "doctor":
            "stratagem doctor [--strategies <dir>] [--data-dir <dir>] [--host <host>] [--port <port>] [--json] [--quiet]",
    ]

    @Test("usage lines are as they were", arguments: usages.keys.sorted())
    func usage(_ command: String) async throws {
        let words = command.split(separator: " ").map(String.init)
        let outcome = try await CommandLine.run(words + ["--help"], in: scratch)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let usage = outcome.output.split(separator: "USAGE: ").last?.split(separator: "\n\n").first ?? ""
        let joined = usage.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(joined == Self.usages[command])
    }

    @Test("the help of user says what it works on")
    func user() async throws {
        let outcome = try await CommandLine.run(["user", "--help"], in: scratch)
        for line in [
            "OVERVIEW: Who may log in to the API: adds, lists, disables, changes passwords.",
            "  add                     Adds a user.", "  list                    Lists all users, oldest first.",
        ] {
            #expect(outcome.output.contains(line + "\n"), "\(line) in \(outcome.output)")
        }
    }
}
