/// Reads the lines that swiftc, clang, gcc, rustc and the linkers write: `file:line:column: severity: text`.
struct CompilerOutput {
    private(set) var messages: [CompilerMessage] = []

    /// Beyond these the rest is cut off: nobody reads more, and the host keeps them in memory.
    static let messagesMax = 200
    static let textBytesMax = 2000

    /// `files` are those of the strategy's folder: others (the kit, the host's own file) give no place. `hasFailed`: when
    /// no line looks like an error, the last ones are taken as they are, so that the reason is never lost.
    init(_ output: String, files: Set<String>, hasFailed: Bool) {
        let lines = output.split(whereSeparator: \.isNewline)
        for line in lines where messages.count < Self.messagesMax {
            if let message = Self.message(line, files) { messages.append(message) }
        }
        // What the host's own file gets wrong follows from the author's mistakes, where there are any.
        if messages.contains(where: { $0.severity == .error && $0.file != nil }) {
            messages.removeAll { $0.file == nil && $0.severity == .error && !$0.text.contains("undefined") }
        }
        if hasFailed, !messages.contains(where: { $0.severity == .error }) {
            let last = lines.suffix(10).map { CompilerMessage(.error, Self.cut($0)) }
            messages += last.isEmpty ? [CompilerMessage(.error, "the compiler failed without a word")] : last
        }
    }

    private static let marks: [(mark: String, severity: CompilerMessage.Severity)] = [
        ("fatal error: ", .error), ("error: ", .error), ("error[", .error), ("warning: ", .warning), ("note: ", .note),
    ]

    private static func message(_ line: Substring, _ files: Set<String>) -> CompilerMessage? {
        for (mark, severity) in marks {
            guard let range = line.firstRange(of: mark) else { continue }
            var head = line[..<range.lowerBound]
            guard head.isEmpty || head.hasSuffix(": ") else { continue }
            head = head.dropLast(2)
            var text = line[range.upperBound...]
            if mark.hasSuffix("[") {  // rustc: error[E0425]: cannot find …
                guard let end = text.firstRange(of: "]: ") else { continue }
                text = "\(text[end.upperBound...]) [\(text[..<end.lowerBound])]"
            }
            return placed(severity, cut(text), head, files)
        }
        // The system's linker does not say "error".
        guard line.contains("undefined reference to ") else { return nil }
        return CompilerMessage(.error, cut(line))
    }

    /// `head` is "file:line:column", "file:line", or the name of a tool.
    private static func placed(
        _ severity: CompilerMessage.Severity, _ text: String, _ head: Substring, _ files: Set<String>
    ) -> CompilerMessage {
        var name = head
        var numbers: [Int] = []
        while numbers.count < 2, let colon = name.lastIndex(of: ":"),
            let number = Int(name[name.index(after: colon)...])
        {
            numbers.insert(number, at: 0)
            name = name[..<colon]
        }
        if name.hasPrefix("./") { name = name.dropFirst(2) }
        guard files.contains(String(name)) else {
            let isExport = name.hasSuffix(BuildJob.exportName) && severity == .error
            return CompilerMessage(severity, isExport ? text + " – in the line by which the host exports it" : text)
        }
        return CompilerMessage(
            severity, text, file: String(name), line: numbers.first ?? 0, column: numbers.count > 1 ? numbers[1] : 0)
    }

    private static func cut(_ text: Substring) -> String {
        text.utf8.count <= textBytesMax
            ? String(text) : String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self) + "…"
    }
}
