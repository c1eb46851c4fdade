import Glibc
import Logging
import NIOCore

/// Why the server does not listen, in words for the operator.
public struct APIServerFailure: Error, Sendable, CustomStringConvertible {
    public let description: String
    /// Another program has the port.
    public let isAddressInUse: Bool
    /// It is a service's own port.
    public let isServicePort: Bool

    init(_ error: any Error, _ listener: ListenerPlan.Place) {
        let code = (error as? IOError)?.errnoCode
        isAddressInUse = code == EADDRINUSE
        if case .service = listener { isServicePort = true } else { isServicePort = false }
        let place = listener.text
        description =
            isAddressInUse
            ? "another program listens on \(place)"
            : "listening on \(place) failed: \(code.map { String(cString: strerror($0)) } ?? "\(error)")"
    }
}

enum SocketFile {
    /// Who can open the socket acts as admin: only the owner shall.
    static func restrict(_ path: String, _ logger: Logger) {
        if chmod(path, 0o600) != 0 {
            logger.error("the socket \(path) could not be restricted to its owner: \(String(cString: strerror(errno)))")
        }
    }
}
