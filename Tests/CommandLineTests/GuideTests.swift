import Foundation
import PluginHost
import Testing

/// The author's guide does what it says: its samples are compiled, its commands are run.
@Suite("The author's guide")
struct GuideTests {
    private let scratch = Scratch()
    private static let folder = Repository.root + "/Sources/StrategyKit/StrategyKit.docc"
    private static let articles = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.hasSuffix(".md") }.sorted()
    private static let hasSwift = SourceStrategyTests.hasCompiler(.swift)

    private struct Block {
        var language: String
        var text: String
    }

    private static func blocks(of article: String) -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        for line in (Scratch.read("\(folder)/\(article)") ?? "").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if let block = open {
                if line == "```" { blocks.append(block) }
                open = line == "```" ? nil : Block(language: block.language, text: block.text + line + "\n")
            } else if line.hasPrefix("```") {
                open = Block(language: String(line.dropFirst(3)), text: "")
            }
        }
        return blocks
    }

    /// With the compilers of this machine, wherever they are.
    private func run(_ arguments: [String]) async throws -> CommandLine.Outcome {
        let environment = ProcessInfo.processInfo.environment
        let variables = ["HOME=\(environment["HOME"] ?? "/")", "PATH=\(environment["PATH"] ?? "")"]
        return try await CommandLine.run(
            variables + [CommandLine.executable] + arguments, in: scratch, executable: "/usr/bin/env")
    }

    @Test("there are articles, and each link leads to one")
    func articlesAreThere() {
        #expect(Self.articles.count >= 6)
        for article in Self.articles {
            let text = Scratch.read("\(Self.folder)/\(article)") ?? ""
            for link in text.matches(of: /<doc:(\w+)>/) {
                #expect(Self.articles.contains("\(link.1).md"), "\(article) links to \(link.1)")
            }
            #expect(text.split(separator: "\n").count { $0.hasPrefix("```") } % 2 == 0, "\(article) has an open block")
        }
    }

    @Test(
        "every Swift sample compiles, and its tests pass", .enabled(if: hasSwift, "needs swiftc"), arguments: articles)
    func samples(_ article: String) async throws {
        for (index, block) in Self.blocks(of: article).enumerated() where block.language == "swift" {
            let id = "sample\(index)"
            // A sample that tests stands in one piece in the guide, and in two files in a folder.
            let parts = block.text.components(separatedBy: "\n@Test(")
            let strategy = parts[0].replacing("import StrategyTesting\nimport Testing\n", with: "")
            scratch.write(strategy, to: "strategies/\(id)/\(id).swift")
            scratch.write("instruments: [BTC_USDT]\n", to: "strategies/\(id)/strategy.yaml")
            var arguments = ["build", id]
            if parts.count > 1 {
                let tests = parts.dropFirst().map { "@Test(" + $0 }.joined(separator: "\n")
                scratch.write(
                    "import StrategyKit\nimport StrategyTesting\nimport Testing\n\n" + tests,
                    to: "strategies/\(id)/Tests/\(id)Tests.swift")
                arguments.append("--test")
            }
            let outcome = try await run(arguments)
            #expect(outcome.code == 0 && !outcome.output.contains("warning: "), "\(article): \(outcome)")
        }
    }

    @Test("every piece of configuration is taken", .enabled(if: hasSwift, "needs swiftc"), arguments: articles)
    func configuration(_ article: String) async throws {
        let blocks = Self.blocks(of: article)
        let yaml = blocks.filter { $0.language == "yaml" }
        guard !yaml.isEmpty else { return }
        // Parameters are those of the article's strategy.
        if let strategy = blocks.first(where: { $0.language == "swift" }) {
            scratch.write(strategy.text, to: "strategies/idea/idea.swift")
        }
        let plugin = scratch.read("strategies/idea/idea.swift") == nil ? "plugin: SMACross\n" : ""
        scratch.write(
            "instruments: [BTC_USDT]\n" + plugin + yaml.map(\.text).joined(), to: "strategies/idea/strategy.yaml")
        let listed = try await run(["strategies", "--json"])
        let rows = try JSONObject(listed.output).objects("strategies")
        #expect(
            rows.count == 1 && rows[0].objects("problems").allSatisfy { $0.text("severity") != "error" }, "\(listed)")
    }

    @Test("every command does what it is for", .enabled(if: hasSwift, "needs swiftc"), arguments: articles)
    func commands(_ article: String) async throws {
        scratch.writeBars(to: "prices.csv")
        if article == "Testing.md" { _ = try await run(["new", "my_idea"]) }
        for block in Self.blocks(of: article) where block.language == "sh" {
            for line in block.text.split(separator: "\n") where line.hasPrefix("stratagem ") {
                var words = line.split(separator: " ").dropFirst().map(String.init)
                if words.contains("rust"), !SourceStrategyTests.hasCompiler(.rust) { continue }
                if words.contains("rusty"), !SourceStrategyTests.hasCompiler(.rust) { continue }
                // These ask a running host; LiveSourceTests has one.
                if ["generations", "rollback", "reload", "logs"].contains(words[0]) { words = [words[0], "--help"] }
                if words[0] == "run" { words += ["--duration", "1", "--port", "0"] }
                let outcome = try await run(words)
                #expect(outcome.code == 0, "\(article): \(line): \(outcome)")
            }
        }
    }

    @Test("the strategy of the first article is the one that new makes")
    func sameAsNew() async throws {
        #expect(try await run(["new", "my_idea"]).code == 0)
        let made = try #require(scratch.read("strategies/my_idea/my_idea.swift"))
        #expect(Self.blocks(of: "TenMinutes.md").contains { $0.language == "swift" && $0.text == made })
    }
}
