import API
import Crypto
import Foundation
import Testing

@Suite("Documents over a live port")
struct DocumentPageTests {
    @Test("the page loads nothing from elsewhere, and its policy allows just its own script and style")
    func page() async throws {
        try await withServer([]) { server in
            let answer = try await server.send("GET", "/docs")
            #expect(answer.status == 200 && answer.header("Content-Type") == "text/html; charset=utf-8")
            let policy = try #require(answer.header("Content-Security-Policy"))
            for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
                let parts = answer.text.components(separatedBy: "<\(tag)>")
                #expect(parts.count == 2, "one <\(tag)>")
                let content = parts[1].components(separatedBy: "</\(tag)>")[0]
                let hash = Data(SHA256.hash(data: Data(content.utf8))).base64EncodedString()
                #expect(policy.contains("\(directive) 'sha256-\(hash)'"))
            }
            #expect(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"))
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
            let foreign = try Regex(#"(src|href|action)="(https?:)?//|@import|url\("#)
            #expect(answer.text.firstMatch(of: foreign) == nil)
            #expect(answer.text.firstMatch(of: try Regex("innerHTML|outerHTML|insertAdjacentHTML|eval\\(")) == nil)
            #expect(answer.text.firstMatch(of: try Regex(#" (style|on[a-z]+)=""#)) == nil, "the policy forbids it")
        }
    }

    @Test("the page asks only for what is there, and every element that its script names is in it")
    func namesWhatIsThere() async throws {
        try await withServer([]) { server in
            let text = try await server.send("GET", "/docs").text
            for match in text.matches(of: try Regex(#"byID\("([a-z]+)"\)"#)) {
                let name = try #require(match.output[1].substring)
                #expect(text.contains("id=\"\(name)\""), "\(name)")
            }
            for match in text.matches(of: try Regex(#"href="(/[^"]+)""#)) {
                let path = String(try #require(match.output[1].substring))
                #expect(try await server.send("GET", path).status == 200, "\(path)")
            }
        }
    }

    @Test("the guide from v1 to v2 is there, and no other")
    func guide() async throws {
        try await withServer([]) { server in
            let guide = try await server.send("GET", "/docs/api-migration/v1-to-v2.md")
            #expect(guide.status == 200 && guide.header("Content-Type")?.hasPrefix("text/markdown") == true)
            #expect(guide.text.contains("six months") && guide.text.hasPrefix("# From v1 to v2"))
            let other = try await server.send("GET", "/docs/api-migration/v8-to-v9.md")
            #expect(other.status == 404 && other.code == "NOT_FOUND")
        }
    }

    @Test("a path of another version is told which versions there are")
    func versions() async throws {
        try await withServer([]) { server in
            let answer = try await server.send("GET", "/api/v2/positions")
            #expect(answer.status == 404 && answer.message.contains("v1 only"))
            let other = try await server.send("GET", "/api/vault")
            #expect(other.status == 404 && !other.message.contains("v1"))
        }
    }

    @Test("the description says where tokens may stand, who may, and what takes a second factor")
    func description() async throws {
        let sessions = try ClientSessions(store: MemorySessions())
        try await withServer(SessionOperations.all(sessions) + RiskOperations.all) { server in
            let document = try await server.send("GET", "/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            let submit = try #require(paths["/api/orders/submit"]?["post"])
            let security = try #require(submit["security"] as? [[String: Any]])
            #expect(security.flatMap(\.keys) == ["bearer", "token"])
            #expect((submit["description"] as? String)?.contains("Needs the role trader.") == true)
            let release = paths["/api/v1/emergency-stop/{stop_id}"]?["delete"]?["description"] as? String
            #expect(release?.contains("second factor") == true && release?.contains("role admin") == true)
            for (path, methods) in paths {
                for (method, operation) in methods {
                    #expect((operation["tags"] as? [String])?.count == 1, "\(method) \(path)")
                    #expect(operation["summary"] as? String != "", "\(method) \(path)")
                }
            }
        }
    }
}
