import Testing

/// The shape of a backtest's result, and where its inputs come from.
@Suite("Backtest")
struct BacktestTests {
    private let scratch = Scratch()

    init() { scratch.writeBars() }

    private func backtest(_ more: [String], strategy: String = "SMACross") async throws -> CommandLine.Outcome {
        try await CommandLine.run(["backtest", strategy, "--data", "bars.csv"] + more, in: scratch)
    }

    private static let cross = ["--set", "fast=3", "--set", "slow=10"]

    @Test("prints one object with every key of the contract")
    func shape() async throws {
        let outcome = try await backtest(BacktestTests.cross + ["--commission-rate", "0.001", "--json"])
        #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.outputLines.count == 1)
        let result = try JSONObject(outcome.output)
        #expect(
            result.keys == [
                "strategy", "plugin", "instrument", "data", "parameters", "events_per_second", "wall_seconds", "orders",
                "fills", "denials", "trades", "cash", "equity", "realized_pnl", "commission", "performance",
                "state_hash",
            ])
        #expect(result.object("data")?.keys == ["file", "events", "first", "last"])
        #expect(
            result.object("performance")?.keys == [
                "total_return", "annualized_return", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "max_drawdown",
                "win_rate", "profit_factor", "expectancy", "total_trades", "avg_trade_duration", "exposure_time",
                "volatility", "var_95",
            ])
        for key in ["cash", "equity", "realized_pnl", "commission"] { #expect(result.text(key) != nil, "\(key)") }
        #expect(result.text("instrument") == "bars")
        #expect(result.object("data")?.integer("events") == 400)
        #expect(result.object("data")?.text("first") == "2024-01-10T00:01:00Z")
        #expect((result.integer("fills") ?? 0) > 5)
        #expect(result.text("state_hash")?.utf8.count == 64)
        #expect((result.number("events_per_second") ?? 0) > 0 && (result.number("wall_seconds") ?? 0) > 0)
    }

    @Test("writes parameters with their types, in the digits that were given")
    func parameterTypes() async throws {
        let exact = try await backtest(["--set", "quantity=0.00000003", "--json"])
        #expect(exact.output.contains("\"parameters\":{\"fast\":20,\"slow\":100,\"quantity\":0.00000003}"))
        let result = try await JSONObject(backtest(["--json"], strategy: "PumpDetector").output)
        let parameters = try #require(result.object("parameters"))
        #expect(parameters.text("direction") == "long")
        #expect(parameters.number("short_window") == 4)
        let breakout = try await JSONObject(backtest(["--json"], strategy: "Breakout").output)
        #expect(breakout.object("parameters")?.flag("both") == true)
    }

    @Test("without a file it takes a recording that covers the time, else the simulator's market of the seed")
    func history() async throws {
        let span = ["--from", "2024-01-10T00:00:00Z", "--to", "2024-01-10T06:30:00Z", "--data-dir", "data", "--json"]
        let more = ["--instrument", "BTC_USDT", "--history", "3"] + span
        func run(_ more: [String]) async throws -> CommandLine.Outcome {
            try await CommandLine.run(["backtest", "SMACross"] + BacktestTests.cross + more, in: scratch)
        }
        let simulated = try await JSONObject(run(more).output)
        #expect(simulated.object("data")?.text("file") == "simulator, seed 3")
        #expect(try await JSONObject(run(more).output).text("state_hash") == simulated.text("state_hash"))
        let imported = try await CommandLine.run(
            ["import", "bars.csv", "--instrument", "BTC_USDT", "--data-dir", "data"], in: scratch)
        try #require(imported.code == 0, "\(imported.errors)")
        let recorded = try await JSONObject(run(more).output)
        #expect(recorded.object("data")?.text("file")?.hasSuffix("BTC_USDT.rec") == true)
        #expect(recorded.object("data")?.integer("events") == 390)
        // A minute more than it holds is passed over, a day is not.
        let late = try await run(
            ["--instrument", "BTC_USDT", "--recorded-only", "--from", "2024-01-10", "--to", "2024-01-12"])
        #expect(late.code == 2 && late.errors.contains("no recorded data covers BTC_USDT"))
        let timeless = try await run(["--instrument", "BTC_USDT", "--history", "3"])
        #expect(timeless.code == 2 && timeless.errors.contains("--history needs a time"))
        let neither = try await run(["--instrument", "BTC_USDT"])
        #expect(neither.code == 2 && neither.errors.contains("--data, or with --history"))
    }

    @Test("a statistic that is not defined is null")
    func undefinedStatistics() async throws {
        let result = try await JSONObject(backtest(["--json"]).output)
        let performance = try #require(result.object("performance"))
        // One day of data has no volatility, and 400 bars with the slow default average no trade that ended.
        #expect(performance.isNull("volatility") && performance.isNull("sharpe_ratio"))
    }

    @Test("equal inputs give equal hashes, other inputs other ones")
    func stateHash() async throws {
        func hash(_ more: [String] = []) async throws -> String? {
            try await JSONObject(backtest(BacktestTests.cross + more + ["--json"]).output).text("state_hash")
        }
        let first = try await hash()
        let second = try await hash()
        let third = try await hash()
        #expect(first != nil && first == second && second == third)
        #expect(try await hash(["--commission-rate", "0.001"]) != first)
        #expect(try await hash(["--cash", "500"]) != first)
    }

    @Test(
        "what warms it up does not count: it trades from the start as one that has seen everything, with its own cash")
    func warmUp() async throws {
        func run(_ more: [String]) async throws -> (result: JSONObject, fills: [[Substring]]) {
            let outcome = try await backtest(
                ["--set", "fast=10", "--set", "slow=40", "--json", "--fills", "fills.csv"] + more)
            let lines = (scratch.read("fills.csv") ?? "").split(separator: "\n").map { $0.split(separator: ",") }
            let wanted = ["time", "side", "quantity", "price"].map { name in lines[0].firstIndex { $0 == name } }
            return (
                try JSONObject(outcome.output),
                try lines.dropFirst().map { line in try wanted.map { line[try #require($0)] } }
            )
        }
        let from = ["--from", "2024-01-10T03:07:00Z"]
        let whole = try await run([])
        let cold = try await run(from)
        let warm = try await run(from + ["--warm-up", "2h"])
        #expect(warm.result.object("data")?.integer("events") == cold.result.object("data")?.integer("events"))
        #expect(warm.result.object("data")?.text("first") == cold.result.object("data")?.text("first"))
        // Its first order is given on the first bar's close, and filled by the next bar.
        #expect(warm.fills[0][0] == "2024-01-10T03:09:00Z" && warm.fills[0][2] == "1")
        #expect(cold.fills[0][0] > "2024-01-10T03:40:00Z")
        let later = whole.fills.filter { $0[0] > warm.fills[0][0] }
        #expect(later.count > 5 && Array(warm.fills.dropFirst()) == later)
        #expect(warm.result.integer("fills") == warm.fills.count && warm.result.integer("orders") == warm.fills.count)
        // The money follows from the fills alone.
        let flow = warm.fills.map { ($0[1] == "BUY" ? -1 : 1) * (Double($0[2]) ?? 0) * (Double($0[3]) ?? 0) }.reduce(
            0, +)
        let cash = try #require(warm.result.text("cash").flatMap(Double.init))
        #expect(abs(cash - 1_000_000 - flow) < 1e-6)
        let missing = try await backtest(["--warm-up", "2h"])
        #expect(missing.code == 2 && missing.lastError.contains("--warm-up is what comes before --from"))
        let none = try await backtest(["--from", "2024-01-11", "--warm-up", "2d"])
        #expect(none.code == 2 && none.lastError.contains("there is nothing from 2024-01-11T00:00:00Z on"))
    }

    @Test("a configured stop-loss sends orders of its own")
    func stopLoss() async throws {
        scratch.addCross("plain")
        scratch.addCross("stopped", "risk_parameters: {stop_loss_percent: 0.1}")
        func orders(_ id: String) async throws -> (orders: Int, hash: String?) {
            let result = try await JSONObject(
                backtest(["--json", "--set", "quantity=1"], strategy: id).output)
            return (result.integer("orders") ?? 0, result.text("state_hash"))
        }
        let plain = try await orders("plain")
        let stopped = try await orders("stopped")
        #expect(plain.orders > 0 && stopped.orders > plain.orders && stopped.hash != plain.hash)
        #expect(try await CommandLine.run(["check"], in: scratch).errors.isEmpty)
    }

    @Test("lists round trips and fills with the columns of the contract; they add up")
    func lists() async throws {
        scratch.write("old", to: "trades.csv")
        let outcome = try await backtest(
            BacktestTests.cross + [
                "--commission-rate", "0.001", "--json", "--trades", "trades.csv", "--fills", "fills.csv",
            ])
        let result = try JSONObject(outcome.output)
        let trades = (scratch.read("trades.csv") ?? "").split(separator: "\n")
        #expect(
            trades.first
                == "trade_id,instrument,side,quantity,entry_time,entry_price,exit_time,exit_price,commission,pnl")
        #expect(trades.count - 1 == result.integer("trades"))
        let fills = (scratch.read("fills.csv") ?? "").split(separator: "\n")
        #expect(fills.first == "time,order_id,side,quantity,price,value,commission,liquidity")
        #expect(fills.count - 1 == result.integer("fills"))
        #expect(scratch.names == ["bars.csv", "fills.csv", "trades.csv"], "no temporary file is left")
    }

    @Test("a list that cannot be written: exit code 3, and nothing half-written")
    func unwritableList() async throws {
        let outcome = try await backtest(["--trades", "nowhere/trades.csv"])
        #expect(outcome.code == 3)
        #expect(outcome.lastError.contains("nowhere/trades.csv"))
        #expect(scratch.names == ["bars.csv"])
    }

    @Test("parameters that the plugin refuses: every reason at once")
    func refusedParameters() async throws {
        let outcome = try await backtest(["--set", "fast=0", "--set", "speed=1"])
        #expect(outcome.code == 2)
        #expect(outcome.lastError.contains("1…9999") && outcome.lastError.contains("unknown parameter"))
    }

    @Test("--from and --to cut the data, with offsets and without")
    func timeRange() async throws {
        func events(_ more: [String]) async throws -> Int? {
            try await JSONObject(backtest(more + ["--json"]).output).object("data")?.integer("events")
        }
        #expect(try await events(["--from", "2024-01-10T01:00", "--to", "2024-01-10T02:00"]) == 60)
        #expect(try await events(["--from", "2024-01-10T02:00:00+01:00", "--to", "2024-01-10T02:00:00Z"]) == 60)
        #expect(try await events(["--to", "2024-01-11"]) == 400)
    }

    @Test("bars are built where the strategy needs them and the file has none")
    func builtBars() async throws {
        var text = "timestamp,price,quantity\n"
        for second in 0..<600 {
            let clock = "\(second / 60 < 10 ? "0" : "")\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)"
            text += "2024-01-10T00:\(clock)Z,\(100 + second % 90),1\n"
        }
        scratch.write(text, to: "trades-in.csv")
        func orders(_ more: [String]) async throws -> Int? {
            let words = [
                "backtest", "SMACross", "--data", "trades-in.csv", "--json", "--set", "fast=2", "--set", "slow=4",
            ]
            return try await JSONObject(CommandLine.run(words + more, in: scratch).output).integer("orders")
        }
        let ofMinutes = try await orders([])
        let ofSeconds = try await orders(["--timeframe", "1s"])
        #expect((ofMinutes ?? 0) > 0 && (ofMinutes ?? 0) < 10, "ten bars of a minute")
        #expect((ofSeconds ?? 0) > 10, "six hundred bars of a second")
    }

    @Test("a strategy brings its parameters and limits, a plugin alone has none")
    func strategyLimits() async throws {
        scratch.addCross("tight", "limits: {max_order_notional: 150}")
        scratch.write("limits: {}\n", to: "strategies/host.yaml")
        let own = try await JSONObject(backtest(["--json", "--set", "quantity=1"], strategy: "tight").output)
        #expect(own.text("strategy") == "tight" && own.text("plugin") == "SMACross")
        #expect(own.text("instrument") == "BTC_USDT")
        #expect(own.object("parameters")?.integer("slow") == 4)
        // The first order is worth about 100, the one that turns the position about twice as much.
        #expect((own.integer("denials") ?? 0) > 0 && own.integer("fills") == 1)
        let page = try await backtest(["--set", "quantity=1"], strategy: "tight").output
        #expect(page.contains("× risk.order-size: the order's notional is above the limit"))
        let plain = try await JSONObject(
            backtest(["--json", "--set", "fast=2", "--set", "slow=4", "--set", "quantity=5000"]).output)
        #expect(plain.integer("denials") == 0 && (plain.integer("fills") ?? 0) > 10)
    }

    @Test("what holding costs comes from the host's file, and flags stand above it")
    func financing() async throws {
        scratch.writeBars()
        scratch.write(
            "instruments: {BTC_USDT: {funding: {rate: 0.01, every: 1h}}}\naccounts: {paper: {borrow_rate: 0.5}}\n",
            to: "strategies/host.yaml")
        scratch.write(
            "plugin: SMACross\ninstruments: [BTC_USDT]\ntimeframe: 1m\nparameters: {fast: 2, slow: 5}\n",
            to: "strategies/mine/strategy.yaml")
        let words = ["backtest", "mine", "--data", "bars.csv", "--json"]
        let own = try JSONObject(try await CommandLine.run(words, in: scratch).output)
        #expect(own.text("funding_paid").map { $0 != "0" } == true && own.text("borrow_paid") == "0")
        let free = try await CommandLine.run(words + ["--funding-rate", "0", "--borrow-rate", "0"], in: scratch)
        #expect(try JSONObject(free.output).text("funding_paid") == "0")
        let plain = try await CommandLine.run(["backtest", "SMACross", "--data", "bars.csv", "--json"], in: scratch)
        #expect(try JSONObject(plain.output).text("funding_paid") == nil)
    }

    @Test("--set stands above the strategy's file, --cash above its account")
    func overriding() async throws {
        scratch.addCross("own")
        let result = try await JSONObject(
            backtest(["--json", "--set", "slow=399", "--cash", "777.5"], strategy: "own").output)
        #expect(result.object("parameters")?.integer("slow") == 399)
        #expect(result.object("parameters")?.integer("fast") == 2)
        // The first signal comes too late to be filled.
        #expect(result.text("cash") == "777.5")
    }

    @Test("people get a page, --quiet prints nothing")
    func textOutput() async throws {
        let page = try await backtest(BacktestTests.cross)
        #expect(page.code == 0 && page.output.contains("equity") && page.output.contains("state hash"))
        let quiet = try await backtest(BacktestTests.cross + ["--quiet"])
        #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
        let both = try await backtest(BacktestTests.cross + ["--quiet", "--json"])
        #expect((try? JSONObject(both.output)) != nil)
    }
}
