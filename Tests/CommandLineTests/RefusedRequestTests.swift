import Glibc
import Testing

@testable import stratagem

/// What a running host says to requests that are well formed and cannot be.
@Suite("Refused requests")
struct RefusedRequestTests {
    private let scratch = Scratch()

    /// Status, and the fields that are named.
    private typealias Answer = (status: Int, faults: [String], denials: [JSON])

    private func send(_ method: String, _ path: String, _ body: String, to client: HostClient) throws -> Answer {
        let answer = try client.send(HTTPRequest(method: method, path: path, body: try JSON(parsing: body)))
        let details = answer.body["error"]?["details"]
        let faults = details?["faults"]?.elements ?? []
        return (answer.status, faults.compactMap { $0["path"]?.string }, details?["denials"]?.elements ?? [])
    }

    private func order(_ more: String, strategy: String = "manual", instrument: String = "BTC_USDT") -> String {
        #"{"strategy_id": "\#(strategy)", "instrument": "\#(instrument)", "order_type": "BUY", \#(more)}"#
    }

    @Test(
        "the body is judged before the ids, everything at once, and what the gate denies says what it would have left")
    func refused() async throws {
        scratch.addCross("cross", "enabled: false")
        scratch.write("limits: {max_order_notional: 1000}\n", to: "strategies/host.yaml")
        let command = try RunningCommand(["run", "--seed", "5", "--market-speed", "20"], in: scratch)
        #expect(await command.waitForOutput("cross: off"), "\(command.output) \(command.errors)")
        let client = try HostClient(dataFolder: scratch.path + "/.stratagem")
        func send(_ method: String, _ path: String, _ body: String) throws -> Answer {
            try self.send(method, path, body, to: client)
        }

        let nowhere = try send("POST", "/api/orders", order(#""quantity": 1"#, strategy: "none", instrument: "NOPE"))
        #expect(nowhere.status == 400 && nowhere.faults == ["instrument"])
        #expect(try send("POST", "/api/orders", order(#""quantity": 1"#, strategy: "none")).status == 404)
        let off = #""order_kind": "LIMIT", "price": 40000.001, "quantity": 0.000015, "execution_mode": "LIVE""#
        #expect(try send("POST", "/api/orders", order(off)).faults == ["quantity", "price"])

        try checkDenial(
            try send("POST", "/api/orders", order(#""order_kind": "LIMIT", "price": 40000, "quantity": 1"#)))
        try checkChanges(send)
        for id in ["ord-0", "ord-00", "ord-007", "pos-0"] {
            let path = id.hasPrefix("ord") ? "/api/orders/\(id)" : "/api/positions/\(id)/close"
            #expect(try send(id.hasPrefix("ord") ? "PUT" : "POST", path, #"{"quantity": 1}"#).status == 404, "\(id)")
        }

        let settings = #"""
            {"config": {"instruments": ["BTC_USDT", "NOPE"], "parameters": {"fast": "x"}, "execution_mode": "LIVE",
             "schedule": {"start_time": "00:00", "end_time": "24:00", "days_of_week": [1], "time_zone": "Mars/Olympus"}}}
            """#
        let configured = try send("PUT", "/api/strategies/cross/config", settings)
        #expect(configured.status == 400)
        #expect(
            Set(configured.faults).isSuperset(of: [
                "config.instruments.1", "config.parameters.fast", "config.schedule.time_zone",
            ]))
        command.send(SIGTERM)
        #expect(try await command.finish().code == 0)
    }

    /// 40,000 of 1,000 that one order may have: the limit leaves 1,000, in the answer and in the list of denials.
    private func checkDenial(_ denied: Answer) throws {
        #expect(denied.status == 400)
        let size = try #require(denied.denials.first { $0["rule"]?.string == "risk.order-size" })
        #expect(["observed", "limit", "headroom"].map { size[$0]?.shown } == ["40000", "1000", "1000"])
        let client = try HostClient(dataFolder: scratch.path + "/.stratagem")
        let failures = try client.get("/api/risk/denials")["denials"]?.elements.first?["failures"]?.elements ?? []
        #expect(failures.first { $0["rule"]?.string == "risk.order-size" }?["headroom"]?.shown == "1000")
    }

    private func checkChanges(_ send: (String, String, String) throws -> Answer) throws {
        let placed = try send(
            "POST", "/api/orders", order(#""order_kind": "LIMIT", "price": 30000, "quantity": 0.001"#))
        try #require(placed.status == 200)
        let change = #"{"quantity": 0.000015, "price": 30000.001, "stop_price": 90, "time_in_force": "DAY"}"#
        let changed = try send("PUT", "/api/orders/ord-1", change)
        #expect(changed.status == 400)
        #expect(changed.faults == ["quantity", "price", "stop_price", "time_in_force"])
    }
}
