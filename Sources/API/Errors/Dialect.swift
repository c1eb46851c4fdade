/// How the bodies of errors look; five documents have three ways, and shared paths carry the union of two.
public enum Dialect: Sendable, Equatable {
    /// {success:false, error:"message"}
    case d000
    /// {type:"error", error_code, error_message}
    case d001
    /// {error:{code, message, details?, timestamp, request_id}}
    case d003
    /// `d003` with success:false beside it.
    case d003and000
    /// `d003` with type:"error", error_code, error_message beside it.
    case d003and001
}

/// Whose table of error codes holds, by path.
enum CodeFamily: Sendable, Equatable {
    case main, engine, v1

    private static let enginePaths = [
        "/signals", "/portfolio", "/trades", "/emergency/", "/bridge/", "/risk/", "/rebalance/", "/config", "/trading/",
        "/simulation/", "/test/",
    ]

    init(path: String) {
        if path.hasPrefix("/api/v1/") || path == "/api/v1" {
            self = .v1
        } else if Self.enginePaths.contains(where: path.hasPrefix) {
            self = .engine
        } else {
            self = .main
        }
    }
}
