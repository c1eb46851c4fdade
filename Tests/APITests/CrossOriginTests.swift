import API
import Testing

@Suite("Pages of other origins")
struct CrossOriginTests {
    private static let desk = "https://desk.example"

    private static func settings(_ origins: [String]) -> APISettings {
        var settings = APISettings.forTests
        settings.origins = origins
        return settings
    }

    private static let preflight = [
        "Origin": desk, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization",
    ]

    @Test("one that is named may ask and read, with its tokens in headers and never in cookies")
    func named() async throws {
        try await withServer([echo], settings: Self.settings([Self.desk])) { server in
            let asked = try await server.send("OPTIONS", "/api/echo/x", headers: Self.preflight)
            #expect(asked.status == 200)
            #expect(asked.header("Access-Control-Allow-Origin") == Self.desk)
            #expect(asked.header("Access-Control-Allow-Methods") == "POST")
            #expect(asked.header("Access-Control-Allow-Headers")?.contains("Authorization") == true)
            #expect(asked.header("Access-Control-Allow-Credentials") == nil)
            let refused = try await server.send("POST", "/api/echo/x", body: "{}", headers: ["Origin": Self.desk])
            #expect(refused.status == 401, "a page can read what went wrong, too")
            #expect(refused.header("Access-Control-Allow-Origin") == Self.desk)
            #expect(refused.header("Vary") == "Origin")
        }
    }

    @Test("another may not", arguments: [["https://other.example"], []])
    func others(_ origins: [String]) async throws {
        try await withServer([echo], settings: Self.settings(origins)) { server in
            let asked = try await server.send("OPTIONS", "/api/echo/x", headers: Self.preflight)
            #expect(asked.status == 405)
            #expect(asked.header("Access-Control-Allow-Origin") == nil)
            let answer = try await server.send("GET", "/readiness", headers: ["Origin": Self.desk])
            #expect(answer.status == 200)
            #expect(answer.header("Access-Control-Allow-Origin") == nil)
        }
    }

    @Test("a star stands for all, and a path that is not there is 404 as ever")
    func star() async throws {
        try await withServer([echo], settings: Self.settings(["*"])) { server in
            let asked = try await server.send("OPTIONS", "/api/echo/x", headers: Self.preflight)
            #expect(asked.header("Access-Control-Allow-Origin") == Self.desk)
            #expect(try await server.send("OPTIONS", "/nowhere", headers: Self.preflight).status == 404)
        }
    }
}
