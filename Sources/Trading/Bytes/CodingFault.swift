/// Why bytes cannot be read: they are cut off, or say something that cannot be.
public struct CodingFault: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        /// So many bytes more were needed.
        case truncated(missing: Int)
        /// A number that names nothing: "side 9".
        case unknown(String, UInt64)
        /// Something else that cannot be, as a text.
        case invalid(String)
    }

    /// Where in the bytes it was noticed.
    public let offset: Int
    public let reason: Reason

    public init(offset: Int, _ reason: Reason) {
        self.offset = offset
        self.reason = reason
    }

    public var description: String {
        switch reason {
        case .truncated(let missing): "cut off at byte \(offset): \(missing) more are needed"
        case .unknown(let what, let number): "byte \(offset): \(what) \(number) is unknown"
        case .invalid(let text): "byte \(offset): \(text)"
        }
    }
}

/// Why a stopped core cannot be rebuilt from what was kept of it: a fact that does not follow from those before, a
/// checkpoint of another market, or numbers that do not add up.
public struct RecoveryFault: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }

    public init(_ fault: CodingFault, in what: String) { description = "\(what): \(fault)" }
}
