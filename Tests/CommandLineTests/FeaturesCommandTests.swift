import Testing

@Suite("Features command")
struct FeaturesCommandTests {
    private let scratch = Scratch()

    init() { scratch.writeBars() }

    private func run(_ words: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(["features"] + words, in: scratch)
    }

    @Test("lists every feature with its group, unit, warm-up, formula and source")
    func list() async throws {
        let text = try await run()
        #expect(text.code == 0 && text.errors.isEmpty)
        let row = text.outputLines.first { $0.hasPrefix("sma_20 ") }?.split(whereSeparator: \.isWhitespace).map(
            String.init)
        #expect(row == ["sma_20", "trend", "price", "20", "mean", "c", "TA-Lib", "SMA"])
        let listed = try await JSONObject(run("--json").output).objects("features")
        #expect(listed.count + 1 == text.outputLines.count && listed.count >= 90)
        #expect(listed.contains { $0.text("name") == "rsi_14" && $0.integer("warm_up") == 15 })
    }

    @Test("gives a line for each bar of a file, empty where a feature warms up, and the last one as JSON")
    func values() async throws {
        let outcome = try await run("--data", "bars.csv")
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let rows = outcome.output.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(rows.count == 401 && Set(rows.map(\.count)).count == 1)
        let column = try #require(rows[0].firstIndex(of: "sma_5"))
        #expect(rows[4][column] == "" && rows[5][column] != "")
        let last = try await JSONObject(run("--data", "bars.csv", "--json").output)
        #expect(last.integer("bars") == 400 && last.text("time") == String(rows[400][0]))
        let joined = try await JSONObject(run("--data", "bars.csv", "--timeframe", "5m", "--json").output)
        #expect(joined.integer("bars").map { (79...81).contains($0) } == true)
    }

    @Test("every value agrees with its definition, over a walk with quiet bars", .enabled(if: Repository.python != nil))
    func reference() async throws {
        scratch.write(Self.walk(600), to: "walk.csv")
        let script = Repository.root + "/Tests/Reference/features_reference.py"
        let python = try #require(Repository.python)
        let words = [script, CommandLine.executable, "walk.csv"]
        let outcome = try await CommandLine.run(words, in: scratch, executable: python)
        #expect(
            outcome.code == 0 && outcome.output.contains("definition: 159 features"),
            "\(outcome.output)\(outcome.errors)")
    }

    /// Ten-minute bars over four days, of a generator by Lehmer 1951; each seventh neither moves nor trades.
    private static func walk(_ count: Int) -> String {
        var state = 20_240_110
        func next(_ bound: Int) -> Int {
            state = state * 48_271 % 2_147_483_647
            return state % bound
        }
        var text = "timestamp,open,high,low,close,volume\n"
        var close = 50_000
        for index in 0..<count {
            let isQuiet = index % 7 == 3
            let open = isQuiet ? close : close + next(21) - 10
            if !isQuiet { close = max(open + next(401) - 200, 10_000) }
            let (high, low) = (max(open, close) + (isQuiet ? 0 : next(90)), min(open, close) - (isQuiet ? 0 : next(90)))
            let prices = [open, high, low, close].map { "\($0 / 100).\($0 / 10 % 10)\($0 % 10)" }
            let minute = index * 10
            let hour = minute / 60 % 24
            let stamp = "2024-01-\(10 + minute / 1440)T\(hour < 10 ? "0" : "")\(hour)"
            text += "\(stamp):\(minute / 10 % 6)0:00Z,\(prices.joined(separator: ",")),\(isQuiet ? 0 : next(9000))\n"
        }
        return text
    }

    @Test("tells what the market of a file does, and in JSON all that was found")
    func analysis() async throws {
        let text = try await run("--analysis", "--data", "bars.csv")
        #expect(text.code == 0 && text.errors.isEmpty, "\(text.errors)")
        let names = [
            "bars ", "close ", "state ", "trend ", "volatility ", "phase ", "point of control ", "value area ",
        ]
        for name in names { #expect(text.outputLines.contains { $0.hasPrefix(name) }, "\(name)") }
        let found = try await JSONObject(run("--analysis", "--data", "bars.csv", "--json").output)
        #expect(found.integer("bars") == 400 && found.objects("states").count == 400)
        let state = try #require(found.objects("states").last?.text("state"))
        #expect(text.outputLines.contains { $0.hasPrefix("state ") && $0.hasSuffix(" \(state)") })
        let joined = try await JSONObject(run("--analysis", "--data", "bars.csv", "--timeframe", "5m", "--json").output)
        #expect(joined.integer("bars").map { (79...81).contains($0) } == true)
        let alone = try await run("--analysis")
        #expect(alone.code == 2 && alone.lastError.contains("--data"), "\(alone.errors)")
    }

    @Test("says what is wrong with a timeframe or a file")
    func refusals() async throws {
        let short = try await run("--data", "bars.csv", "--timeframe", "1s")
        #expect(short.code == 2 && short.lastError.contains("shorter than the bars"), "\(short.errors)")
        let alone = try await run("--timeframe", "5m")
        #expect(alone.code == 2 && alone.lastError.contains("--data"), "\(alone.errors)")
        let missing = try await run("--data", "none.csv")
        #expect(missing.code == 2 && missing.lastError.contains("none.csv"), "\(missing.errors)")
    }
}
