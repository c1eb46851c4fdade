import API
import Testing

@Suite("Functions over a live port")
struct FunctionOperationTests {
    private var host: ScriptedHost {
        var script = ScriptedHost.Script()
        script.trading.strategies = [StrategyView(id: "alpha")]
        script.trading.functions = [
            FunctionView(
                name: "mean", description: "Of values",
                parameters: .object(
                    [
                        Schema.Property("values", .list(.number, count: 0...65_536), isRequired: true),
                        Schema.Property("note", .nullable(.text()), isRequired: false),
                    ], isOpen: false), result: .nullable(.number))
        ]
        script.trading.functionResult = .number("2.5")
        return ScriptedHost(script)
    }

    @Test("lists each function with the JSON schema of its arguments")
    func lists() async throws {
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let answer = try await server.send("GET", "/api/strategies/alpha/functions", token: "viewer")
            #expect(
                answer.text == """
                    {"strategy_id":"alpha","functions":[{"name":"mean","description":"Of values","parameters":\
                    {"type":"object","properties":{"values":{"type":"array","items":{"type":"number"},"minItems":0,\
                    "maxItems":65536},"note":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["values"],\
                    "additionalProperties":false},"result":{"anyOf":[{"type":"number"},{"type":"null"}]}}]}
                    """)
            #expect(try await server.send("GET", "/api/strategies/no/functions", token: "viewer").status == 404)
        }
    }

    @Test("a call hands over the whole body as arguments, also none, and needs a trader")
    func calls() async throws {
        let host = host
        try await withServer(TradingOperations.all, host: host) { server async throws in
            let path = "/api/strategies/alpha/functions/mean"
            let answer = try await server.send("POST", path, token: "trader", body: #"{"values":[1,4],"any":null}"#)
            #expect(answer.text == #"{"success":true,"function":"mean","result":2.5}"#)
            #expect(try await server.send("POST", path, token: "trader", body: "{}").status == 200)
            let members = [
                JSONValue.Member("values", .array([.number("1"), .number("4")])), JSONValue.Member("any", .null),
            ]
            #expect(host.calls == [.callFunction("alpha", "mean", members), .callFunction("alpha", "mean", [])])
            #expect(try await server.send("POST", path, token: "trader", body: "[1]").status == 400)
            #expect(try await server.send("POST", path, token: "viewer", body: "{}").status == 403)
            let other = "/api/strategies/alpha/functions/nope"
            #expect(try await server.send("POST", other, token: "trader", body: "{}").status == 404)
        }
    }
}
