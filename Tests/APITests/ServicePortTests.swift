import API
import Glibc
import Logging
import Synchronization
import Testing
import Trading

@Suite("A port for each service")
struct ServicePortTests {
    private static let numbers = [
        3000, 8001, 8002, 8003, 8004, 8005, 8006, 8010, 8011, 8012, 8022, 8024, 8025, 8047, 8081,
    ]

    @Test("each has its own health, its own operations and nothing else, and tokens count there")
    func mounts() async throws {
        let offset = try #require(FreePorts.offset(of: ServicePortTests.numbers))
        var settings = APISettings.forTests
        settings.servicePortOffset = offset
        let operations = TradingOperations.all + MarketOperations.all + ExecutionOperations.all + BridgeOperations.all
        try await withServer(operations, settings: settings) { main in
            func at(_ number: Int) -> LiveServer { LiveServer(port: number + offset, host: main.host) }
            let keys: [Int: Set<String>] = [
                8010: ["status", "timestamp"], 8011: ["status", "timestamp"], 8012: ["status", "timestamp"],
                8024: ["status", "trading_mode", "connected_exchange", "api_status", "last_trade"],
                8022: [
                    "status", "signals_processed", "trades_executed", "success_rate", "last_signal_processed",
                ],
                8025: ["status", "timestamp", "ml_models_loaded", "features_available", "last_prediction"],
                8047: ["status", "last_rebalance", "rebalance_frequency", "positions_managed"],
            ]
            for number in ServicePortTests.numbers {
                let health = try await at(number).send("GET", "/health")
                #expect(health.status == 200)
                #expect(
                    Set(health.json.keys) == keys[number] ?? ["status", "timestamp", "version", "dependencies"],
                    "port \(number)")
                #expect(try await at(number).send("GET", "/api/instruments").status == (number == 3000 ? 401 : 404))
                #expect(try await at(number).send("GET", "/").status == 404, "the page is the main port's")
                let readiness = try await at(number).send("GET", "/readiness").status
                #expect(readiness == ((8010...8012).contains(number) ? 200 : 404))
            }
            let idle = try await at(8022).send("GET", "/health").json
            #expect(idle["status"] as? String == "degraded" && idle["success_rate"] as? Double == 0)
            main.host.script.withLock { script in
                script.figures.bridge.isEnabled = true
                (script.figures.bridge.passed, script.figures.bridge.sent, script.figures.bridge.failed) = (2, 1, 1)
                script.figures.bridge.lastProcessedAt = Timestamp(nanoseconds: 1_000_000_000)
            }
            let bridge = try await at(8022).send("GET", "/health").text
            let counted =
                #"{"status":"healthy","signals_processed":4,"trades_executed":1,"success_rate":0.25,"#
                + #""last_signal_processed":"1970-01-01T00:00:01Z"}"#
            #expect(bridge == counted)
            let trade = "/api/v1/trade-status/x"
            #expect(try await at(8004).send("GET", trade).status == 401)
            let elsewhere = try await at(8005).send("GET", trade, token: "viewer")
            #expect(elsewhere.status == 404 && elsewhere.message.contains("no operation has the path"))
            #expect(try await at(8022).send("GET", "/bridge/status").status == 401)
            #expect(try await at(8022).send("GET", "/bridge/status", token: "viewer").status == 200)
            #expect(try await at(8022).send("POST", "/bridge/configure", token: "trader", body: "{}").status == 403)
            let page = try await at(8004).send("GET", "/openapi.json").json["paths"] as? [String: Any]
            #expect(page?["/api/v1/execute-trade"] != nil && page?["/api/orders"] == nil)
        }
    }

    @Test("sockets are where their service is")
    func sockets() async throws {
        let offset = try #require(FreePorts.offset(of: ServicePortTests.numbers))
        var settings = APISettings.forTests
        settings.servicePortOffset = offset
        let host = ScriptedHost()
        host.script.withLock {
            $0.simulators.views["sim-1"] = SimulatorView(id: "sim-1", session: "ses-1", status: .running)
            $0.simulators.books["ses-1"] = ScriptedHost()
        }
        let sessions = try ClientSessions(store: MemorySessions(user: "viewer", session: "ses-1"))
        try await withServer([], host: host, sessions: sessions, settings: settings) { _ in
            let paths = [
                (8011, "/ws"), (3000, "/ws"), (8081, "/events"), (8024, "/ws/trades"), (8025, "/ws/signals"),
                (8011, "/ws/simulators/sim-1"),
            ]
            for (number, path) in paths {
                let socket = try await SocketClient(number + offset, path + "?token=viewer")
                #expect(socket.status == 101, "\(path) on \(number)")
                let elsewhere = try await SocketClient(8010 + offset, path + "?token=viewer")
                #expect(elsewhere.status == 404)
            }
        }
    }

    @Test("one that is taken is named, and then nothing listens")
    func taken() async throws {
        let offset = try #require(FreePorts.offset(of: ServicePortTests.numbers))
        let other = try #require(FreePorts.listen(on: 8047 + offset))
        defer { close(other) }
        var settings = APISettings.forTests
        settings.servicePortOffset = offset
        let hasOpened = Mutex(false)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = APIServer(
            host: ScriptedHost(), tokens: FixedTokens(), operations: [], settings: settings, logger: logger,
            onListening: { _ in hasOpened.withLock { $0 = true } })
        let failure = await #expect(throws: APIServerFailure.self) { try await server.run() }
        #expect(failure?.isServicePort == true && failure?.isAddressInUse == true)
        #expect(failure?.description.contains("127.0.0.1:\(8047 + offset) (portfolio-rebalancer)") == true)
        #expect(!hasOpened.withLock { $0 })
    }
}

/// Ports that nobody has at this moment.
enum FreePorts {
    /// A distance from `numbers` at which all of them are free.
    static func offset(of numbers: [Int]) -> Int? {
        for _ in 0..<50 {
            let offset = Int.random(in: 12_000...24_000)
            let sockets = numbers.map { listen(on: $0 + offset) }
            sockets.forEach { if let socket = $0 { close(socket) } }
            if sockets.allSatisfy({ $0 != nil }) { return offset }
        }
        return nil
    }

    /// A socket that listens; nil = another program has the port.
    static func listen(on port: Int) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeBytes(of: &address) { bytes in
            bind(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        if status == 0, Glibc.listen(socket, 1) == 0 { return socket }
        close(socket)
        return nil
    }
}
