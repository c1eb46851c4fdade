import Foundation
import Testing

/// The other end of a WebSocket, written from RFC 6455 by itself: it knows nothing of the host's code.
final class SocketClient: Sendable {
    private let connection: RawConnection
    /// Status line and headers of the answer to the handshake.
    let head: String

    struct Frame {
        var opcode: UInt8
        var payload: [UInt8]
        var text: String { String(decoding: payload, as: UTF8.self) }
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any]) ?? [:]
        }
        /// Of a close frame.
        var code: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
    }

    init(_ port: Int, _ target: String, headers: [String] = []) async throws {
        connection = try RawConnection(port: port, seconds: 240)
        let lines =
            [
                "GET \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + headers
        connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), let byte = await connection.receive(count: 1) {
            head += byte
        }
        self.head = String(decoding: head, as: UTF8.self)
    }

    var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    // MARK: Sending

    func send(_ text: String) { send(1, Array(text.utf8)) }

    func send(_ opcode: UInt8, _ payload: [UInt8], isLast: Bool = true, isMasked: Bool = true) {
        var bytes: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ...0xFFFF: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        if isMasked { bytes += key + payload.enumerated().map { $1 ^ key[$0 % 4] } } else { bytes += payload }
        connection.send(bytes: bytes)
    }

    // MARK: Receiving

    /// nil = the host has closed, or nothing came for a minute.
    func next() async -> Frame? {
        guard let head = await connection.receive(count: 2) else { return nil }
        var count = Int(head[1] & 0x7F)
        if count >= 126 {
            guard let length = await connection.receive(count: count == 126 ? 2 : 8) else { return nil }
            count = length.reduce(0) { $0 << 8 | Int($1) }
        }
        guard head[1] & 0x80 == 0 else { return nil }
        guard count > 0 else { return Frame(opcode: head[0] & 15, payload: []) }
        guard let payload = await connection.receive(count: count) else { return nil }
        return Frame(opcode: head[0] & 15, payload: payload)
    }

    /// The next message of this type; others are passed over.
    func next(_ type: String) async throws -> [String: Any] {
        while let frame = await next() {
            if frame.opcode == 1, frame.json["type"] as? String == type { return frame.json }
        }
        throw Missing(type: type)
    }
    struct Missing: Error { var type: String }

    /// The code of the close frame; messages before it are passed over. nil = there was none.
    func closeCode() async -> Int? {
        while let frame = await next() {
            if frame.opcode == 8 { return frame.code }
        }
        return nil
    }

    func isClosed() async -> Bool { await connection.isClosed() }
}
