import FoundationEssentials

/// One text file of the repository, as lines.
struct SourceFile: Sendable {
    /// From the root: "Sources/Controls/Gate.swift".
    let path: String
    let text: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
    var ending: String { String(name.split(separator: ".").last ?? "") }
    /// "Sources/Controls/Gate.swift" → "Controls".
    var room: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// Modules that the file imports, with the line of each.
    var imports: [(module: String, line: Int)] {
        guard ending == "swift" else { return [] }
        return lines.enumerated().compactMap { index, line in
            guard line.utf8.first != UInt8(ascii: " "), line.contains("import ") else { return nil }
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "package"].contains($0) })
            else { return nil }
            // "import struct Foundation.Date" names a part of a module.
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            let named = kinds.contains(words[keyword + 1]) ? words[words.count - 1] : words[keyword + 1]
            return (String(named.split(separator: ".")[0]), index + 1)
        }
    }
}

/// The working tree that these tests were compiled from, read once.
enum Repository {
    static let root: String = {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return here.dropLast(3).joined(separator: "/")
    }()

    static let files: [SourceFile] = {
        var paths = ["Package.swift", "README.md"]
        for folder in ["Sources", "Plugins", "Tests", "strategies", ".ci"] {
            let found = (try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            paths += found.map { "\(folder)/\($0)" }
        }
        let endings: Set<Substring> = ["swift", "c", "h", "md", "py", "yaml", "modulemap"]
        return paths.sorted().compactMap { path in
            guard let ending = path.split(separator: ".").last, endings.contains(ending) || path == ".ci/run",
                !path.contains("/."), let text = contents(path)
            else { return nil }
            return SourceFile(path: path, text: text)
        }
    }()

    static func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }
    static func files(below folder: String) -> [SourceFile] { files.filter { $0.path.hasPrefix(folder + "/") } }
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }

    private static func contents(_ path: String) -> String? {
        FileManager.default.contents(atPath: "\(root)/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }
}
