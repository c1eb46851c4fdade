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
