public import Trading

/// One load of a strategy's code; the newest record of a strategy and number counts.
public struct GenerationRecord: Sendable, Equatable {
    public var strategy: String
    /// Counted from 1 over all lives of the host.
    public var number: Int
    public var plugin: String
    public var version: String
    /// Of the library, hexadecimal.
    public var sha256: String
    /// It is the one that trades; the others of the strategy are not.
    public var isActive: Bool
    public var loadedAt: Timestamp

    public init(
        strategy: String, number: Int, plugin: String, version: String, sha256: String, isActive: Bool,
        loadedAt: Timestamp
    ) {
        self.strategy = strategy
        self.number = number
        self.plugin = plugin
        self.version = version
        self.sha256 = sha256
        self.isActive = isActive
        self.loadedAt = loadedAt
    }
}
