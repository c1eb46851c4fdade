import API
import Foundation
import Testing

@Suite("The operator's page over a live port")
struct OperatorPageTests {
    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
        "js": "text/javascript; charset=utf-8",
    ]

    /// Path and type of each file of the folder: one that the host does not know would be missing in the browser.
    private static func files() throws -> [(path: String, type: String?)] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/API/Page/Files")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).map { file in
            (
                file.lastPathComponent == "index.html" ? "/" : "/page/" + file.lastPathComponent,
                types[file.pathExtension]
            )
        }
    }

    @Test("its files need no token, and their policy allows this host's own scripts, styles and answers only")
    func headers() async throws {
        try await withServer([]) { server in
            for (path, type) in try Self.files() {
                let answer = try await server.send("GET", path)
                #expect(answer.status == 200 && answer.header("Content-Type") == type, "\(path)")
                let policy = try #require(answer.header("Content-Security-Policy"))
                for part in [
                    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
                    "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'",
                ] { #expect(policy.contains(part), "\(path): \(part)") }
                #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"))
                #expect(answer.header("X-Content-Type-Options") == "nosniff")
                #expect(answer.header("Referrer-Policy") == "no-referrer")
                #expect(answer.header("Cache-Control") == "no-cache")
            }
        }
    }

    @Test("a browser that has a file gets 304, and the file again when its tag is another")
    func revalidates() async throws {
        try await withServer([]) { server in
            let tag = try #require(try await server.send("GET", "/").header("ETag"))
            for sent in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let answer = try await server.send("GET", "/", headers: ["If-None-Match": sent])
                #expect(answer.status == 304 && answer.data.isEmpty && answer.header("ETag") == tag, "\(sent)")
            }
            let other = try await server.send("GET", "/", headers: ["If-None-Match": "\"other\""])
            #expect(other.status == 200 && !other.data.isEmpty)
            #expect(try await server.send("GET", "/page/app.js").header("ETag") != tag)
        }
    }

    @Test("HEAD is GET without the body; other methods answer 405, other paths 404 as before")
    func methods() async throws {
        try await withServer([]) { server in
            let whole = try await server.send("GET", "/page/app.js")
            let head = try await server.send("HEAD", "/page/app.js")
            #expect(head.status == 200 && head.data.isEmpty && head.header("ETag") == whole.header("ETag"))
            #expect(head.header("Content-Length") == "\(whole.data.count)")
            let post = try await server.send("POST", "/", body: "{}")
            #expect(post.status == 405 && post.header("Allow") == "GET, HEAD")
            for path in ["/page", "/page/", "/page/nothing.js", "/page/%2e%2e/app.js", "//", "/index.html"] {
                let answer = try await server.send("GET", path)
                #expect(answer.status == 404 && answer.code == "NOT_FOUND", "\(path)")
                #expect(answer.header("Cache-Control") == "no-store")
            }
        }
    }

    @Test("every file that another names is there, and nothing is loaded from elsewhere, or made of texts")
    func namesWhatIsThere() async throws {
        try await withServer([]) { server in
            var (waiting, seen, bytes) = (["/"], Set<String>(), 0)
            while let path = waiting.popLast() {
                guard seen.insert(path).inserted else { continue }
                let answer = try await server.send("GET", path)
                #expect(answer.status == 200, "\(path)")
                bytes += answer.data.count
                for match in answer.text.matches(of: try Regex(#"(?:src|href)="(/[^"]+)"|from "\./([a-z]+\.js)""#)) {
                    let local = match.output[2].substring.map { "/page/\($0)" }
                    waiting.append(try #require(local ?? match.output[1].substring.map(String.init)))
                }
                if path == "/docs" { continue }
                for unwanted in [
                    #"@import|url\(|(src|href)="(https?:)?//"#, #"<[^>]+ (style|on[a-z]+)="#,
                    #"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|Storage"#,
                ] { #expect(answer.text.firstMatch(of: try Regex(unwanted)) == nil, "\(path): \(unwanted)") }
            }
            #expect(seen.isSuperset(of: ["/page/app.js", "/page/session.js", "/page/stops.js", "/page/chart.js"]))
            #expect(bytes < 300_000, "\(bytes) bytes")
        }
    }
}
