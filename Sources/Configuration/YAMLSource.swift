internal import Yams

/// Turns the bytes of a file into nodes; every reason why that cannot be done is a finding.
struct YAMLSource {
    static let sizeLimitBytes = 1 << 20
    private static let duplicateLimit = 100
    private static let aliasLimit = 16
    /// Marks a key whose twin follows later in the same section; a private-use character that no file should have.
    private static let twinMark: Unicode.Scalar = "\u{E000}"

    let file: String
    private(set) var findings: [ConfigurationFinding] = []
    /// nil when the file is empty or broken.
    private(set) var root: ConfigurationNode?

    init(file: String, bytes: [UInt8]) {
        self.file = file
        guard bytes.count <= Self.sizeLimitBytes else {
            report("is larger than the limit of \(Self.sizeLimitBytes) bytes")
            return
        }
        guard let text = decode(bytes) else { return }
        guard !Self.mayExplode(text) else {
            report("uses anchors and aliases (&, *); write the values out")
            return
        }
        compose(text)
    }

    /// UTF-8 without control characters, a byte-order mark removed.
    private mutating func decode(_ bytes: [UInt8]) -> String? {
        let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: bytes, as: UTF8.self) else {
            for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
            where String(validating: line, as: UTF8.self) == nil {
                report("the line is not UTF-8; save the file as UTF-8", line: index + 1)
            }
            return nil
        }
        var line = 1
        for scalar in text.unicodeScalars {
            if scalar == "\n" { line += 1 }
            let isAllowed = scalar == "\n" || scalar == "\r" || scalar == "\t" || scalar.value >= 0x20
            if !isAllowed || scalar.value == 0x7f || scalar == Self.twinMark {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                report("contains the control character U+\(digits); remove it", line: line)
                return nil
            }
        }
        return text
    }

    /// Few aliases multiply to little; many that look like ones are refused before the tree is built. What looks like
    /// an alias may be part of a text, so that a smaller number is left to the tree, which knows.
    private static func mayExplode(_ text: String) -> Bool {
        var anchors = 0
        var aliases = 0
        let bytes = Array(text.utf8)
        for index in bytes.indices.dropLast() where bytes[index] == 0x26 || bytes[index] == 0x2a {
            // A name follows at once, and nothing but space or an opening sign stands before.
            let startsHere = index == 0 || [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5b, 0x7b].contains(bytes[index - 1])
            let isNamed = ![0x20, 0x09, 0x0a, 0x0d].contains(bytes[index + 1])
            guard startsHere, isNamed else { continue }
            if bytes[index] == 0x26 { anchors += 1 } else { aliases += 1 }
        }
        return anchors > 0 && aliases > aliasLimit
    }

    /// The YAML library stops at the first section with a key twice. The earlier key is then marked and the text
    /// composed again, so that all findings come at once.
    private mutating func compose(_ text: String) {
        var text = text
        for _ in 0..<Self.duplicateLimit {
            do {
                let parser = try Parser(yaml: text, encoding: .utf8)
                guard let node = try parser.singleRoot() else { return }
                root = convert(node, path: "")
                // Anchors are held weakly by the nodes and kept alive by the parser.
                withExtendedLifetime(parser) {}
                return
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard let marked = Self.marking(text, line: context.mark.line, column: context.mark.column) else {
                    report("the key '\(keys.first ?? "")' is there twice", line: context.mark.line)
                    return
                }
                text = marked
            } catch {
                reportSyntax(error, text)
                return
            }
        }
        report("has more than \(Self.duplicateLimit) keys twice")
    }

    private static func marking(_ text: String, line: Int, column: Int) -> String? {
        var scalars = Array(text.unicodeScalars)
        var at = 0
        for _ in 1..<max(line, 1) {
            guard let end = scalars[at...].firstIndex(of: "\n") else { return nil }
            at = end + 1
        }
        at += column - 1
        guard scalars.indices.contains(at), !["[", "{", "?", "&", "*", "!"].contains(scalars[at]) else { return nil }
        let isQuoted = scalars[at] == "\"" || scalars[at] == "'"
        scalars.insert(twinMark, at: isQuoted ? at + 1 : at)
        return String(String.UnicodeScalarView(scalars))
    }

    // MARK: Nodes

    private mutating func convert(_ node: Node, path: String) -> ConfigurationNode {
        let line = node.mark?.line ?? 0
        let column = node.mark?.column ?? 0
        if node.anchor != nil {
            report(
                "anchors and aliases (&, *) are not supported; write the value out", line: line, column: column, path)
            // Its content may be shared many times over, so that it is not looked into; a scalar has none.
            let text = node.scalar?.string ?? "anchored"
            return ConfigurationNode(content: .scalar(text, isPlain: true), line: line, column: column)
        }
        let content: ConfigurationNode.Content
        switch node {
        case .scalar(let scalar): content = .scalar(scalar.string, isPlain: scalar.style == .plain)
        case .sequence(let sequence):
            content = .sequence(sequence.enumerated().map { convert($0.element, path: "\(path)[\($0.offset)]") })
        case .mapping(let mapping): content = .mapping(entries(mapping, path: path))
        case .alias: content = .scalar("", isPlain: true)
        }
        return ConfigurationNode(content: content, line: line, column: column)
    }

    private mutating func entries(_ mapping: Node.Mapping, path: String) -> [ConfigurationNode.Entry] {
        var entries: [ConfigurationNode.Entry] = []
        var twins: [String: Int] = [:]
        for (key, value) in mapping {
            let line = key.mark?.line ?? 0
            let column = key.mark?.column ?? 0
            guard case .scalar(let scalar) = key, key.anchor == nil else {
                report("a key must be a plain name", line: line, column: column, path)
                continue
            }
            let name = String(String.UnicodeScalarView(scalar.string.unicodeScalars.drop { $0 == Self.twinMark }))
            let keyPath = path.isEmpty ? name : "\(path).\(name)"
            if let first = twins[name] {
                report(
                    "the key is there twice, first in line \(first); remove one", line: line, column: column, keyPath)
            } else {
                twins[name] = line
                entries.append(.init(key: name, line: line, column: column, value: convert(value, path: keyPath)))
            }
        }
        return entries
    }

    // MARK: Findings

    private mutating func reportSyntax(_ error: any Error, _ text: String) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            let tabs = Self.linesIndentedByTabs(text)
            if tabs.contains(mark.line) {
                for line in tabs { report("a tab in the indentation; use spaces", line: line) }
                return
            }
            let place = context.map { " (\($0.text), from line \($0.mark.line))" } ?? ""
            report("broken YAML: \(problem)\(place)", line: mark.line, column: mark.column)
        case YamlError.composer(_, let problem, let mark, _):
            let isSecond = problem == "but found another document"
            report(isSecond ? "a second document begins here; a file holds one" : problem, line: mark.line)
        case YamlError.reader(let problem, let offset, _, let yaml):
            let line = offset.map { 1 + yaml.prefix($0).count { $0.isNewline } } ?? 0
            report("unreadable: \(problem)", line: line)
        default: report("unreadable: \(error)")
        }
    }

    private static func linesIndentedByTabs(_ text: String) -> [Int] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let indentation = line.prefix { $0 == " " || $0 == "\t" }
            return indentation.contains("\t") && indentation.count < line.count ? index + 1 : nil
        }
    }

    private mutating func report(_ message: String, line: Int = 0, column: Int = 0, _ keyPath: String = "") {
        findings.append(
            ConfigurationFinding(file: file, line: line, column: column, keyPath: keyPath, message: message))
    }
}
