import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The opening handshake of a WebSocket (RFC 6455, 4.2).
struct SocketHandshake {
    let accept: String

    /// The request asks for a WebSocket, rightly or not.
    static func isAsked(_ request: Request) -> Bool {
        request.method == .get && tokens(request.headers[.upgrade]).contains("websocket")
    }

    static func hasBody(_ request: Request) -> Bool {
        request.headers[.transferEncoding] != nil || (request.headers[.contentLength] ?? "0") != "0"
    }

    init(_ request: Request, origins: Set<String>) throws(APIError) {
        let headers = request.headers
        var faults: [RequestFault] = []
        if !SocketHandshake.tokens(headers[.connection]).contains("upgrade") {
            faults.append(RequestFault(path: "Connection", message: "must be Upgrade"))
        }
        if headers[.secWebSocketVersion] != "13" {
            faults.append(RequestFault(path: "Sec-WebSocket-Version", message: "must be 13"))
        }
        let key = headers[.secWebSocketKey] ?? ""
        if !SocketHandshake.isKey(key) {
            faults.append(RequestFault(path: "Sec-WebSocket-Key", message: "must be 16 bytes in base64"))
        }
        if SocketHandshake.hasBody(request) {
            faults.append(RequestFault(path: "", message: "a handshake has no body"))
        }
        guard faults.isEmpty else {
            var error = APIError.invalid(faults)
            error.headers = [("Sec-WebSocket-Version", "13")]
            throw error
        }
        guard SocketHandshake.mayComeFrom(headers[.origin], host: request.head.authority, origins) else {
            throw APIError(.forbidden, "pages of this origin may not open sockets here; api.cors names those that may")
        }
        accept = SocketHandshake.answer(to: key)
    }

    /// Browsers always say where a page is from, and let any page open a socket: the host has to look.
    private static func mayComeFrom(_ origin: String?, host: String?, _ origins: Set<String>) -> Bool {
        guard let origin else { return true }
        if origins.contains(origin) || origins.contains("*") { return true }
        guard let host, let end = origin.firstRange(of: "://")?.upperBound else { return false }
        return origin[end...].lowercased() == host.lowercased()
    }

    private static func tokens(_ header: String?) -> [String] {
        (header ?? "").split(separator: ",").map { part in
            String(part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
                .lowercased()
        }
    }

    private static func isKey(_ key: String) -> Bool { Data(base64Encoded: key)?.count == 16 }

    private static func answer(to key: String) -> String {
        let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Data(Crypto.Insecure.SHA1.hash(data: Array((key + guid).utf8))).base64EncodedString()
    }
}

extension HTTPField.Name {
    static let secWebSocketVersion = HTTPField.Name("Sec-WebSocket-Version")!
}
