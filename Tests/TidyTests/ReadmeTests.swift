import Testing

/// What README says is there.
@Suite("README")
struct ReadmeTests {
    private static let readme = Repository.file("README.md")
    private static let strategy = Repository.file("Tests/StrategyKitTests/ReadmeStrategy.swift")

    @Test(
        "every path and file that README names exists",
        .enabled(if: readme != nil, "there is no README.md"))
    func pathsExist() throws {
        let readme = try #require(Self.readme)
        let names = Set(Repository.files.map(\.name))
        for (code, line) in Self.inlineCode(in: readme) where Self.isPath(code) {
            let isThere = code.contains("/") ? Repository.exists(code) : names.contains(code)
            #expect(isThere, "README.md:\(line) names `\(code)`, which does not exist")
        }
    }

    @Test(
        "README's strategy is the compiled one",
        .enabled(if: readme != nil && strategy != nil, "there is no README.md, or no ReadmeStrategy.swift"))
    func strategyIsCompiled() throws {
        let readme = try #require(Self.readme)
        let strategy = try #require(Self.strategy)
        let compiled = Self.trimmed(strategy.lines)
        let blocks = Self.swiftBlocks(in: readme).map(Self.trimmed)
        #expect(!compiled.isEmpty)
        #expect(blocks.contains(compiled), "none of README's \(blocks.count) Swift blocks is \(strategy.path)")
    }

    @Test("inline code is told from fenced code, and paths from other words")
    func readsMarkdown() {
        let text = "See `Sources/Engine` and `a b`.\n```swift\nlet `x/y` = 1\n```\n`events.h`\n``two `ticks` ``\n"
        let file = SourceFile(path: "README.md", text: text)
        #expect(Self.inlineCode(in: file).map(\.code).filter(Self.isPath) == ["Sources/Engine", "events.h"])
        #expect(Self.swiftBlocks(in: file) == [["let `x/y` = 1"]])
    }

    /// Texts in single backticks outside fenced blocks.
    private static func inlineCode(in file: SourceFile) -> [(code: String, line: Int)] {
        var isFenced = false
        var found: [(String, Int)] = []
        for (index, line) in file.lines.enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isFenced.toggle()
            } else if !isFenced, !line.contains("``") {
                let parts = line.split(separator: "`", omittingEmptySubsequences: false)
                for part in stride(from: 1, to: parts.count, by: 2) { found.append((String(parts[part]), index + 1)) }
            }
        }
        return found
    }

    /// A path of this repository, or a file's name: no command, no URL, no pattern, nothing built or outside.
    private static func isPath(_ code: String) -> Bool {
        let isPlain = code.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "+"):
                true
            default: false
            }
        }
        let outside = ["/", "-", "..", "./", ".build", ".stratagem", "application/", "text/"]
        guard isPlain, !outside.contains(where: { code.hasPrefix($0) }) else { return false }
        if code.contains("/") {
            let isRate = code.utf8.first.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? true
            return !isRate
        }
        return [".swift", ".h", ".c", ".md", ".py", ".yaml"].contains { code.hasSuffix($0) && code.count > $0.count }
    }

    private static func swiftBlocks(in file: SourceFile) -> [[Substring]] {
        var blocks: [[Substring]] = []
        var block: [Substring]?
        for line in file.lines {
            if let open = block {
                if line.hasPrefix("```") {
                    blocks.append(open)
                    block = nil
                } else {
                    block = open + [line]
                }
            } else if line == "```swift" {
                block = []
            }
        }
        return blocks
    }

    /// Without empty lines at both ends.
    private static func trimmed(_ lines: [Substring]) -> [Substring] {
        let isEmpty = { (line: Substring) in line.isEmpty }
        return Array(lines.drop(while: isEmpty).reversed().drop(while: isEmpty).reversed())
    }
}
