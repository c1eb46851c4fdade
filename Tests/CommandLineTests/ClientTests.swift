import API
import Glibc
import Testing

@testable import stratagem

@Suite("Client")
struct ClientTests {
    private let scratch = Scratch()

    private func answer(
        seconds: Int = 5, bytesMax: Int = 1 << 20, _ pieces: [HostStub.Piece]
    ) throws(ClientFault) -> HTTPAnswer {
        let stub = HostStub(scratch.path + "/s") { _ in pieces }
        defer { withExtendedLifetime(stub) {} }
        let connection = try Connection(socket: stub.path, seconds: seconds)
        try connection.write(HTTPRequest(path: "/").bytes(host: "localhost"))
        return try HTTPAnswer.read(from: connection, bytesMax: bytesMax)
    }

    @Test("reads bodies with a length, in chunks, and to the end of the connection")
    func bodies() throws {
        let plain = try answer([.text("HTTP/1.1 200 OK\r\ncontent-LENGTH:  5\r\nX: a\r\n\r\nhello")])
        #expect(plain.status == 200 && plain.body == Array("hello".utf8) && plain.header("x") == "a")
        let chunked = try answer([
            .text(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nab"),
            .pause(milliseconds: 30), .text("c\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"),
        ])
        #expect(chunked.status == 404, "\(chunked)")
        #expect(chunked.body == Array("abc0123456789".utf8))
        #expect(try answer([.text("HTTP/1.1 200 OK\r\n\r\nto the end")]).body == Array("to the end".utf8))
        #expect(try answer([.text("HTTP/1.1 204 No Content\r\n\r\n")]).body.isEmpty)
    }

    @Test("an answer that is slow, cut, too large or no HTTP is an error of its own")
    func faults() {
        #expect(throws: ClientFault.timedOut(seconds: 1)) {
            try answer(seconds: 1, [.text("HTTP/1.1 200 OK\r\n"), .pause(milliseconds: 1500)])
        }
        #expect(throws: ClientFault.cut("2 of 9 bytes came")) {
            try answer([.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")])
        }
        #expect(throws: ClientFault.cut("inside its head")) { try answer([.text("HTTP/1.1 200 OK\r\nConte")]) }
        for text in [
            "Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n",
            "\r\n" + String(repeating: "x", count: 1001),
        ] {
            #expect(throws: ClientFault.tooLarge(bytesMax: 1000)) {
                try answer(bytesMax: 1000, [.text("HTTP/1.1 200 OK\r\n" + text)])
            }
        }
        for text in ["hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n"] {
            #expect {
                try answer([.text(text)])
            } throws: {
                if case .malformed = $0 as? ClientFault { true } else { false }
            }
        }
        #expect {
            try Connection(socket: scratch.path + "/nobody", seconds: 1)
        } throws: {
            if case .notConnected = $0 as? ClientFault { true } else { false }
        }
    }

    @Test("requests carry token, query and body")
    func requests() {
        let body = JSON.object([("a", .string("ü\n"))])
        let request = HTTPRequest(
            method: "POST", path: "/x", query: [("a", "b c&d"), ("e", nil)], token: "t", body: body)
        let text = String(decoding: request.bytes(host: "h:1"), as: UTF8.self)
        #expect(text.hasPrefix("POST /x?a=b%20c%26d HTTP/1.1\r\nHost: h:1\r\n"))
        #expect(text.contains("\r\nAuthorization: Bearer t\r\n") && text.contains("\r\nContent-Length: 12\r\n"))
        #expect(text.hasSuffix("\r\n\r\n{\"a\":\"ü\\n\"}"))
    }

    @Test("addresses of URLs")
    func authorities() {
        #expect(HostClient.authority(of: "http://127.0.0.1:8080")! == ("127.0.0.1", 8080))
        #expect(HostClient.authority(of: "http://[::1]:80/")! == ("::1", 80))
        for url in ["https://a:1", "http://a", "http://:1", "http://a:b", "http://a:70000", "http://::1:80"] {
            #expect(HostClient.authority(of: url) == nil, "\(url)")
        }
    }

    @Test("JSON keeps digits, order and characters")
    func json() throws {
        let text = #"{"b":[1.10,-0,1e-8,123456789012345678901234567890.5],"a":{"t":true,"n":null,"s":"é\u00e9😀"}}"#
        #expect(try JSON(parsing: text).text == text.replacing(#"\u00e9"#, with: "é"))
        #expect(try JSON(parsing: #" "\ud83d\ude00\"\/" "#).string == "😀\"/")
        let broken = [
            "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "+1", "1e", "\"a", "\"\\x\"", "\"\\ud800\"",
            "tru", "1 2",
            "\"\u{1}\"", String(repeating: "[", count: 1000), "nan", "'a'",
        ]
        for text in broken { #expect(throws: JSONFailure.self, "\(text)") { try JSON(parsing: text) } }
    }
}

@Suite("host.json")
struct HostFileTests {
    private let scratch = Scratch()

    private func file(pid: pid_t = getpid()) -> HostFile {
        HostFile(
            url: "http://127.0.0.1:8080", pid: pid, supervisorPid: 7, socket: "/x/host.sock",
            startedAt: "2026-01-01T00:00:00Z", version: "1", token: HostFile.makeToken())
    }

    @Test("is written for its owner alone, read back, and removed by its own process only")
    func roundTrip() throws {
        #expect(HostFile.read(from: scratch.path) == .none)
        let file = file()
        #expect(file.token?.utf8.count == 64 && file.token != HostFile.makeToken())
        try file.write(in: scratch.path)
        try file.write(in: scratch.path)
        var status = stat()
        #expect(stat(HostFile.path(in: scratch.path), &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(HostFile.read(from: scratch.path) == .running(file) && scratch.names == ["host.json"])
        HostFile.remove(from: scratch.path, pid: getppid())
        #expect(scratch.names == ["host.json"])
        HostFile.remove(from: scratch.path)
        #expect(scratch.names.isEmpty)
    }

    @Test("tells a host that ended, and a file that no host wrote")
    func staleAndDamaged() throws {
        // Above every process id that the kernel gives.
        let gone = file(pid: 2_000_000_000)
        try gone.write(in: scratch.path)
        #expect(HostFile.read(from: scratch.path) == .stale(gone))
        for text in ["", "{}", "{\"url\":1}", #"{"url":"u","pid":-1,"started_at":"","version":""}"#] {
            scratch.write(text, to: "host.json")
            guard case .damaged = HostFile.read(from: scratch.path) else {
                Issue.record("'\(text)' was taken for a host's")
                continue
            }
        }
    }

    @Test("a socket in a deep folder lies below /tmp, closed to others")
    func socketPath() throws {
        #expect(try LocalSocket.prepare(in: scratch.path).hasSuffix("/host.sock"))
        let deep = String(repeating: "d", count: 120)
        scratch.write("", to: "\(deep)/file")
        let path = try LocalSocket.prepare(in: "\(scratch.path)/\(deep)")
        let folder = String(path.dropLast("/host.sock".count))
        defer { rmdir(folder) }
        #expect(path.hasPrefix("/tmp/stratagem-\(getuid())-") && path.utf8.count <= 107)
        #expect(try LocalSocket.prepare(in: "\(scratch.path)/\(deep)") == path, "the same again")
        chmod(folder, 0o777)
        #expect(throws: CommandError.self) { try LocalSocket.prepare(in: "\(scratch.path)/\(deep)") }
        scratch.write("not a socket", to: "host.sock")
        #expect(throws: CommandError.self) { try LocalSocket.prepare(in: scratch.path) }
    }
}
