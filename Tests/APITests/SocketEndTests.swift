import API
import Foundation
import Synchronization
import Testing
import Trading

/// Tokens that a test lets expire.
final class FadingTokens: TokenChecking {
    let isValid = Mutex(true)
    let expiresAt: Timestamp?
    init(expiresAt: Timestamp?) { self.expiresAt = expiresAt }

    func principal(for token: String) async -> Principal? {
        guard token == "fresh" || isValid.withLock({ $0 }) else { return nil }
        return Principal(
            kind: .login, userID: "1", username: "u", roles: [.viewer], login: "l", csrf: "c", expiresAt: expiresAt)
    }
}

@Suite("How sockets end, over a live port")
struct SocketEndTests {
    /// What the host has to say to a client that does this after the handshake.
    private func code(_ act: (SocketClient) -> Void) async throws -> Int? {
        var settings = APISettings.forTests
        settings.sockets.messageBytes = 1000
        settings.sockets.waitingMessages = 2
        let code = Mutex<Int?>(nil)
        try await withServer([], host: SocketTests.host(), settings: settings) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            act(client)
            let found = await client.closeCode()
            code.withLock { $0 = found }
            #expect(await client.isClosed())
            let figures = try await server.send("GET", "/metrics").text
            if let found { #expect(figures.contains("api_socket_closes_total{code=\"\(found)\"} 1\n")) }
        }
        return code.withLock { $0 }
    }

    @Test("each breach of the protocol has its own close code")
    func breaches() async throws {
        #expect(try await code { $0.send(1, Array("{}".utf8), isMasked: false) } == 1002)
        #expect(try await code { $0.send(0, Array("{}".utf8)) } == 1002, "there is nothing to go on with")
        #expect(try await code { $0.send(3, []) } == 1002, "an unknown kind of frame")
        #expect(try await code { $0.send(9, [], isLast: false) } == 1002, "a ping in parts")
        #expect(try await code { $0.send(8, [3]) } == 1002, "half a code")
        #expect(try await code { $0.send(8, [0x03, 0xED]) } == 1002, "1005 is not sent")
        #expect(try await code { $0.send(2, [1, 2, 3]) } == 1003)
        #expect(try await code { $0.send(1, [0xC3, 0x28]) } == 1007)
        #expect(try await code { $0.send(8, [0x03, 0xE8, 0xFF]) } == 1007)
        #expect(try await code { $0.send(1, [UInt8](repeating: 0x20, count: 1001)) } == 1009)
    }

    @Test(
        "a message in parts is whole with its last one, with control frames in between, and too large as a whole as well"
    )
    func fragments() async throws {
        let large = try await code { client in
            client.send(1, [UInt8](repeating: 0x20, count: 900), isLast: false)
            client.send(0, [UInt8](repeating: 0x20, count: 900))
        }
        #expect(large == 1009)
        try await withServer([], host: SocketTests.host()) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            client.send(1, Array(#"{"type": "heart"#.utf8), isLast: false)
            client.send(9, Array("?".utf8))
            client.send(0, Array(#"beat", "timestamp": "x"}"#.utf8))
            var kinds: [UInt8] = []
            while let frame = await client.next() {
                kinds.append(frame.opcode)
                if frame.opcode == 10 { #expect(frame.text == "?") }
                guard frame.json["type"] as? String == "heartbeat_ack" else { continue }
                #expect(frame.json["clientTimestamp"] as? String == "x" && frame.json["latency"] as? Int == 0)
                break
            }
            #expect(kinds.contains(10))
        }
    }

    @Test("a stop of the host is told, and closes with 1001")
    func shutdown() async throws {
        let clients = Mutex<[SocketClient]>([])
        try await withServer([], host: SocketTests.host()) { server in
            for path in ["/ws", "/stream", "/events", "/ws/trades", "/ws/signals"] {
                let client = try await SocketClient(server.port, path + "?token=viewer")
                #expect(client.status == 101)
                clients.withLock { $0.append(client) }
            }
        }
        for client in clients.withLock({ $0 }) {
            _ = try await client.next("disconnected")
            #expect(await client.closeCode() == 1001)
        }
    }

    // MARK: Tokens

    @Test("a revoked token ends its sockets: the reason is told, and the code is 1008")
    func revoked() async throws {
        let tokens = FadingTokens(expiresAt: nil)
        try await withServer([], host: SocketTests.host(), tokens: tokens) { server in
            let client = try await SocketClient(server.port, "/ws?token=old")
            _ = try await client.next("connected")
            tokens.isValid.withLock { $0 = false }
            let error = try await client.next("error")["error"] as? [String: Any]
            #expect(error?["code"] as? String == "UNAUTHORIZED")
            let reason = try await client.next("disconnected")["data"] as? [String: Any]
            #expect(reason?["reason"] as? String == "the token was revoked")
            #expect(await client.closeCode() == 1008)
        }
    }

    @Test("an expired token is announced; a new one keeps the socket open, none ends it")
    func expired() async throws {
        var settings = APISettings.forTests
        settings.sockets.tokenGraceSeconds = 2
        let tokens = FadingTokens(expiresAt: Timestamp(nanoseconds: 1))
        try await withServer([], host: SocketTests.host(), tokens: tokens, settings: settings) { server in
            let (renewing, silent) = (
                try await SocketClient(server.port, "/ws?token=old"),
                try await SocketClient(server.port, "/ws?token=old")
            )
            tokens.isValid.withLock { $0 = false }
            let told = try await renewing.next("error")["error"] as? [String: Any]
            let text = told?["message"] as? String
            #expect(text?.contains("within 2 s") == true)
            renewing.send(#"{"type": "authenticate", "token": "nonsense"}"#)
            let refused = try await renewing.next("error")["error"] as? [String: Any]
            #expect(refused?["code"] as? String == "UNAUTHORIZED")
            renewing.send(#"{"type": "authenticate", "token": "fresh"}"#)
            _ = try await renewing.next("authenticated")
            #expect(await silent.closeCode() == 1008)
            renewing.send(#"{"type": "heartbeat", "timestamp": 1}"#)
            _ = try await renewing.next("heartbeat_ack")
        }
    }

    // MARK: Silence and slowness

    @Test("the host pings, and a client of which nothing is heard for too long is let go")
    func idle() async throws {
        var settings = APISettings.forTests
        settings.sockets.pingSeconds = 1
        settings.sockets.idleSeconds = 3
        try await withServer([], host: SocketTests.host(), settings: settings) { server in
            let client = try await SocketClient(server.port, "/ws?token=viewer")
            var pings = 0
            var code: Int?
            while let frame = await client.next() {
                if frame.opcode == 9 { pings += 1 }
                if frame.opcode == 8 { code = frame.code }
            }
            #expect(pings >= 1 && code == 1008)
        }
    }

    @Test("a client that leaves order events lying is cut off with 1013, and others lose none")
    func slow() async throws {
        var settings = APISettings.forTests
        settings.sockets.waitingEvents = 500
        settings.sockets.closeSeconds = 3600
        settings.sockets.idleSeconds = 3600
        let host = SocketTests.host()
        try await withServer([], host: host, settings: settings) { server in
            let lazy = try await SocketClient(server.port, "/ws?token=viewer")
            let busy = try await SocketClient(server.port, "/ws?token=trader")
            _ = try await busy.next("connected")
            // More than the buffers of the operating system and the host's own hold.
            let rounds = 200
            let size = 100
            let pad = String(repeating: "x", count: 1000)
            var next = 1
            for round in 0..<rounds {
                for offset in 0..<size {
                    host.tell(
                        .order(UInt64(round * size + offset + 1), account: pad), from: UInt64(round * size + offset + 1)
                    )
                }
                while next <= (round + 1) * size {
                    #expect(try await busy.next("order_update")["sequence"] as? Int == next)
                    next += 1
                }
            }
            #expect(await lazy.closeCode() == 1013)
        }
    }

    @Test("on a socket of a session an error is a text, and the end of the session is its end")
    func sessions() async throws {
        let sessions = try ClientSessions(store: MemorySessions(), clock: { .now })
        try await withServer(SessionOperations.all(sessions), host: SocketTests.host(), sessions: sessions) { server in
            let opened = try await server.send("POST", "/api/sessions", body: #"{"token": "viewer"}"#)
            let id = try #require(opened.json["sessionId"] as? String)
            let foreign = try await SocketClient(server.port, "/ws?token=trader&sessionId=\(id)")
            #expect(foreign.status == 404)
            let client = try await SocketClient(server.port, "/ws?token=viewer&sessionId=\(id)&clientId=me")
            let connected = try await client.next("connected")
            #expect(connected["sessionId"] as? String == id && connected["clientId"] as? String == "me")
            client.send(#"{"type": "simulator_action", "token": "viewer", "action": "explode"}"#)
            #expect(try await client.next("error")["error"] as? String == "action must be start or stop")
            _ = try await server.send("DELETE", "/api/sessions/\(id)?token=viewer")
            #expect(await client.closeCode() == 1008)
        }
    }
}
