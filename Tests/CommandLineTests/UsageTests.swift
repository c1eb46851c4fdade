import Glibc
import Testing

/// Exit codes and the form of errors: the same for every command.
@Suite("Usage")
struct UsageTests {
    private let scratch = Scratch()

    /// `error: what – where – what to do` at the end of standard error.
    private func expectUsageError(
        _ arguments: [String], naming part: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await CommandLine.run(arguments, in: scratch)
        #expect(outcome.code == 2, "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
        #expect(outcome.lastError.hasPrefix("error: "), sourceLocation: sourceLocation)
        let pieces = outcome.lastError.split(separator: " – ")
        #expect(pieces.count >= 3, "\(outcome.lastError)", sourceLocation: sourceLocation)
        if !part.isEmpty {
            #expect(outcome.lastError.contains(part), "\(outcome.lastError)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "refuses wrong flags and values with exit code 2",
        arguments: [
            ["nonsense"], ["run", "--nonsense"], ["backtest"], ["backtest", "SMACross"], ["check", "--nonsense"],
            ["run", "--market-speed", "0"], ["run", "--market-speed", "-1"], ["run", "--market-speed", "fast"],
            ["run", "--duration", "0"], ["run", "--duration", "nan"], ["run", "--seed", "-1"],
            ["run", "--port", "65536"], ["user", "remove"], ["user", "add", "ann"], ["backup"],
            ["run", "--instrument", "BTC_USDT"], ["run", "--seed", "1", "--feed", "x.csv"],
            ["backtest", "SMACross", "--data", "bars.csv", "--cash", "0"],
            ["backtest", "SMACross", "--data", "bars.csv", "--cash", "1.123456789"],
            ["backtest", "SMACross", "--data", "bars.csv", "--commission-rate", "2"],
            ["backtest", "SMACross", "--data", "bars.csv", "--slippage-bps", "10000"],
            ["backtest", "SMACross", "--data", "bars.csv", "--funding-rate", "1.1"],
            ["backtest", "SMACross", "--data", "bars.csv", "--funding-every", "8h"],
            ["backtest", "SMACross", "--data", "bars.csv", "--funding-rate", "0.1", "--funding-every", "30m"],
            ["backtest", "SMACross", "--data", "bars.csv", "--borrow-rate", "-0.1"],
            ["backtest", "SMACross", "--data", "bars.csv", "--funding", "nofile.csv"],
            ["backtest", "SMACross", "--data", "bars.csv", "--from", "yesterday"],
            ["backtest", "SMACross", "--data", "bars.csv", "--from", "2024-02-02", "--to", "2024-02-01"],
            ["backtest", "SMACross", "--data", "bars.csv", "--bar-stamp", "middle"],
            ["backtest", "SMACross", "--data", "bars.csv", "--tz", "Mars/Olympus"],
            ["backtest", "SMACross", "--data", "bars.csv", "--set", "fast"],
            ["backtest", "SMACross", "--data", "bars.csv", "--instrument", "two words"],
            ["backtest", "SMACross", "--data", "bars.csv", "--timeframe", "2m"],
        ])
    func wrongFlags(_ arguments: [String]) async throws {
        scratch.writeBars()
        try await expectUsageError(arguments)
    }

    @Test("a file of funding rates: every line that cannot be used, with its number and why")
    func fundingFile() async throws {
        scratch.writeBars()
        let words = [
            "backtest", "SMACross", "--data", "bars.csv", "--instrument", "BTC_USDT", "--funding", "rates.csv",
        ]
        scratch.write("time,price\n", to: "rates.csv")
        try await expectUsageError(words, naming: "'time,price' does not name time and rate")
        scratch.write("time,instrument,rate\n", to: "rates.csv")
        try await expectUsageError(words, naming: "holds no rate")
        scratch.write(
            "time,instrument,rate\n2024-01-01,BTC_USDT,0.1\nlater,BTC_USDT,0.1\n1704067200000,BTC_USDT,0.1\n"
                + "2024-01-02,ETH_USDT,0.1\n2024-01-02,BTC_USDT,2\n2024-01-03,BTC_USDT\n", to: "rates.csv")
        try await expectUsageError(words, naming: "5 lines cannot be used")
        let outcome = try await CommandLine.run(words, in: scratch)
        let reasons = [
            "rates.csv:3: 'later' is no time", "rates.csv:4: 2024-01-01T00:00:00Z is not after",
            "rates.csv:5: there is no",
            "rates.csv:6: '2' is no fraction", "rates.csv:7: 2 fields instead of 3",
        ]
        for reason in reasons { #expect(outcome.errors.contains(reason), "\(reason)") }
    }

    @Test("names what is missing: a file, a plugin, a folder")
    func missingThings() async throws {
        scratch.writeBars()
        try await expectUsageError(["backtest", "SMACross", "--data", "nofile.csv"], naming: "nofile.csv")
        try await expectUsageError(["backtest", "NoSuch", "--data", "bars.csv"], naming: "SMACross")
        try await expectUsageError(["run"], naming: "strategies")
        try await expectUsageError(["check"], naming: "strategies")
        try await expectUsageError(["check", "nothing.yaml"], naming: "nothing.yaml")
        try await expectUsageError(["strategies"], naming: "strategies")
    }

    @Test(
        "has no commands and flags of later versions",
        arguments: [
            "new", "build", "sweep", "replay", "import",
        ])
    func laterCommands(_ name: String) async throws { try await expectUsageError([name], naming: name) }

    @Test("a file that is no market data: line and reason")
    func brokenData() async throws {
        scratch.write("timestamp,open,high,low,close\n2024-01-01,1,2,1,1\n2024-01-02,1,x,1,1\n", to: "broken.csv")
        try await expectUsageError(["backtest", "SMACross", "--data", "broken.csv"], naming: "broken.csv:3")
        scratch.write("", to: "empty.csv")
        try await expectUsageError(["backtest", "SMACross", "--data", "empty.csv"], naming: "empty")
    }

    @Test("says its version, a number and nothing else")
    func version() async throws {
        let outcome = try await CommandLine.run(["--version"], in: scratch)
        let parts = outcome.output.split(separator: "\n").first?.split(separator: ".") ?? []
        #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.split(separator: "\n").count == 1)
        #expect(parts.count == 3 && parts.allSatisfy { Int($0) != nil })
    }

    @Test("help lists the commands and ends with 0")
    func help() async throws {
        let outcome = try await CommandLine.run(["--help"], in: scratch)
        #expect(outcome.code == 0 && outcome.errors.isEmpty && !outcome.output.contains("supervise"))
        for command in [
            "run", "backtest", "check", "strategies", "bench", "orders", "sessions", "stop", "why", "token", "backup",
            "doctor",
        ] {
            #expect(outcome.output.contains("  \(command) "))
            let own = try await CommandLine.run([command, "--help"], in: scratch)
            #expect(own.code == 0 && own.output.contains("USAGE: stratagem \(command)"))
            #expect(own.output.contains("--json") && own.output.contains("--quiet"), "\(command)")
        }
    }

    @Test("a data folder that cannot be made is the environment's fault")
    func dataFolder() async throws {
        scratch.writeBars()
        scratch.write("a file", to: "taken")
        let outcome = try await CommandLine.run(
            ["backtest", "SMACross", "--data", "bars.csv", "--data-dir", "taken/data"], in: scratch)
        #expect(outcome.code == 3)
        #expect(outcome.lastError.hasPrefix("error: ") && outcome.lastError.contains("taken"))
    }

    @Test("output that cannot be written is an error, not silence")
    func fullDisk() async throws {
        guard access("/dev/full", W_OK) == 0 else { return }
        scratch.writeBars()
        let outcome = try await CommandLine.run(
            ["backtest", "SMACross", "--data", "bars.csv", "--fills", "/dev/full"], in: scratch)
        #expect(outcome.code == 3)
        #expect(outcome.lastError.contains("/dev/full"))
    }
}
