import Glibc
import Testing

@testable import stratagem

/// Commands that ask a host, in front of a stub of one.
@Suite("Host commands")
struct HostCommandTests {
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

    @Test("orders keeps every digit; token prints the local secret")
    func orders() async throws {
        let order =
            #"{"order_id":"ord-1","quantity":0.10000000,"price":null,"status":"FILLED","average_price":41000.123456789}"#
        let stub = try stub(["GET /api/orders": "{\"orders\":[\(order)]}"])
        let table = try await run("orders")
        #expect(table.code == 0 && table.output.contains("0.10000000") && table.output.contains("41000.123456789"))
        #expect(try await run("orders", "--json").output == "{\"orders\":[\(order)]}\n")
        #expect(try await run("token").output == "secret\n")
        withExtendedLifetime(stub) {}
    }

    @Test("functions are listed with their arguments, and called with values as their schema wants them")
    func functions() async throws {
        let mean = """
            {"name":"mean","description":"Of them","parameters":{"type":"object","properties":{"values":{"type":"array"},\
            "n":{"type":"integer"},"on":{"type":"boolean"},"text":{"anyOf":[{"type":"string"},{"type":"null"}]}},\
            "required":["values","n","on"]},"result":{"anyOf":[{"type":"number"},{"type":"null"}]}}
            """
        scratch.write("", to: "data/file")
        let stub = HostStub(scratch.path + "/data/s") { request in
            let wanted = #"{"values":[1,2.5],"n":7,"on":true,"text":"5"}"#
            var text = #"{"functions":[\#(mean)]}"#
            if request.hasPrefix("POST /api/strategies/alpha/functions/mean ") {
                text = request.hasSuffix(wanted) ? #"{"success":true,"result":1.75}"# : #"{"result":"wrong"}"#
            }
            return [.text("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n" + text)]
        }
        let file = HostFile(
            url: "http://127.0.0.1:1", socket: stub.path, startedAt: "now", version: "1", token: "secret")
        try file.write(in: scratch.path + "/data")
        let list = try await run("functions", "alpha")
        #expect(list.code == 0 && list.output.contains("values: numbers, n: integer, on: boolean, text: string?"))
        let call = try await run("functions", "alpha", "mean", "values=1,2.5", "n=7", "on=true", "text=5")
        #expect(call.code == 0 && call.output == "1.75\n", "\(call.output) \(call.errors)")
        #expect(try await run("functions", "alpha", "mean", "values").code == 2)
        withExtendedLifetime(stub) {}
    }

    @Test("without a host: a clear error, and stop leaves a STOP file")
    func noHost() async throws {
        let orders = try await run("orders")
        #expect(orders.code == 3)
        #expect(orders.lastError == "error: no host runs on this data folder – data – start one with `stratagem run`")
        let stop = try await run("stop", "--reason", "fire")
        #expect(stop.code == 0 && stop.output.contains("starts halted"))
        #expect(scratch.read("data/STOP") == "fire\n")
        #expect(StopFile.exists(in: scratch.path + "/data"))
        #expect(StopFile.reason(in: scratch.path + "/data") == "fire")
        #expect(try await run("stop", "--drill").code == 3)
    }

    @Test("stop sends what it was told, and a refusal of the host does not lose it")
    func stop() async throws {
        let stub = try stub([
            "POST /api/v1/emergency-stop": #"{"success":true,"stop_id":"stop-1","affected_components":["sma_cross"]}"#
        ])
        let stop = try await run("stop", "--scope", "agent", "--target", "sma_cross", "--mode", "flatten")
        #expect(stop.code == 0 && stop.output.contains("stop-1 is in force") && stop.output.contains("sma_cross"))
        #expect(scratch.read("data/STOP") == nil)
        withExtendedLifetime(stub) {}
        try #require(unlink(stub.path) == 0)
        let failing = HostStub(stub.path) { _ in
            [.text("HTTP/1.1 503 X\r\nContent-Length: 13\r\n\r\n{\"error\":\"no\"}".replacing(": 13", with: ": 14"))]
        }
        let again = try await run("stop")
        #expect(again.code == 0 && again.output.contains("the host refused: no"), "\(again)")
        #expect(scratch.read("data/STOP") != nil)
        withExtendedLifetime(failing) {}
    }

    @Test(
        "wrong flags of stop are refused",
        arguments: [
            ["--scope", "account"], ["--target", "x"], ["--release", "stop-1"], ["--scope", "galaxy"],
            ["--release", "stop-1", "--reason", "x", "--drill"],
        ])
    func stopFlags(_ flags: [String]) async throws {
        #expect(try await CommandLine.run(["stop"] + flags, in: scratch).code == 2)
    }

    @Test("why names the stop, the schedule and the last denial")
    func why() async throws {
        let stub = try stub([
            "GET /api/v1/emergency-stops":
                #"{"active_stops":[{"stop_id":"stop-1","scope":"system","reason":"fire","triggered_by":"ann","timestamp":"2026-01-31T14:30:15.123456789Z","status":"active"},{"stop_id":"stop-0","status":"resolved","reason":"old"}]}"#,
            "GET /api/strategies/cross":
                #"{"id":"cross","enabled":true,"state":"running","instruments":["BTC_USDT"],"schedule":{"start_time":"00:00","end_time":"24:00","days_of_week":[]}}"#,
            "GET /api/risk/denials":
                #"{"denials":[{"timestamp":"2026-01-31T14:30:16Z","instrument":"BTC_USDT","failures":[{"rule":"risk.order-size","scope":"account paper","observed":120.5,"limit":100,"headroom":0}]}]}"#,
            "GET /api/risk/headroom": #"{"headroom":[]}"#, "GET /api/orders": #"{"orders":[]}"#,
            "GET /health": #"{"status":"healthy","dependencies":{"market_data":"degraded"}}"#,
        ])
        let why = try await run("why", "cross")
        #expect(why.code == 0, "\(why.errors)")
        for part in [
            "! system is stopped by stop-1 since 2026-01-31 14:30:15, thrown by ann: fire",
            "! it is outside its schedule",
            "! the market data is degraded",
            "- denied at 2026-01-31 14:30:16 on BTC_USDT: risk.order-size (account paper): observed 120.5, limit 100, headroom 0",
        ] { #expect(why.output.contains(part), "\(part) in \(why.output)") }
        #expect(!why.output.contains("old"))
        #expect(try await run("why", "nothing").code == 2)
        withExtendedLifetime(stub) {}
    }

    @Test("a window over midnight belongs to the day on which it begins")
    func schedule() throws {
        let json = try JSON(parsing: #"{"start_time":"22:00","end_time":"02:00","days_of_week":[5]}"#)
        let window = try #require(ScheduleWindow(json))
        // 2024-01-05 was a Friday.
        let friday = 1_704_412_800
        #expect(window.isOpen(at: friday + 23 * 3600) == true)
        #expect(window.isOpen(at: friday + 25 * 3600) == true)
        #expect(window.isOpen(at: friday + 3600) == false)
        #expect(window.isOpen(at: friday + 26 * 3600) == false)
    }

    @Test("doctor finds a healthy folder healthy and a broken one broken")
    func doctor() async throws {
        scratch.addCross("cross")
        let good = try await run("doctor", "--json")
        let json = try JSONObject(good.output)
        let parts = Set(json.objects("findings").compactMap { $0.text("part") })
        #expect(parts.isSuperset(of: ["toolchain", "libraries", "strategies", "host", "port", "clock", "disk space"]))
        scratch.write("plugin: [\n", to: "strategies/cross/strategy.yaml")
        scratch.write("fire", to: "data/STOP")
        scratch.write("{}", to: "data/host.json")
        let bad = try await run("doctor")
        #expect(bad.code == 1)
        for part in ["problem  strategies", "problem  host", "warning  stop file"] {
            #expect(bad.output.contains(part), "\(part) in \(bad.output)")
        }
        #expect(bad.output.contains("halted by data/STOP: fire"))
    }

    @Test("sessions lists nothing where nothing was recorded")
    func noSessions() async throws {
        #expect(try await run("sessions").output == "no recordings in data/recordings\n")
        scratch.write("not a recording", to: "data/recordings/x.rec")
        #expect(try await run("sessions", "--json").output == "{\"sessions\":[]}\n")
    }
}
