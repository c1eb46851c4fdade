import Foundation
import Testing

@testable import stratagem

/// Many backtests at once: what is tried, and that each is the backtest that it would be alone.
@Suite("Sweep")
struct SweepTests {
    private let scratch = Scratch()

    /// Months of bars of an hour that rise and fall, so that there are daily returns.
    init() { scratch.writeHours() }

    private func sweep(_ more: [String]) async throws -> CommandLine.Outcome {
        try await CommandLine.run(["sweep", "SMACross", "--data", "hours.csv", "--cash", "1000"] + more, in: scratch)
    }

    private static let grid = ["--range", "fast=2..10:4", "--range", "slow=10..40:10"]

    /// What must not depend on how the work was shared.
    private func table(_ outcome: CommandLine.Outcome) -> String {
        outcome.output.replacing(/"output":"[^"]*","wall_seconds":[^,]*,/, with: "")
    }

    @Test("every run is the backtest that it would be alone, whatever --jobs is, in one go or resumed")
    func sameRuns() async throws {
        let one = try await sweep(SweepTests.grid + ["--json", "--jobs", "1", "--output", "one.jsonl"])
        try #require(one.code == 0 && one.errors.isEmpty, "\(one)")
        let two = try await sweep(SweepTests.grid + ["--json", "--jobs", "2", "--output", "two.jsonl"])
        #expect(table(one) == table(two))
        let object = try JSONObject(one.output)
        let rows = object.objects("rows")
        #expect(rows.count == 12 && object.object("runs")?.integer("done") == 11)
        #expect(rows.last?.text("status") == "refused")
        #expect(rows.last?.text("reason")?.contains("fast (10) must be smaller than slow (10)") == true)
        let ratios = rows.compactMap { $0.object("performance")?.number("sharpe_ratio") }
        #expect(ratios.count == 11 && ratios == ratios.sorted(by: >))
        for row in [rows[0], rows[7]] {
            let values = try #require(row.object("parameters"))
            let alone = try await CommandLine.run(
                ["backtest", "SMACross", "--data", "hours.csv", "--cash", "1000", "--json"]
                    + ["fast", "slow"].flatMap { ["--set", "\($0)=\(values.integer($0) ?? 0)"] }, in: scratch)
            let result = try JSONObject(alone.output)
            #expect(result.text("state_hash") == row.text("state_hash") && row.text("state_hash") != nil)
            #expect(result.text("equity") == row.text("equity"))
        }
        // Half of it, and a line that was not written whole.
        let whole = try #require(scratch.read("one.jsonl"))
        let lines = whole.split(separator: "\n")
        scratch.write(lines.prefix(6).joined(separator: "\n") + "\n" + lines[7].prefix(90), to: "one.jsonl")
        let resumed = try await sweep(SweepTests.grid + ["--json", "--output", "one.jsonl"])
        #expect(table(resumed) == table(one))
        let after = (scratch.read("one.jsonl") ?? "").split(separator: "\n")
        #expect(Set(after) == Set(lines) && after.count == lines.count)
        // Nothing is left to do.
        let again = try await sweep(SweepTests.grid + ["--output", "one.jsonl"])
        #expect(again.output.contains("12 runs, 12 of them before"), "\(again.output)")
    }

    @Test("several files make one timeline, as in a backtest, and an imported one finds the same")
    func severalFiles() async throws {
        scratch.writeHours(1_500, to: "more.csv")
        let files = ["--data", "hours.csv", "--data", "more.csv", "--instrument", "A_USD", "--instrument", "B_USD"]
        let range = ["--range", "fast=2..4:2", "--set", "slow=10", "--json"]
        let both = try await CommandLine.run(["sweep", "SMACross"] + files + range, in: scratch)
        let rows = try JSONObject(both.output).objects("rows")
        #expect(rows.count == 2, "\(both)")
        for row in rows {
            let fast = "fast=\(row.object("parameters")?.integer("fast") ?? 0)"
            let alone = try await CommandLine.run(
                ["backtest", "SMACross", "--set", fast, "--set", "slow=10", "--json"] + files, in: scratch)
            #expect(try JSONObject(alone.output).text("state_hash") == row.text("state_hash"))
        }
        for (file, id) in [("hours.csv", "A_USD"), ("more.csv", "B_USD")] {
            #expect(try await CommandLine.run(["import", file, "--instrument", id], in: scratch).code == 0)
        }
        let recorded = try await CommandLine.run(
            ["sweep", "SMACross", "--data", "A_USD", "--data", "B_USD"] + range, in: scratch)
        let hashes = try JSONObject(recorded.output).objects("rows").map { $0.text("state_hash") }
        #expect(hashes == rows.map { $0.text("state_hash") } && hashes.count == 2, "\(recorded)")
    }

    @Test("every fault of the ranges is told at once, and nothing is run")
    func faults() async throws {
        let outcome = try await sweep([
            "--range", "fast=0..9:0", "--range", "slow=90..20", "--range", "speed=1..2", "--range", "quantity=1..3",
            "--range", "fast=1.5..3", "--range", "nonsense", "--set", "slow=3",
        ])
        #expect(outcome.code == 2)
        for text in [
            "fast: '0' is not a whole number in 1…9999", "fast: the step 0 must be above 0",
            "slow: FROM 90 is above TO 20", "speed: unknown parameter; SMACross has fast, slow, quantity",
            "quantity: needs a step, as in quantity=1..3:STEP", "fast: '1.5' is not a whole number",
            "'nonsense' is not KEY=FROM..TO",
        ] {
            #expect(outcome.lastError.contains(text), "\(text) in \(outcome.lastError)")
        }
        let twice = try await sweep(["--range", "fast=1..2", "--range", "fast=1..2", "--set", "fast=3"])
        #expect(twice.code == 2 && twice.lastError.contains("fast: has two ranges"))
        #expect(twice.lastError.contains("fast: has a range, and a value of --set too"))
        let many = try await sweep(["--range", "fast=1..9999", "--range", "slow=2..10000"])
        #expect(many.code == 2 && many.lastError.contains("99980001 combinations, where 20000 runs are allowed"))
        let set = try await sweep(["--range", "fast=1..2", "--set", "slow=0", "--set", "speed=1"])
        #expect(set.code == 2 && set.lastError.contains("slow = 0: expected a whole number in 2…10000"))
        #expect(set.lastError.contains("speed: unknown parameter"))
        let flags = try await sweep(["--jobs", "0", "--top", "0", "--timeout", "0", "--walk-forward", "3:1"])
        for text in ["--range KEY", "--jobs must be", "--top must be", "--timeout must be", "--walk-forward must be"] {
            #expect(flags.code == 2 && flags.lastError.contains(text), "\(flags.lastError)")
        }
        let sort = try await sweep(["--range", "fast=1..2", "--sort", "beauty"])
        #expect(sort.code == 2 && sort.lastError.contains("'beauty' is not one of total_return, "))
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/.stratagem/sweeps"))
    }

    @Test("decimals are exact, and choices and flags go in their order")
    func values() async throws {
        let outcome = try await sweep(["--range", "quantity=0.1..0.3:0.1", "--set", "fast=5", "--json"])
        let rows = try JSONObject(outcome.output).objects("rows").sorted { $0.integer("run")! < $1.integer("run")! }
        #expect(rows.map { $0.object("parameters")?.digits("quantity") } == ["0.1", "0.2", "0.3"])
        let breakout = try await CommandLine.run(
            ["sweep", "Breakout", "--data", "hours.csv", "--range", "both=false..true", "--json"], in: scratch)
        let flags = try JSONObject(breakout.output).objects("rows").map { $0.object("parameters")?.flag("both") }
        #expect(Set(flags) == [true, false], "\(breakout)")
    }

    @Test("a seed draws the same combinations, none twice, and another seed draws others")
    func random() async throws {
        func drawn(_ seed: String) async throws -> [[Int?]] {
            let outcome = try await sweep([
                "--range", "fast=1..40", "--range", "slow=50..90", "--random", "12", "--seed", seed, "--json",
            ])
            return try JSONObject(outcome.output).objects("rows")
                .sorted { $0.integer("run")! < $1.integer("run")! }
                .map { [$0.object("parameters")?.integer("fast"), $0.object("parameters")?.integer("slow")] }
        }
        let first = try await drawn("7")
        #expect(first.count == 12 && Set(first).count == 12)
        // On every machine these; a few lines of Python draw them too.
        #expect(first.prefix(3) == SweepTests.drawnBySeven, "\(first)")
        #expect(try await drawn("8") != first)
    }

    private static let drawnBySeven: ArraySlice<[Int?]> = [[1, 77], [5, 55], [6, 64]]

    @Test("a file of another sweep, a damaged one and one that is something else are refused; --restart begins anew")
    func files() async throws {
        let base = ["--range", "fast=2..3", "--output", "rows.jsonl"]
        #expect(try await sweep(base).code == 0)
        let other = try await sweep(base + ["--commission-rate", "0.001", "--range", "slow=20..30:10"])
        #expect(other.code == 2 && other.lastError.contains("of another sweep, with other options, ranges"), "\(other)")
        scratch.writeHours(2_000)
        let data = try await sweep(base)
        #expect(data.code == 2 && data.lastError.contains("with other data"), "\(data)")
        #expect(try await sweep(base + ["--restart"]).output.contains("2 runs, in"))
        let lines = (scratch.read("rows.jsonl") ?? "").split(separator: "\n")
        scratch.write([lines[0], "{}", lines[2]].joined(separator: "\n") + "\n", to: "rows.jsonl")
        let damaged = try await sweep(base)
        #expect(damaged.code == 2 && damaged.lastError.contains("is no row of a sweep – rows.jsonl:2"), "\(damaged)")
        for restart in [[], ["--restart"]] {
            let foreign = try await sweep(["--range", "fast=2..3", "--output", "hours.csv"] + restart)
            #expect(foreign.code == 2 && foreign.lastError.contains("it is no file of a sweep"), "\(foreign)")
        }
        #expect(scratch.read("hours.csv")?.hasPrefix("time,") == true)
    }

    @Test("the best of many is deflated: trials, and how many of them are independent")
    func luck() async throws {
        let luck = try #require(
            JSONObject(try await sweep(SweepTests.grid + ["--json"]).output).object("luck"))
        let deflated = try #require(luck.number("deflated_sharpe_ratio"))
        let probabilistic = try #require(luck.number("probabilistic_sharpe_ratio"))
        #expect(luck.integer("trials") == 11 && (1...11).contains(luck.number("effective_trials") ?? 0))
        #expect((luck.number("expected_by_luck") ?? 0) > 0 && deflated > 0 && deflated < probabilistic)
        let text = try await sweep(SweepTests.grid).output
        #expect(text.contains("With 11 trials, which are as good as "))
    }

    @Test("the map is in plain shades in a pipe, and the page shows every cell and asks nobody for anything")
    func pictures() async throws {
        let outcome = try await sweep(SweepTests.grid + ["--report", "page.html", "--sort", "max_drawdown"])
        #expect(outcome.output.contains("slow down, fast across: max drawdown"))
        #expect(outcome.output.contains("██") && !outcome.output.contains("\u{1b}"))
        let page = try #require(scratch.read("page.html"))
        #expect(page.components(separatedBy: "<rect").count - 1 == 12)
        #expect(page.contains("class=\"best\"") && page.contains("fast 10, slow 10: –"))
        for word in ["http:", "https:", "src=", "@import", "url("] { #expect(!page.contains(word), "\(word)") }
        let line = try await sweep(["--range", "fast=2..9", "--report", "line.html"])
        #expect(line.code == 0 && scratch.read("line.html")?.contains("Sharpe ratio by fast") == true)
    }

    @Test("the smallest risk is the best; without a value there is none, and the answer is no")
    func sorting() async throws {
        let outcome = try await sweep(SweepTests.grid + ["--sort", "max_drawdown", "--json"])
        let falls = try JSONObject(outcome.output).objects("rows").compactMap {
            $0.object("performance")?.number("max_drawdown")
        }
        #expect(falls.count == 11 && falls == falls.sorted())
        let none = try await sweep(["--range", "fast=2..3", "--set", "slow=9000"])
        #expect(none.code == 1 && none.lastError.contains("no run has a value of sharpe_ratio"), "\(none)")
    }
}

extension Scratch {
    /// Bars of an hour whose price rises and falls.
    func writeHours(_ count: Int = 2_100, to name: String = "hours.csv") {
        var text = "time,open,high,low,close,volume\n"
        for hour in 0..<count {
            let price = 100 + 20 * sin(Double(hour) / 40) + Double(hour % 7)
            let prices = [price, price + 1, price - 1, price + 0.5].map { String(format: "%.2f", $0) }
            text += "\(1_704_067_200 + hour * 3600),\(prices.joined(separator: ",")),10\n"
        }
        write(text, to: name)
    }
}
