/// Operations of services that the host does not have yet. They are declared, so that a client learns that from the
/// description and gets 501 in place of 404, after the same tests of token and role as everywhere.
public enum UnbuiltOperations {
    public static let all = [
        unbuilt(.get, "/bridge/status", "bridge.status", "Bridge", "Signals on their way to trades"),
        unbuilt(.post, "/bridge/configure", "bridge.configure", "Bridge", "Which signals are traded", .admin),
    ]

    private static func unbuilt(
        _ method: APIOperation.Method, _ path: String, _ id: String, _ tag: String, _ summary: String,
        _ role: Role = .viewer
    ) -> APIOperation {
        APIOperation(
            method, path, id: id, tag: tag, summary: summary, description: "Not built yet: answers 501.", role: role,
            rate: .standard, errors: [.notBuilt]
        ) { (_: AnyInput, _) -> Success in throw APIError(.notBuilt, "\(summary): this is not built yet") }
    }
}

/// Whatever comes: what is not built judges nothing.
private struct AnyInput: OperationInput {
    init(_ input: inout InputReader) { _ = input.body.members() }
}
