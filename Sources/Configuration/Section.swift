internal import Trading

/// All findings of one file.
final class FindingList {
    let file: String
    var all: [ConfigurationFinding]

    init(file: String, _ findings: [ConfigurationFinding] = []) {
        self.file = file
        all = findings
    }

    func add(
        _ node: ConfigurationNode?, _ keyPath: String, _ message: String,
        severity: ConfigurationFinding.Severity = .error
    ) {
        all.append(
            ConfigurationFinding(
                severity: severity, file: file, line: node?.line ?? 0, column: node?.column ?? 0, keyPath: keyPath,
                value: node?.scalarText, message: message))
    }

    var hasErrors: Bool { all.contains { $0.severity == .error } }
}

/// One mapping of a file while it is read: each key is asked for once, with what is allowed; `finish` reports the rest
/// as unknown. A key that is not there gives the default, a wrong one a finding and the default.
struct Section {
    let path: String
    let node: ConfigurationNode?
    let findings: FindingList
    private let entries: [ConfigurationNode.Entry]
    private var known: [String] = []

    init(_ node: ConfigurationNode?, path: String, findings: FindingList) {
        self.path = path
        self.findings = findings
        guard let node, !node.isNull else {
            self.node = nil
            entries = []
            return
        }
        self.node = node
        if case .mapping(let entries) = node.content {
            self.entries = entries
        } else {
            entries = []
            findings.add(node, path, "expected a section with keys, found \(node.kindName)")
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of `key`, which is known from now on.
    mutating func value(_ key: String) -> ConfigurationNode? {
        known.append(key)
        return entries.first { $0.key == key }?.value
    }

    mutating func section(_ key: String) -> Section { Section(value(key), path: path(key), findings: findings) }

    /// All entries, for sections whose keys are names that the operator chose.
    mutating func named() -> [ConfigurationNode.Entry] {
        known += entries.map(\.key)
        return entries
    }

    /// Reports every key that nobody asked for.
    func finish() {
        for entry in entries where !known.contains(entry.key) {
            let hint = Nearest.match(entry.key, in: known).map { "did you mean \($0)?" }
            let allowed = hint ?? "known here: \(known.sorted().joined(separator: ", "))"
            findings.all.append(
                ConfigurationFinding(
                    file: findings.file, line: entry.line, column: entry.column, keyPath: path(entry.key),
                    message: "unknown key; \(allowed)"))
        }
    }

    /// Reads a single value with `convert`; nil from it is a finding with what was `expected`.
    mutating func read<T>(_ key: String, _ expected: @autoclosure () -> String, _ convert: (String) -> T?) -> T? {
        guard let node = value(key) else { return nil }
        guard let text = node.scalarText else {
            findings.add(node, path(key), "expected \(expected()), found \(node.kindName)")
            return nil
        }
        if let converted = convert(text) { return converted }
        findings.add(node, path(key), "expected \(expected())")
        return nil
    }

    // MARK: Single values

    mutating func text(_ key: String, maxBytes: Int = 4096) -> String? {
        read(key, "a text of 1 to \(maxBytes) bytes") { (1...maxBytes).contains($0.utf8.count) ? $0 : nil }
    }

    mutating func boolean(_ key: String) -> Bool? { read(key, "true or false", YAMLWords.boolean) }

    mutating func integer<T: FixedWidthInteger>(_ key: String, in range: ClosedRange<T>) -> T? {
        read(key, "a whole number in \(range.lowerBound)…\(range.upperBound)") { text in
            T(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A decimal number of 10^-scale between two whole numbers, exact.
    mutating func decimal(_ key: String, scale: Int, in range: ClosedRange<Int64>, above0: Bool = false) -> Int64? {
        let least = above0 ? "above 0 and up to \(range.upperBound)" : "in \(range.lowerBound)…\(range.upperBound)"
        return read(key, "a decimal number \(least) with at most \(scale) decimals") { text in
            guard case .success(let raw) = DecimalText.parse(text, scale: scale) else { return nil }
            let unit = (0..<scale).reduce(Int64(1)) { unit, _ in unit * 10 }
            return raw >= range.lowerBound * unit && raw <= range.upperBound * unit && (raw > 0 || !above0) ? raw : nil
        }
    }

    mutating func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        read(key, "one of " + T.allCases.map(\.rawValue).joined(separator: ", ")) { T(rawValue: $0) }
    }

    // MARK: Lists

    /// A list of single values; wrong elements are left out with a finding each.
    mutating func list<T>(_ key: String, of expected: String, _ convert: (String) -> T?) -> [T]? {
        elements(key, of: expected, convert)?.map(\.value)
    }

    /// As `list`, and nothing may be there twice.
    mutating func distinct<T: Hashable>(_ key: String, of expected: String, _ convert: (String) -> T?) -> [T]? {
        guard let elements = elements(key, of: expected, convert) else { return nil }
        var seen: Set<T> = []
        return elements.compactMap { element in
            if seen.insert(element.value).inserted { return element.value }
            findings.add(element.node, "\(path(key))[\(element.index)]", "is there twice")
            return nil
        }
    }

    private mutating func elements<T>(
        _ key: String, of expected: String, _ convert: (String) -> T?
    ) -> [(index: Int, node: ConfigurationNode, value: T)]? {
        guard let node = value(key), !node.isNull else { return nil }
        guard case .sequence(let elements) = node.content else {
            findings.add(node, path(key), "expected a list of \(expected), found \(node.kindName)")
            return nil
        }
        return elements.enumerated().compactMap { index, element in
            if let text = element.scalarText, let converted = convert(text) { return (index, element, converted) }
            findings.add(element, "\(path(key))[\(index)]", "expected \(expected)")
            return nil
        }
    }

    /// A list of mappings, each as a section of its own.
    mutating func sections(_ key: String, max: Int = 100) -> [Section] {
        guard let node = value(key), !node.isNull else { return [] }
        guard case .sequence(let elements) = node.content, elements.count <= max else {
            findings.add(node, path(key), "expected a list of at most \(max) sections, found \(node.kindName)")
            return []
        }
        return elements.enumerated().map { index, element in
            Section(element, path: "\(path(key))[\(index)]", findings: findings)
        }
    }

    /// A section that is there has to have one of these keys.
    func require(_ key: String, or other: String? = nil) {
        guard node != nil, self.node(key) == nil, other.map({ self.node($0) == nil }) ?? true else { return }
        findings.add(node, path, "\(other.map { "\(key) or \($0)" } ?? key) is missing")
    }

    /// An error about the whole section.
    func remark(_ message: String) { findings.add(node, path, message) }

    func node(_ key: String) -> ConfigurationNode? { entries.first { $0.key == key }?.value }

    /// A warning or error about the value of `key`, which is there.
    func remark(_ severity: ConfigurationFinding.Severity, _ key: String, _ message: String) {
        findings.add(node(key), path(key), message, severity: severity)
    }
}
