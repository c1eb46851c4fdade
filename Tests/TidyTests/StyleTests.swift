import Testing

@Suite("Style")
struct StyleTests {
    static let lineMaximum = 400
    /// About a screen; the text of a literal is not counted.
    static let functionMaximum = 80

    private static var code: [SourceFile] {
        Repository.files.filter { ["swift", "c", "h", "py"].contains($0.ending) }
    }

    @Test("the repository is found and read")
    func repositoryIsRead() {
        #expect(Repository.file("Package.swift") != nil)
        #expect(Repository.files(below: "Sources").count > 20)
    }

    @Test("no file is longer than 400 lines")
    func fileLength() {
        for file in Self.code {
            let count = file.lines.count - (file.lines.last?.isEmpty == true ? 1 : 0)
            #expect(count <= Self.lineMaximum, "\(file.path) has \(count) lines")
        }
    }

    @Test("no function is longer than 80 lines")
    func functionLength() {
        for file in Self.code {
            for function in FunctionBody.all(in: file) {
                #expect(
                    function.length <= Self.functionMaximum,
                    "\(file.path):\(function.line) has \(function.length) lines: \(function.head)")
            }
        }
    }

    @Test("no tabs, no spaces at a line's end, one newline at the file's")
    func whitespace() {
        for file in Repository.files {
            for (index, line) in file.lines.enumerated() {
                guard let last = line.utf8.last else { continue }
                if last == UInt8(ascii: " ") || last == UInt8(ascii: "\r") || line.utf8.contains(UInt8(ascii: "\t")) {
                    Issue.record("\(file.path):\(index + 1) has a tab, or white space at its end")
                }
            }
            #expect(file.text.isEmpty || file.text.hasSuffix("\n"), "\(file.path) does not end with a newline")
            #expect(!file.text.hasSuffix("\n\n"), "\(file.path) ends with an empty line")
        }
    }

    @Test("no comment announces work that was put off")
    func workIsFinished() {
        // Put together here, so that this file does not hold the words.
        let words = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
        for file in Repository.files {
            for word in words where file.text.contains(word) {
                Issue.record("\(file.path) holds the word \(word)")
            }
        }
    }

    @Test("a file is named after what is in it, not after a vague role")
    func fileNames() {
        let vague = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities", "Service", "Handler"]
        for file in Repository.files where file.ending == "swift" {
            let stem = file.name.dropLast(".swift".count)
            let isVague = vague.contains { stem.hasSuffix($0) } && stem != "OrderManager"
            #expect(!isVague, "\(file.path): say what it is, not that it manages, helps, serves or handles")
        }
    }
}

/// Where a function starts and how many lines it has, read from the indentation that the formatter keeps.
struct FunctionBody {
    let head: String
    let line: Int
    let length: Int

    static func all(in file: SourceFile) -> [FunctionBody] {
        file.lines.indices.compactMap { start in
            let line = file.lines[start]
            guard isHead(line, file.ending), let end = end(of: start, in: file) else { return nil }
            let length = end - start + 1 - literalLines(file.lines[start...end])
            return FunctionBody(head: String(line), line: start + 1, length: length)
        }
    }

    /// Lines inside literals of several lines.
    private static func literalLines(_ lines: ArraySlice<Substring>) -> Int {
        var count = 0
        var isLiteral = false
        for line in lines {
            let isDelimiter = line.contains("\"\"\"")
            if isDelimiter { isLiteral.toggle() }
            if isLiteral && !isDelimiter { count += 1 }
        }
        return count
    }

    private static func isHead(_ line: Substring, _ ending: String) -> Bool {
        switch ending {
        case "swift":
            // Most lines hold none of these: a quick look before the line is taken apart.
            guard ["func ", "init", "subscript"].contains(where: { line.contains($0) }) else { return false }
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(where: isDeclaration) else { return false }
            return words[..<place].allSatisfy(isModifier)
        case "py":
            let words = line.split(separator: " ")
            return words.first == "def" || (words.first == "async" && words.dropFirst().first == "def")
        default:
            return indent(line) == 0 && line.contains("(") && !line.contains(";") && line.hasSuffix("{")
        }
    }

    private static func isDeclaration(_ word: Substring) -> Bool {
        if word == "func" || word == "deinit" { return true }
        return ["init(", "init?(", "init<", "init?<", "subscript(", "subscript<"].contains { word.hasPrefix($0) }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        let modifiers: Set<Substring> = [
            "public", "package", "internal", "fileprivate", "private", "static", "class", "final", "override",
            "mutating", "nonmutating", "borrowing", "consuming", "convenience", "required", "nonisolated", "open",
            "indirect", "prefix", "postfix", "isolated", "async",
        ]
        return word.hasPrefix("@") || modifiers.contains(word)
    }

    /// The last line of the body: the first one after it starts that is indented no deeper and closes it.
    private static func end(of start: Int, in file: SourceFile) -> Int? {
        let depth = indent(file.lines[start])
        if file.ending == "py" { return pythonEnd(of: start, depth, in: file) }
        if file.lines[start].hasSuffix("}") && file.lines[start].contains("{") { return start }
        var isOpen = file.lines[start].hasSuffix("{")
        for index in file.lines.indices.dropFirst(start + 1) {
            let line = file.lines[index]
            guard !line.isEmpty, indent(line) <= depth else {
                if !isOpen && line.hasSuffix("{") { isOpen = true }
                continue
            }
            let text = line.dropFirst(indent(line))
            if text.hasPrefix("}") { return isOpen ? index : nil }
            // A head over several lines goes on with its closing bracket, its conditions or its brace.
            guard [")", "where ", "{", "->"].contains(where: { text.hasPrefix($0) }) else {
                return isOpen && text.hasPrefix("#") ? index : nil
            }
            if text.hasSuffix("{") { isOpen = true }
        }
        return nil
    }

    private static func pythonEnd(of start: Int, _ depth: Int, in file: SourceFile) -> Int {
        var end = start
        for index in file.lines.indices.dropFirst(start + 1) {
            let line = file.lines[index]
            if line.isEmpty { continue }
            if indent(line) <= depth && !line.dropFirst(indent(line)).hasPrefix(")") { break }
            end = index
        }
        return end
    }

    private static func indent(_ line: Substring) -> Int { line.utf8.prefix { $0 == UInt8(ascii: " ") }.count }
}
