import Foundation
import PluginHost
import Testing

/// `stratagem new` and `stratagem build` as a user types them, with the compilers of this machine.
@Suite("Strategies from source")
struct SourceStrategyTests {
    private let scratch = Scratch()

    private static let toolchain = Toolchain.find()
    static func hasCompiler(_ language: SourceLanguage) -> Bool { toolchain.compiler(for: language) != nil }
    /// The tests' own environment has a short PATH; compilers come by the variable that names their folder.
    private static func folder(of language: SourceLanguage) -> String {
        (toolchain.compiler(for: language) ?? "").split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
    }

    private func run(_ arguments: [String], with language: SourceLanguage = .swift) async throws -> CommandLine.Outcome
    {
        try await Self.run(arguments, with: language, in: scratch)
    }

    static func run(
        _ arguments: [String], with language: SourceLanguage, in scratch: Scratch
    ) async throws -> CommandLine.Outcome {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/"
        return try await CommandLine.run(
            ["HOME=\(home)", "STRATAGEM_TOOLCHAIN=\(Self.folder(of: language))", CommandLine.executable] + arguments,
            in: scratch, executable: "/usr/bin/env")
    }

    @Test("what new makes compiles without a word, passes its tests and trades", arguments: SourceLanguage.allCases)
    func scaffold(_ language: SourceLanguage) async throws {
        guard Self.hasCompiler(language) else {
            print("skipped: no compiler for \(language.name)")
            return
        }
        let made = try await run(["new", "my-idea", "--language", language.rawValue], with: language)
        #expect(made.code == 0 && made.errors.isEmpty, "\(made)")
        for line in made.outputLines where line.hasPrefix("made ") {
            #expect(scratch.read(String(line.dropFirst(5))) != nil, "\(line)")
        }
        let built = try await run(["build", "my-idea", "--test", "--json"], with: language)
        let report = try JSONObject(built.output)
        #expect(built.code == 0 && report.flag("built") == true && report.flag("passed") == true, "\(built)")
        #expect(report.objects("messages").isEmpty, "\(built.output)")

        let checked = try await run(["check", "--json"], with: language)
        let findings = try JSONObject(checked.output)
        #expect(checked.code == 0 && findings.integer("errors") == 0, "\(checked)")
        scratch.writeBars(base: 60_000)
        let backtest = try await run(
            ["backtest", "my-idea", "--data", "bars.csv", "--set", "quantity=0.02", "--json"], with: language)
        let result = try JSONObject(backtest.output)
        #expect(backtest.code == 0 && result.text("plugin") == "MyIdea", "\(backtest)")
        #expect((result.integer("fills") ?? 0) > 5, "\(backtest.output)")
    }

    @Test(
        "a broken source is told with file, line, column and its text; code 1",
        .enabled(if: hasCompiler(.swift), "needs swiftc"))
    func broken() async throws {
        _ = try await run(["new", "idea"])
        let file = "strategies/idea/idea.swift"
        scratch.write(try #require(scratch.read(file)).replacing("moveTo(", with: "moveTwo("), to: file)
        let built = try await run(["build", "idea"])
        #expect(built.code == 1)
        #expect(
            built.output.contains("\(file):22:17: error: value of type 'Context' has no member 'moveTwo'"), "\(built)")
        #expect(built.output.contains("        context.moveTwo(fast > slow ? quantity : -quantity)\n"))
        let checked = try await run(["check"])
        #expect(checked.code == 1 && checked.output.contains("error: \(file):22:17: value of type"), "\(checked)")
        let object = try JSONObject(try await run(["build", "idea", "--json"]).output)
        let message = try #require(object.objects("messages").first)
        #expect(
            message.text("file") == "idea.swift" && message.integer("line") == 22 && message.integer("column") == 17)
        let listed = try await run(["strategies"])
        #expect(listed.code == 0 && listed.output.contains("\(file):22:17"), "\(listed)")
    }

    @Test("names that cannot be, strategies that are there, and bundled plugins are refused")
    func names() async throws {
        for name in ["a b", "", "../up", "ümlaut", "_1", String(repeating: "n", count: 65)] {
            let outcome = try await run(["new", name])
            #expect(outcome.code == 2 && outcome.lastError.hasPrefix("error: "), "\(name): \(outcome)")
        }
        let bundled = try await run(["new", "breakout"])
        #expect(
            bundled.code == 2 && bundled.lastError.contains("'Breakout' is the id of a bundled plugin"), "\(bundled)")
        #expect(try await run(["new", "2fast", "--language", "c", "--json"]).code == 0)
        let again = try await run(["new", "2fast"])
        #expect(again.code == 2 && again.lastError.contains("there is a strategy of that name"))
        #expect(try await run(["new", "x", "--language", "cobol"]).code == 2)
        #expect(scratch.names == ["strategies"])
    }

    @Test("build says what it cannot build, and code 3 without a toolchain")
    func notBuilt() async throws {
        scratch.addCross("cross")
        #expect(try await run(["build", "cross"]).lastError.contains("there is nothing to compile"))
        #expect(try await run(["build", "none"]).code == 2)
        #expect(try await run(["build"]).code == 2)
        scratch.write("struct Idea {}", to: "strategies/idea/idea.swift")
        let bare = try await CommandLine.run(
            ["STRATAGEM_TOOLCHAIN=/nowhere", CommandLine.executable, "build", "idea"], in: scratch,
            executable: "/usr/bin/env")
        #expect(bare.code == 3 && bare.lastError.contains("no toolchain for Swift"), "\(bare)")
        scratch.write("instruments: [BTC_USDT]\n", to: "strategies/idea/strategy.yaml")
        let doctor = try await CommandLine.run(
            ["STRATAGEM_TOOLCHAIN=/nowhere", CommandLine.executable, "doctor"], in: scratch, executable: "/usr/bin/env")
        let lines = doctor.outputLines.filter { $0.contains("toolchain") || $0.contains("kit") }
        #expect(lines.contains { $0.hasPrefix("problem") && $0.contains("swiftc is not on PATH") }, "\(doctor.output)")
        #expect(lines.contains { $0.hasPrefix("warning") && $0.contains("rustc is not on PATH") }, "\(doctor.output)")
    }

    @Test(
        "a host that starts again over a broken source trades on with what it had",
        .enabled(if: hasCompiler(.c), "needs cc"))
    func brokenAtRestart() async throws {
        let start = ["run", "--duration", "2", "--market-speed", "20", "--seed", "7", "--port", "0", "--json"]
        _ = try await run(["new", "idea", "--language", "c"], with: .c)
        let first = try await run(start, with: .c)
        #expect(first.code == 0 && first.errors.isEmpty, "\(first)")
        scratch.write("int broken(void) { return nothing; }\n", to: "strategies/idea/idea.c")
        let again = try await run(start, with: .c)
        let strategies = try JSONObject(again.outputLines.last.map(String.init) ?? "").objects("strategies")
        #expect(strategies.contains { $0.text("id") == "idea" && ($0.integer("orders") ?? 0) > 0 }, "\(again)")
        #expect(again.errors.contains("warning: strategies/idea/idea.c:1:27: "), "\(again.errors)")
        #expect(again.errors.contains("what was compiled before trades on"))
    }

    @Test(
        "two folders with one plugin id are both told which other one has it", .enabled(if: hasCompiler(.c), "needs cc")
    )
    func copied() async throws {
        _ = try await run(["new", "first", "--language", "c"], with: .c)
        try FileManager.default.copyItem(
            atPath: scratch.path + "/strategies/first", toPath: scratch.path + "/strategies/second")
        let listed = try await run(["strategies"], with: .c)
        for (one, other) in [("first", "second"), ("second", "first")] {
            #expect(
                listed.output.contains("strategies/\(one): has the id 'First', as strategies/\(other) has"), "\(listed)"
            )
        }
    }

    @Test(
        "the host compiles what is there at its start, and trades on with the rest",
        .enabled(if: hasCompiler(.c), "needs cc"))
    func atStart() async throws {
        _ = try await run(["new", "good", "--language", "c"], with: .c)
        scratch.addCross("cross")
        scratch.write("int broken(void) { return nothing; }\n", to: "strategies/bad/bad.c")
        scratch.write("instruments: [BTC_USDT]\n", to: "strategies/bad/strategy.yaml")
        let outcome = try await run(
            ["run", "--duration", "3", "--market-speed", "20", "--seed", "7", "--port", "0", "--json"], with: .c)
        let status = try JSONObject(outcome.outputLines.last.map(String.init) ?? "")
        let strategies = status.objects("strategies")
        let good = try #require(strategies.first { $0.text("id") == "good" })
        #expect((good.integer("fills") ?? 0) > 0, "\(outcome)")
        #expect(strategies.contains { $0.text("id") == "cross" && ($0.integer("orders") ?? 0) > 0 })
        #expect(outcome.errors.contains("refused: bad: strategies/bad/bad.c:1:27: "), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count { $0.contains("bad.c:1:27") } == 1)
    }
}
