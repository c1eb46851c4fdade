/// Why a request got no answer.
enum ClientFault: Error, Equatable, CustomStringConvertible {
    /// Nobody listens there; the system's reason.
    case notConnected(String)
    case timedOut(seconds: Int)
    /// The connection ended inside the answer.
    case cut(String)
    case tooLarge(bytesMax: Int)
    /// The answer is not HTTP/1.1, or not JSON; what is wrong with it.
    case malformed(String)

    var description: String {
        switch self {
        case .notConnected(let reason): "nobody listens: \(reason)"
        case .timedOut(let seconds): "no answer within \(seconds) s"
        case .cut(let reason): "the connection ended inside the answer: \(reason)"
        case .tooLarge(let bytesMax): "the answer is larger than \(bytesMax) bytes"
        case .malformed(let reason): "the answer cannot be read: \(reason)"
        }
    }
}
