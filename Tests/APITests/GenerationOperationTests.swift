import API
import Foundation
import Testing
import Trading

@Suite("Generations and logs over a live port")
struct GenerationOperationTests {
    private func host(_ change: (inout TradingScript) -> Void = { _ in }) -> ScriptedHost {
        var script = ScriptedHost.Script()
        script.trading.strategies = [StrategyView(id: "alpha")]
        script.trading.replaced = ReloadView(
            strategy: StrategyView(id: "alpha"), mode: .swap, generation: 4, previousGeneration: 3, memory: .keep,
            snapshotNanoseconds: 20_050, pauseNanoseconds: 12_345)
        change(&script.trading)
        return ScriptedHost(script)
    }

    private func faults(_ answer: LiveServer.Answer) -> [String] {
        let error = answer.json["error"] as? [String: Any]
        let faults = (error?["details"] as? [String: Any])?["faults"] as? [[String: String]] ?? []
        return faults.compactMap { $0["path"] }.sorted()
    }

    @Test("a reload takes mode and memory, and says which generation took over and how long the engine stood")
    func reload() async throws {
        let host = host()
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let plain = try await server.send("POST", "/api/strategies/alpha/reload", token: "admin")
            #expect(
                plain.text == """
                    {"success":true,"id":"alpha","state":"stopped","generation":4,"mode":"swap","previous_generation":3,\
                    "memory_kept":true,"snapshot_us":20.0,"pause_us":12.3}
                    """)
            let body = #"{"mode":"shadow","memory":"discard","gate":"none"}"#
            #expect(
                try await server.send("POST", "/api/strategies/alpha/reload", token: "admin", body: body).status == 200)
            #expect(
                host.calls == [
                    .reload("alpha", ReloadRequest()),
                    .reload("alpha", ReloadRequest(mode: .shadow, memory: .discard)),
                ])
            #expect(host.requesters.map(\.user) == ["admin", "admin"])
            let wrong = #"{"mode":"now","memory":1,"file":"x.so"}"#
            let refused = try await server.send("POST", "/api/strategies/alpha/reload", token: "admin", body: wrong)
            #expect(refused.status == 400 && faults(refused) == ["file", "memory", "mode"])
            let replay = try await server.send(
                "POST", "/api/strategies/alpha/reload", token: "admin", body: #"{"gate":"replay"}"#)
            #expect(replay.status == 200 && host.calls.last == .reload("alpha", ReloadRequest(gate: .replay)))
            #expect(try await server.send("POST", "/api/strategies/alpha/reload", token: "trader").status == 403)
            #expect(try await server.send("POST", "/api/strategies/nope/reload", token: "admin").status == 404)
        }
    }

    @Test("what the host refuses answers 409 with the reason")
    func conflict() async throws {
        let host = host { $0.refusal = .conflict("the state has no 'x'") }
        try await withServer(TradingOperations.all, host: host) { server async throws in
            for path in ["reload", "rollback", "promote"] {
                let answer = try await server.send("POST", "/api/strategies/alpha/\(path)", token: "admin")
                #expect(answer.status == 409 && answer.text.contains("the state has no 'x'"))
            }
            #expect(try await server.send("DELETE", "/api/strategies/alpha/shadow", token: "admin").status == 409)
        }
    }

    @Test("a rollback names its generation, or none")
    func rollback() async throws {
        let host = host()
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let answer = try await server.send("POST", "/api/strategies/alpha/rollback", token: "admin")
            #expect(answer.json["rolled_back_to"] as? Int == 4 && answer.json["generation"] as? Int == 4)
            let body = #"{"generation":2,"memory":"discard"}"#
            _ = try await server.send("POST", "/api/strategies/alpha/rollback", token: "admin", body: body)
            #expect(host.calls == [.rollback("alpha", nil, .keep), .rollback("alpha", 2, .discard)])
            let wrong = try await server.send(
                "POST", "/api/strategies/alpha/rollback", token: "admin", body: #"{"generation":-1}"#)
            #expect(wrong.status == 400 && faults(wrong) == ["generation"])
        }
    }

    @Test("generations are listed with the shadow's comparison")
    func generations() async throws {
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        let host = host { script in
            script.generations = GenerationsView(
                strategy: "alpha", current: 1,
                generations: [
                    GenerationView(
                        number: 1, loadedAt: time, state: .active, sha256: "ab", plugin: "P", version: "1")
                ],
                shadow: ShadowView(
                    generation: 2, since: time, equal: 7, differing: 1,
                    differences: [ShadowView.Difference(time: time, running: ["BUY"], shadow: [])], problem: nil),
                loaded: 5, loadedMax: 200)
        }
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let answer = try await server.send("GET", "/api/strategies/alpha/generations", token: "viewer")
            #expect(
                answer.text == """
                    {"strategy_id":"alpha","current":1,"generations":[{"generation":1,"loaded_at":"2023-11-14T22:13:20Z",\
                    "active":true,"state":"active","sha256":"ab","plugin":"P","version":"1"}],"shadow":{"generation":2,\
                    "since":"2023-11-14T22:13:20Z","equal":7,"differing":1,"differences":[{"timestamp":\
                    "2023-11-14T22:13:20Z","running":["BUY"],"shadow":[]}],"problem":null},"loaded":5,"loaded_max":200}
                    """)
        }
    }

    private static let lines = [
        LogEntryView(sequence: 8, time: Timestamp(nanoseconds: 0), severity: .info, message: "calm"),
        LogEntryView(sequence: 9, time: Timestamp(nanoseconds: 0), severity: .error, message: "a \"fault\""),
    ]

    @Test("log lines by level, limit and number")
    func logs() async throws {
        let host = host { $0.logs = Self.lines }
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let answer = try await server.send(
                "GET", "/api/strategies/alpha/logs?level=warning&limit=20&after=7", token: "viewer")
            #expect(
                answer.text == """
                    {"strategy_id":"alpha","entries":[{"sequence":8,"timestamp":"1970-01-01T00:00:00Z","level":"info",\
                    "message":"calm"},{"sequence":9,"timestamp":"1970-01-01T00:00:00Z","level":"error",\
                    "message":"a \\"fault\\""}]}
                    """)
            #expect(host.calls == [.logs("alpha", LogFilter(severity: .warning, after: 7, limit: 20))])
            let wrong = try await server.send("GET", "/api/strategies/alpha/logs?level=shout&limit=0", token: "viewer")
            #expect(wrong.status == 400 && faults(wrong) == ["level", "limit"])
            #expect(try await server.send("GET", "/api/strategies/nope/logs", token: "viewer").status == 404)
        }
    }

    @Test("log lines as Server-Sent Events, which end with the host's stream")
    func stream() async throws {
        let host = host { $0.logs = Self.lines }
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let answer = try await server.send(
                "GET", "/api/strategies/alpha/logs/stream?level=error", token: "viewer")
            #expect(answer.status == 200 && answer.header("Content-Type") == "text/event-stream")
            let event = """
                event: log
                data: {"sequence":9,"timestamp":"1970-01-01T00:00:00Z","level":"error","message":"a \\"fault\\""}


                """
            #expect(answer.text.contains(event) && !answer.text.contains("calm"))
            let refused = try await server.send("GET", "/api/strategies/nope/logs/stream", token: "viewer")
            #expect(refused.status == 404)
        }
    }
}
