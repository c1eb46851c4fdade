import API
import Synchronization
import Testing
import Trading

@Suite("Settings over a live port")
struct SettingsOperationTests {
    private func withSettings(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(SettingsOperations.all, body)
    }

    @Test("a change has what it names and nothing else; only an admin makes one")
    func changes() async throws {
        try await withSettings { server in
            let body = #"{"trading": {"mode": "mock", "max_position_size": 0.04}, "risk": {"stop_loss": "0.05"}}"#
            #expect(try await server.send("PUT", "/config", token: "trader", body: body).status == 403)
            let answer = try await server.send("PUT", "/config", token: "admin", body: body)
            #expect(answer.status == 200)
            #expect(answer.text.hasPrefix(#"{"success":true,"config":{"trading":{"mode":"paper","max_position"#))
            var change = EngineSettingsChange()
            change.mode = .mock
            change.maxPositionSize = Rate("0.04")
            change.stopLoss = Rate("0.05")
            #expect(server.host.script.withLock { $0.settings.changes } == [change])
            let live = try await server.send("PUT", "/config", token: "admin", body: #"{"trading":{"mode":"live"}}"#)
            #expect(live.status == 503 && live.text.contains("SYSTEM_MAINTENANCE"))
        }
    }

    @Test("the mode is chosen by an admin, and a balance is above zero")
    func mode() async throws {
        try await withServer(ModeOperations.all) { server in
            let body = #"{"mode": "mock", "initial_balance": 10000.5}"#
            #expect(try await server.send("POST", "/trading/mode", token: "trader", body: body).status == 403)
            let answer = try await server.send("POST", "/trading/mode", token: "admin", body: body)
            #expect(answer.text.hasPrefix(#"{"success":true,"mode":"mock","initial_balance":10000.5,"timestamp":""#))
            let kept = try await server.send("POST", "/trading/mode", token: "admin", body: #"{"mode":"paper"}"#)
            #expect(kept.json["initial_balance"] as? Int == 7)
            let live = try await server.send("POST", "/trading/mode", token: "admin", body: #"{"mode":"live"}"#)
            #expect(live.status == 503)
            for bad in [#"{"mode":"dream"}"#, #"{}"#, #"{"mode":"mock","initial_balance":0}"#] {
                #expect(try await server.send("POST", "/trading/mode", token: "admin", body: bad).status == 400)
            }
        }
    }

    @Test("asking whether settings are good names every fault, the host's too, and each field once")
    func questions() async throws {
        try await withSettings { server in
            server.host.script.withLock { $0.settings.faults = [RequestFault(path: "trading.mode", message: "no")] }
            let body = #"{"trading": {"mode": "dream", "magic": 1, "signal_threshold": 7}, "luck": 1}"#
            let answer = try await server.send("POST", "/config/validate", token: "viewer", body: body)
            #expect(answer.status == 200 && answer.json["valid"] as? Bool == false)
            let errors = answer.json["errors"] as? [[String: String]] ?? []
            #expect(
                errors.compactMap { $0["field"] }.sorted()
                    == ["luck", "trading.magic", "trading.mode", "trading.signal_threshold"])
            let list = try await server.send("POST", "/config/validate", token: "viewer", body: "[1,2]")
            #expect(list.status == 400 && list.text.contains("VALIDATION_FAILED"))
            server.host.script.withLock { $0.settings.faults = [] }
            let good = try await server.send("POST", "/config/validate", token: "viewer", body: #"{"risk":{}}"#)
            #expect(good.text == #"{"valid":true,"errors":[]}"#)
        }
    }
}

@Suite("The list of symbols over a live port")
struct ExchangeOperationTests {
    private func symbol(_ name: String, price: String) throws -> ExchangeSymbolView {
        ExchangeSymbolView(
            name: name, exchange: "simulator",
            stats: MarketStatsView(
                instrument: name, time: Timestamp(nanoseconds: 0), lastPrice: try #require(Price(price)),
                high24h: .one, low24h: .one, volume24h: 150_000_000, changePercent24h: 0.5))
    }

    @Test("stays as it was for five minutes, and not for a moment longer")
    func cache() async throws {
        let clock = Mutex(Timestamp(nanoseconds: 1_737_196_200_000_000_000))
        try await withServer(ExchangeOperations.all(clock: { clock.withLock { $0 } })) { server in
            func prices() async throws -> [Double] {
                let answer = try await server.send("GET", "/api/exchange/symbols")
                let data = answer.json["data"] as? [String: Any]
                return (data?["symbols"] as? [[String: Any]] ?? []).compactMap { $0["price"] as? Double }
            }
            let none = try await server.send("GET", "/api/exchange/symbols")
            #expect(none.status == 503 && none.json["type"] as? String == "error")
            let (first, second) = (try symbol("A", price: "2"), try symbol("B", price: "3"))
            server.host.script.withLock {
                $0.settings.symbols = [first]
                $0.settings.areSymbolsComplete = false
            }
            // A list with gaps is not kept.
            #expect(try await prices() == [2])
            server.host.script.withLock {
                $0.settings.symbols = [first, second]
                $0.settings.areSymbolsComplete = true
            }
            #expect(try await prices() == [2, 3])
            server.host.script.withLock { $0.settings.symbols = [second] }
            clock.withLock { $0 = $0 + 299 * Timestamp.nanosecondsPerSecond }
            #expect(try await prices() == [2, 3])
            clock.withLock { $0 = $0 + Timestamp.nanosecondsPerSecond }
            #expect(try await prices() == [3])
        }
    }
}
