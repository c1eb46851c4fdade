import Testing

@testable import stratagem

/// Commands around a strategy's code and log, in front of a stub of a host.
@Suite("Generation commands")
struct GenerationCommandTests {
    private let scratch = Scratch()

    private func stub(_ json: [String: String]) throws -> HostStub {
        scratch.write("", to: "data/file")
        let stub = HostStub(scratch.path + "/data/s", json: json)
        let file = HostFile(
            url: "http://127.0.0.1:1", socket: stub.path, startedAt: "now", version: "1", token: "secret")
        try file.write(in: scratch.path + "/data")
        return stub
    }

    private func run(_ words: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(words + ["--data-dir", "data"], in: scratch)
    }

    private static let replaced = """
        {"success":true,"id":"alpha","state":"running","generation":4,"previous_generation":3,"memory_kept":true,\
        "pause_us":12.3}
        """

    @Test("reload, rollback and promote say which generation took over")
    func replacements() async throws {
        let stub = try stub([
            "POST /api/strategies/alpha/reload": Self.replaced, "POST /api/strategies/alpha/rollback": Self.replaced,
            "POST /api/strategies/alpha/promote": Self.replaced,
            "DELETE /api/strategies/alpha/shadow": #"{"strategy_id":"alpha","current":3}"#,
        ])
        let text = "generation 4 of alpha took over from 3 with its memory; the engine stood for 12.3 µs\n"
        #expect(try await run("reload", "alpha").output == text)
        #expect(try await run("rollback", "alpha", "--generation", "2").output == text)
        #expect(try await run("promote", "alpha").output == text)
        #expect(try await run("reload", "alpha", "--json").output == Self.replaced + "\n")
        #expect(try await run("reload", "alpha", "--quiet").output == "")
        #expect(try await run("reload", "alpha", "--mode", "shadow").output.contains("runs as a shadow beside 3"))
        #expect(try await run("promote", "alpha", "--discard").output == "the shadow is gone; generation 3 goes on\n")
        #expect(try await run("rollback", "alpha", "--generation", "0").code == 2)
        #expect(try await run("reload", "alpha", "--mode", "sideways").code == 2)
        #expect(try await run("reload", "beta").code == 2)
        withExtendedLifetime(stub) {}
    }

    @Test("generations lists loads, and how a shadow differs")
    func generations() async throws {
        let one = """
            {"generation":1,"loaded_at":"2025-01-02T03:04:05Z","active":true,"state":"active","sha256":"\
            0123456789abcdef0123456789abcdef","plugin":"P","version":"1.0"}
            """
        let shadow = """
            {"generation":2,"since":"2025-01-02T03:04:06Z","equal":7,"differing":1,"problem":null,"differences":\
            [{"timestamp":"2025-01-02T03:04:07Z","running":["submit BUY 1"],"shadow":[]}]}
            """
        let stub = try stub([
            "GET /api/strategies/alpha/generations": """
            {"strategy_id":"alpha","current":1,"generations":[\(one)],"shadow":\(shadow),"loaded":5,"loaded_max":200}
            """
        ])
        let output = try await run("generations", "alpha").output
        #expect(output.contains("0123456789abcdef\n") && output.contains("2025-01-02 03:04:05"))
        #expect(output.contains("shadow 2 since 2025-01-02 03:04:06: 7 answers alike, 1 not"))
        #expect(output.contains("2025-01-02 03:04:07  running: submit BUY 1; shadow: nothing"))
        #expect(output.contains("5 of 200 images"))
        withExtendedLifetime(stub) {}
    }

    @Test("logs shows lines with time and level")
    func logs() async throws {
        let line = #"{"sequence":3,"timestamp":"2025-01-02T03:04:05Z","level":"info","message":"hello"}"#
        let stub = try stub([
            "GET /api/strategies/alpha/logs": "{\"strategy_id\":\"alpha\",\"entries\":[\(line)]}"
        ])
        #expect(try await run("logs", "alpha").output == "2025-01-02 03:04:05  info     hello\n")
        #expect(try await run("logs", "alpha", "--limit", "0").code == 2)
        #expect(try await run("logs", "alpha", "--level", "loud").code == 2)
        withExtendedLifetime(stub) {}
    }
}
