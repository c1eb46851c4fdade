import API
import Foundation
import Testing

/// Each deadline is short here and the others are far away: that a connection ends at all shows which one ended it.
@Suite("Connections that keep the host waiting")
struct ConnectionGuardTests {
    private static let far = Duration.seconds(600)

    private static func settings(_ change: (inout ConnectionPatience) -> Void) -> APISettings {
        var settings = APISettings.forTests
        settings.patience.firstRequest = far
        settings.patience.nextRequest = far
        settings.patience.body = far
        settings.patience.reading = far
        change(&settings.patience)
        return settings
    }

    @Test("headers that come a byte at a time have a deadline")
    func slowHeaders() async throws {
        try await withServer([], settings: Self.settings { $0.firstRequest = .milliseconds(300) }) { server in
            let slow = try RawConnection(port: server.port)
            slow.send("GET /health HTTP/1.1\r\n")
            let drip = Task {
                while !Task.isCancelled {
                    slow.send("X")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(await slow.isClosed())
            drip.cancel()
        }
    }

    @Test("a body that comes a byte at a time has a deadline")
    func slowBody() async throws {
        try await withServer([], settings: Self.settings { $0.body = .milliseconds(300) }) { server in
            let slow = try RawConnection(port: server.port)
            slow.send("POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            let drip = Task {
                while !Task.isCancelled {
                    slow.send(" ")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(await slow.isClosed())
            drip.cancel()
        }
    }

    @Test("a connection that was used may rest, but not for ever")
    func restingConnection() async throws {
        try await withServer([], settings: Self.settings { $0.nextRequest = .milliseconds(300) }) { server in
            let used = try RawConnection(port: server.port)
            used.send("GET /readiness HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await used.receive(until: "checks").hasPrefix("HTTP/1.1 200"))
            #expect(await used.isClosed())
        }
    }

    @Test("headers without end are refused")
    func headerFlood() async throws {
        try await withServer([]) { server in
            for line in ["X-\(UUID()): y\r\n", "X: " + String(repeating: "y", count: 4000) + "\r\n"] {
                let flood = try RawConnection(port: server.port)
                flood.send("GET /health HTTP/1.1\r\nHost: x\r\n")
                await flood.send(line, times: 200)
                flood.send("\r\n")
                let answer = await flood.receive(until: "never")
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            }
        }
    }

    @Test("a client that sends too much can read that it does")
    func readableRefusal() async throws {
        try await withServer([echo]) { server in
            let large = try RawConnection(port: server.port)
            large.send(
                "POST /api/echo/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key\r\nContent-Length: 20000000\r\n\r\n")
            await large.send(String(repeating: " ", count: 1_000_000), times: 20)
            let answer = await large.receive(until: "}}")
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            #expect(answer.lowercased().contains("connection: close"))
            #expect(answer.contains("PAYLOAD_TOO_LARGE"))
        }
    }

    @Test("who asks before sending a body is told to go on, unless it is too large")
    func expectation() async throws {
        try await withServer([echo]) { server in
            func ask(_ bytes: Int) throws -> RawConnection {
                let connection = try RawConnection(port: server.port)
                connection.send(
                    """
                    POST /api/echo/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key\r\n\
                    Expect: 100-continue\r\nContent-Length: \(bytes)\r\n\r\n
                    """)
                return connection
            }
            let small = try ask(2)
            #expect(await small.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
            small.send("{}")
            #expect(await small.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 400"))
            #expect(await (try ask(20_000_000)).receive(until: "}}").hasPrefix("HTTP/1.1 413"))
        }
    }
}
