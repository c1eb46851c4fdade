/// One thing wrong, or worth knowing, in a configuration file. The module's one error.
///
/// Its text: `strategies/sma/strategy.yaml:7: parameters.fast: 'x' – expected a whole number in 1…10000`.
public struct ConfigurationFinding: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Severity: String, Sendable {
        /// The file is not used.
        case error
        /// The file is used; the operator should know.
        case warning
    }

    public var severity: Severity
    public var file: String
    /// From 1; 0 = the file as a whole.
    public var line: Int
    /// From 1, counted in Unicode scalars; 0 = the line as a whole.
    public var column: Int
    /// "accounts.paper.currency"; empty = the file as a whole.
    public var keyPath: String
    /// As the file has it; nil where there is no single value.
    public var value: String?
    public var message: String

    public init(
        severity: Severity = .error, file: String, line: Int = 0, column: Int = 0, keyPath: String = "",
        value: String? = nil, message: String
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.keyPath = keyPath
        self.value = value
        self.message = message
    }

    public var description: String {
        // A key says better than a column where to look.
        let place = line > 0 && column > 0 && keyPath.isEmpty ? ":\(line):\(column)" : line > 0 ? ":\(line)" : ""
        var text = "\(file)\(place): "
        if !keyPath.isEmpty { text += keyPath + (value == nil ? " – " : ": ") }
        if let value { text += "'\(Self.shortened(value))' – " }
        return text + message
    }

    private static func shortened(_ value: String) -> String {
        let line = value.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
        return line.count > 80 ? line.prefix(80) + "…" : line
    }
}
