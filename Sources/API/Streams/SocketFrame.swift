import NIOCore
import NIOWebSocket

/// Frames of the host (RFC 6455, 5.2): whole messages, unmasked.
enum SocketFrame {
    static func encode(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> ByteBuffer {
        let count = payload.readableBytes
        var frame = ByteBufferAllocator().buffer(capacity: count + 10)
        frame.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch count {
        case ..<126: frame.writeInteger(UInt8(count))
        case ...0xFFFF: frame.writeMultipleIntegers(UInt8(126), UInt16(count))
        default: frame.writeMultipleIntegers(UInt8(127), UInt64(count))
        }
        frame.writeImmutableBuffer(payload)
        return frame
    }

    static func text(_ payload: ByteBuffer) -> ByteBuffer { encode(.text, payload) }

    static func close(_ code: CloseCode, _ reason: String) -> ByteBuffer {
        var payload = ByteBuffer(integer: code.rawValue)
        // A control frame takes 125 bytes, and the reason must stay whole characters.
        var reason = reason[...]
        while reason.utf8.count > 123 { reason.removeLast() }
        payload.writeSubstring(reason)
        return encode(.connectionClose, payload)
    }
}

/// Why a socket ends (RFC 6455, 7.4).
enum CloseCode: UInt16, Sendable {
    case normal = 1000
    /// The host stops.
    case goingAway = 1001
    case protocolError = 1002
    /// Binary messages.
    case unsupportedData = 1003
    case notUTF8 = 1007
    /// The token is revoked or expired, the session has ended, nothing was heard of the client.
    case policyViolation = 1008
    case messageTooBig = 1009
    case internalError = 1011
    /// The client does not read as fast as order events come.
    case tryAgainLater = 1013
}
