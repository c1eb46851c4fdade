import API
import Testing

@Suite("Simulation over a live port")
struct SimulationOperationTests {
    @Test("a fast-forward has a bound, a scenario its defaults; viewers may neither")
    func both() async throws {
        try await withServer(SimulationOperations.all) { server in
            func post(_ path: String, _ body: String, token: String = "trader") async throws -> LiveServer.Answer {
                try await server.send("POST", "/simulation/\(path)", token: token, body: body)
            }
            let forward = try await post("fast-forward", #"{"seconds": 60}"#)
            #expect(
                forward.text
                    == #"{"success":true,"advanced_seconds":60,"simulation_time":"1970-01-01T00:01:00Z"}"#)
            for seconds in ["-60", "0", "86401", "1.5"] {
                #expect(try await post("fast-forward", "{\"seconds\": \(seconds)}").status == 400, "\(seconds)")
            }
            let plain = try await post("add-scenario", #"{"scenario": "sideways", "symbol": "BTC"}"#)
            #expect(
                plain.text
                    == #"{"success":true,"scenario_id":"scenario-sideways-60-0.01","name":"sideways","scenario":"sideways"}"#
            )
            let wrong = #"{"scenario": "dream", "symbol": "", "magnitude": 0.6, "duration_seconds": 0}"#
            let refused = try await post("add-scenario", wrong)
            #expect(refused.status == 400)
            for path in ["scenario", "symbol", "magnitude", "duration_seconds"] {
                #expect(refused.text.contains("\"\(path)\""))
            }
            #expect(try await post("fast-forward", #"{"seconds": 60}"#, token: "viewer").status == 403)
            #expect(try await post("add-scenario", wrong, token: "viewer").status == 403)
            let reset = try await post("reset", "{}")
            #expect(reset.text == #"{"success":true,"simulation_time":"1970-01-01T00:00:00Z","balance":1.5}"#)
            #expect(try await post("reset", "7").status == 400)
            #expect(try await post("reset", "{}", token: "viewer").status == 403)
        }
    }
}
