/// What is wrong with a model's file, and where.
public struct ModelFault: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// As in "learner.gradient_booster.model.trees[3].split_conditions[7]"; empty = the whole file.
    public let path: String
    public let message: String

    public var description: String { path.isEmpty ? "\(file): \(message)" : "\(file): \(path): \(message)" }
}

/// All of a file, as they are found; what comes after the first hundred is not worth naming.
final class ModelFaults {
    static let most = 100
    private(set) var all: [(path: String, message: String)] = []

    var isEmpty: Bool { all.isEmpty }

    func add(_ path: String, _ message: String) {
        if all.count < ModelFaults.most { all.append((path, message)) }
    }
}
