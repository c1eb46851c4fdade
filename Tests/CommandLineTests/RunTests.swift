import Glibc
import Testing

/// A host under way: in a pipe, on the simulator and on recordings, until it is stopped or stops itself.
@Suite("Run")
struct RunTests {
    private let scratch = Scratch()

    @Test("the shipped strategies trade on the simulator, and the run ends by itself")
    func shippedStrategies() async throws {
        try scratch.copyShippedStrategies()
        let outcome = try await CommandLine.run(
            ["run", "--duration", "3", "--seed", "7", "--market-speed", "20"], in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.isEmpty)
        #expect(!outcome.output.contains("\u{1b}"), "no terminal codes in a pipe")
        let result = try summary(outcome.output)
        #expect(result.count == 4)
        let trading = result.filter { $0.orders > 0 && $0.fills > 0 }
        #expect(trading.count >= 2, "\(outcome.output)")
        #expect(outcome.output.contains("market: simulator, seed 7"))
        #expect(outcome.output.contains(" taker"), "fills are lines")
    }

    /// Orders and fills of each strategy in the table at the end.
    private func summary(_ output: String) throws -> [(id: String, orders: Int, fills: Int)] {
        let lines = output.split(separator: "\n")
        let head = try #require(lines.lastIndex { $0.hasPrefix("strategy  ") }, "\(output)")
        return try lines[(head + 1)...].map { line in
            let cells = line.split(separator: " ")
            return (String(cells[0]), try #require(Int(cells[3])), try #require(Int(cells[4])))
        }
    }

    @Test("--json prints one object at the end and nothing before")
    func json() async throws {
        scratch.addCross("cross")
        let outcome = try await CommandLine.run(
            ["run", "--duration", "1.5", "--seed", "3", "--market-speed", "60", "--json"], in: scratch)
        #expect(outcome.code == 0 && outcome.outputLines.count == 1)
        let result = try JSONObject(outcome.output)
        let strategy = try #require(result.objects("strategies").first)
        #expect(strategy.text("id") == "cross" && strategy.text("state") == "stopped")
        #expect((strategy.integer("orders") ?? 0) > 0 && (strategy.integer("fills") ?? 0) > 0)
        #expect(strategy.text("realized_pnl") != nil && strategy.text("commission") == "0")
        #expect(result.objects("accounts").first?.text("opening_balance") == "1000000")
        #expect((result.integer("events") ?? 0) > 100)
    }

    @Test("the same seed gives the same market", arguments: [11])
    func seed(_ seed: Int) async throws {
        scratch.addCross("cross")
        // Each on an account of its own: on the same one the second would go on where the first was.
        func firstFills(_ folder: String) async throws -> [Substring] {
            let outcome = try await CommandLine.run(
                ["run", "--duration", "1", "--seed", "\(seed)", "--market-speed", "300", "--data-dir", folder],
                in: scratch)
            // Without the time, which is the clock's.
            return outcome.outputLines.filter { $0.contains(" taker") }.prefix(4).map { $0.dropFirst(20) }
        }
        let first = try await firstFills("one")
        let second = try await firstFills("two")
        #expect(first.count == 4 && first == second)
    }

    @Test("a signal stops it cleanly, with a summary", arguments: [SIGTERM, SIGINT])
    func signals(_ signal: Int32) async throws {
        scratch.addCross("cross")
        let command = try RunningCommand(["run", "--seed", "5", "--market-speed", "30"], in: scratch)
        #expect(await command.waitForOutput("orders 1"), "\(command.output) \(command.errors)")
        command.send(signal)
        let outcome = try await command.finish()
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains("stopped after"))
        #expect(try summary(outcome.output).count == 1)
    }

    @Test("a strategy that flattens is flat at the end")
    func flattens() async throws {
        scratch.addCross("flat", "on_stop: flatten")
        scratch.addCross("kept", "on_stop: keep")
        let outcome = try await CommandLine.run(
            ["run", "--seed", "5", "--market-speed", "60", "--duration", "1", "--json"], in: scratch)
        let strategies = try JSONObject(outcome.output).objects("strategies")
        #expect(strategies.map { $0.text("id") } == ["flat", "kept"])
        #expect(strategies[0].objects("positions").isEmpty && (strategies[0].integer("fills") ?? 0) > 1)
        #expect(strategies[1].objects("positions").count == 1)
    }

    @Test("a second host on the same data folder is refused")
    func oneHost() async throws {
        scratch.addCross("cross")
        let first = try RunningCommand(["run", "--seed", "1"], in: scratch)
        #expect(await first.waitForOutput("running"))
        let second = try await CommandLine.run(["run", "--seed", "1"], in: scratch)
        #expect(second.code == 3)
        let host = try #require(scratch.hostFile()?.integer("pid"))
        #expect(second.lastError.contains(".stratagem") && second.lastError.contains("\(host)"))
        #expect(host != first.process, "a supervisor stands above it")
        let other = try await CommandLine.run(
            ["run", "--seed", "1", "--duration", "0.2", "--data-dir", "other"], in: scratch)
        #expect(other.code == 0)
        // A backtest needs no host's lock.
        scratch.writeBars(50)
        #expect(try await CommandLine.run(["backtest", "SMACross", "--data", "bars.csv"], in: scratch).code == 0)
        first.send(SIGTERM)
        #expect(try await first.finish().code == 0)
        #expect(
            try await CommandLine.run(["run", "--duration", "0.2"], in: scratch).code == 0, "the lock is free again")
    }

    @Test("copies of plugins of runs that have ended are removed")
    func staleGenerations() async throws {
        scratch.addCross("cross")
        scratch.write("old", to: ".stratagem/generations/999999999-1-0-libOld.so")
        #expect(try await CommandLine.run(["run", "--duration", "0.2"], in: scratch).code == 0)
        #expect(scratch.read(".stratagem/generations/999999999-1-0-libOld.so") == nil)
    }

    // MARK: Recordings

    @Test("plays a recorded file as fast as it can")
    func feed() async throws {
        scratch.writeBars(600)
        scratch.addCross("cross")
        scratch.addCross("other", "name: the same on another instrument")
        let all = try await CommandLine.run(["run", "--feed", "bars.csv", "--json"], in: scratch)
        let result = try JSONObject(all.output)
        #expect(result.integer("events") == 600 && result.text("to") == "2024-01-10T10:00:00Z")
        #expect(result.objects("strategies").allSatisfy { ($0.integer("fills") ?? 0) > 10 })
        let named = try await CommandLine.run(["run", "--feed", "bars.csv", "--instrument", "EUR_USD"], in: scratch)
        #expect(named.code == 2 && named.errors.contains("BTC_USDT") && named.errors.contains("EUR_USD"))
    }

    @Test("a paced recording takes its time and still ends")
    func pacedFeed() async throws {
        scratch.writeBars(120)
        scratch.addCross("cross")
        let outcome = try await CommandLine.run(
            ["run", "--feed", "bars.csv", "--market-speed", "7140", "--json"], in: scratch)
        let result = try JSONObject(outcome.output)
        #expect(result.integer("events") == 120)
        // 119 minutes at 7140 are a second.
        #expect((result.number("seconds") ?? 0) >= 0.99)
    }

    @Test("host.yaml's feeds take the simulator's place, merged by time")
    func configuredFeeds() async throws {
        scratch.writeBars(100, to: "strategies/btc.csv")
        scratch.writeBars(200, to: "strategies/eur.csv")
        scratch.write("feeds: {BTC_USDT: btc.csv, EUR_USD: {file: eur.csv}}\n", to: "strategies/host.yaml")
        scratch.write(
            "plugin: SMACross\ninstruments: [EUR_USD]\nparameters: {fast: 2, slow: 4}\n",
            to: "strategies/cross/strategy.yaml")
        let outcome = try await CommandLine.run(["run", "--json"], in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let result = try JSONObject(outcome.output)
        #expect(result.text("from") == "2024-01-10T00:01:00Z" && result.text("to") == "2024-01-10T03:20:00Z")
        #expect(result.integer("events") == 300)
        #expect((result.objects("strategies").first?.integer("fills") ?? 0) > 3)
    }

    @Test(
        "plays a real recording", .enabled(if: Repository.hasRecordings, "the recordings are not there"),
        arguments: ["btc-perp-1m-2022-01.csv", "eurusd-quotes-2020-01.csv", "xrp-eth-trades-2019-10.csv"])
    func realFeed(_ name: String) async throws {
        scratch.addCross("cross", "limits: {max_order_notional: 100000}")
        let outcome = try await CommandLine.run(["run", "--feed", Repository.recording(name)], in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let strategy = try #require(try summary(outcome.output).first)
        #expect(strategy.orders > 100 && strategy.fills > 100)
    }

    // MARK: What is refused

    @Test("a broken strategy is listed with file and line, the good one trades")
    func brokenAndGood() async throws {
        scratch.addCross("good")
        scratch.write(
            "plugin: SMACross\ninstruments: [BTC_USDT]\nparameters: {fast: 9, slow: 3}\n",
            to: "strategies/bad/strategy.yaml")
        scratch.write("plugin: NoSuch\ninstruments: [BTC_USDT]\n", to: "strategies/lost/strategy.yaml")
        scratch.write("plugin: SMACross\ninstruments: [BTC_USDT]\nspeed: 9\n", to: "strategies/odd/strategy.yaml")
        scratch.write("plugin: SMACross\ninstruments: [DOGE]\n", to: "strategies/away/strategy.yaml")
        let outcome = try await CommandLine.run(
            ["run", "--duration", "1", "--seed", "3", "--market-speed", "60"], in: scratch)
        #expect(outcome.code == 0)
        for text in [
            "refused: bad: strategies/bad/strategy.yaml:3: ", "fast (9) must be smaller than slow (3)",
            "refused: lost: strategies/lost/strategy.yaml:1: plugin: 'NoSuch'",
            "refused: odd: strategies/odd/strategy.yaml:3: speed", "refused: away: strategies/away/strategy.yaml:2: ",
        ] {
            #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
        }
        let result = try summary(outcome.output)
        #expect(result.map(\.id) == ["good"] && result[0].fills > 0)
    }

    @Test("no strategy that can run, and a broken host.yaml, end with exit code 2 and every finding")
    func nothingToRun() async throws {
        scratch.write("plugin: SMACross\nspeed: 9\nparameters: [1]\n", to: "strategies/odd/strategy.yaml")
        let broken = try await CommandLine.run(["run"], in: scratch)
        #expect(broken.code == 2 && broken.output.isEmpty)
        #expect(broken.errors.contains("strategies/odd/strategy.yaml:2: speed"))
        #expect(broken.errors.contains("strategies/odd/strategy.yaml:3: parameters"))
        #expect(broken.lastError.hasPrefix("error: there is no strategy that can run – strategies – "))
        scratch.addCross("good")
        scratch.write("limits:\n  max_order_notional: much\n", to: "strategies/host.yaml")
        let host = try await CommandLine.run(["run"], in: scratch)
        #expect(host.code == 2 && host.errors.contains("strategies/host.yaml:2: limits.max_order_notional: 'much'"))
        scratch.write("", to: "strategies/host.yaml")
    }

    @Test("strategies that are all disabled are no reason not to run: they can be enabled over the API")
    func allDisabled() async throws {
        scratch.addCross("asleep", "enabled: false")
        let outcome = try await CommandLine.run(["run", "--duration", "0.3", "--json"], in: scratch)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let strategy = try #require(try JSONObject(outcome.output).objects("strategies").first)
        #expect(strategy.text("state") == "off" && strategy.integer("orders") == 0)
    }

    @Test("the gate's denials are lines with their reasons")
    func denials() async throws {
        scratch.addCross("tight", "limits: {max_order_notional: 1}")
        let outcome = try await CommandLine.run(
            ["run", "--duration", "1", "--seed", "3", "--market-speed", "60"], in: scratch)
        #expect(outcome.output.contains("denied ") && outcome.output.contains("risk.order-size: "))
        #expect(outcome.output.contains("limit 1)"))
    }
}
