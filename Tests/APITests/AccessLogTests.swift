import Foundation
import NIOCore
import Testing

@testable import API

@Suite("The access log")
struct AccessLogTests {
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    /// The server has ended: everything is in the file.
    private static func lines(_ path: String) throws -> [[String: Any]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test("a line for each request: who, what, how it ended")
    func lineOfARequest() async throws {
        try await Self.withFolder { folder in
            var settings = APISettings.forTests
            settings.accessLogPath = folder + "/access.log"
            var id: String?
            var bytes = 0
            try await withServer([echo], settings: settings) { server in
                let body = #"{"side": "BUY", "quantity": 1}"#
                let answer = try await server.send("POST", "/api/echo/a1?limit=7", token: "key", body: body)
                id = answer.header("X-Request-ID")
                bytes = answer.data.count
                _ = try await server.send("GET", "/nowhere/at/all", headers: ["X-Request-ID": "my-own.id"])
                _ = try await server.send("POST", "/api/echo/a1", body: "{}")
            }
            let lines = try Self.lines(folder + "/access.log")
            #expect(lines.count == 3)
            let first = try #require(lines.first)
            #expect(first["request_id"] as? String == id)
            #expect(first["user"] as? String == "bot")
            #expect(first["method"] as? String == "POST")
            #expect(first["route"] as? String == "/api/echo/{id}")
            #expect(first["status"] as? Int == 200)
            #expect(first["bytes"] as? Int == bytes)
            #expect(first["address"] as? String == "127.0.0.1")
            #expect((first["microseconds"] as? Int ?? -1) >= 0)
            #expect((first["time"] as? String)?.hasSuffix("Z") == true)
            #expect(lines[1]["request_id"] as? String == "my-own.id")
            #expect(lines[1]["route"] as? String == "unmatched")
            #expect(lines[1]["user"] is NSNull)
            #expect(lines[2]["status"] as? Int == 401)
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/access.log")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test("no token, password, key, code or other text of a client is in it")
    func noSecrets() async throws {
        let secret = "s3cr3t-\(UInt64.random(in: 0...(.max)))"
        try await Self.withFolder { folder in
            var settings = APISettings.forTests
            settings.accessLogPath = folder + "/access.log"
            let authentication = await Authentication(store: MemoryIdentity(), key: .random())
            try await withServer(authentication, settings: settings) { server in
                _ = try await server.send(
                    "POST", "/api/auth/login?password=\(secret)",
                    body: #"{"username": "\#(secret)", "password": "\#(secret)", "mfa_code": "\#(secret)"}"#)
                _ = try await server.send("GET", "/ws?token=\(secret)")
                _ = try await server.send("GET", "/stream?token=\(secret)&sessionId=\(secret)")
                _ = try await server.send("GET", "/api/auth/profile", token: secret, headers: ["X-API-Key": secret])
                _ = try await server.send("GET", "/\(secret)/\(secret)", headers: ["X-Request-ID": "<\(secret)>"])
                let connection = try RawConnection(port: server.port)
                connection.send("\(secret.uppercased()) /health?\(secret) HTTP/1.1\r\nHost: \(secret)\r\n\r\n")
                _ = await connection.receive(until: "\r\n\r\n")
            }
            let text = try String(contentsOfFile: folder + "/access.log", encoding: .utf8)
            #expect(text.split(separator: "\n").count >= 5)
            #expect(!text.lowercased().contains(secret))
        }
    }

    @Test("a large file is set aside, and the oldest goes")
    func rotation() async throws {
        try await Self.withFolder { folder in
            let file = AccessLogFile(path: folder + "/access.log", bytesMax: 100, kept: 2)
            for number in 0..<10 {
                let line = Array((String(repeating: "\(number)", count: 39) + "\n").utf8)
                #expect(line.withUnsafeBytes { file.append($0) } == nil)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["access.log", "access.log.1", "access.log.2"])
            let newest = try String(contentsOfFile: folder + "/access.log", encoding: .utf8)
            #expect(newest.hasPrefix("8") && newest.hasSuffix("9\n"))
            #expect(try String(contentsOfFile: folder + "/access.log.2", encoding: .utf8).hasPrefix("4"))
        }
    }

    @Test("where it cannot be written requests go on, and the operator is told")
    func unwritable() async throws {
        try await Self.withFolder { folder in
            let file = AccessLogFile(path: folder + "/missing/access.log")
            let problem = [UInt8]("x\n".utf8).withUnsafeBytes { file.append($0) }
            #expect(problem?.contains("cannot be opened") == true)
            var settings = APISettings.forTests
            settings.accessLogPath = folder + "/missing/access.log"
            try await withServer([], settings: settings) { server in
                let answer = try await server.send("GET", "/readiness")
                #expect(answer.status == 200)
            }
        }
    }
}
