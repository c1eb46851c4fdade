import Testing

@testable import stratagem

/// The best of the past has to prove itself on what came after.
@Suite("Walk-forward")
struct WalkForwardTests {
    private let scratch = Scratch()
    private static let day: Int64 = 86_400_000_000_000

    init() { scratch.writeHours() }

    @Test("windows roll on by their out-of-sample part, which follow each other without a gap up to the end")
    func windows() throws {
        for (text, days) in [("4", 900), ("7:0.5", 400), ("1:0.9", 30), ("12:0.6667", 365)] {
            let forward = try #require(WalkForward(text))
            let start = 19_000 * Self.day + 5
            let end = start + Int64(days) * Self.day
            let windows = try #require(forward.windows(from: start, to: end))
            #expect(windows.count == forward.count)
            #expect(windows.first?.inSample.lowerBound == start && windows.last?.outOfSample.upperBound == end)
            for (a, b) in zip(windows, windows.dropFirst()) {
                #expect(a.outOfSample.upperBound == b.outOfSample.lowerBound)
                #expect(a.outOfSample.lowerBound % Self.day == 0)
                // Equally long, but for the cuts at midnight.
                #expect(abs(a.inSample.count - b.inSample.count) <= Int(Self.day) * 2)
            }
            for window in windows {
                #expect(window.inSample.upperBound == window.outOfSample.lowerBound)
                let share = Double(window.inSample.count) / Double(window.inSample.count + window.outOfSample.count)
                #expect(abs(share - Double(forward.share) / 10_000) < 0.04, "\(text): \(share)")
            }
        }
        for text in ["0", "201", "x", "3:", "3:0", "3:1", "3:0.5:1", "-2", "3:0.00001"] {
            #expect(WalkForward(text) == nil, "\(text)")
        }
        #expect(WalkForward("100")?.windows(from: 0, to: 50) == nil)
    }

    private func sweep(_ more: [String]) async throws -> CommandLine.Outcome {
        let base = ["sweep", "SMACross", "--data", "hours.csv", "--range", "fast=2..6:2", "--range", "slow=10..20:10"]
        return try await CommandLine.run(base + ["--json"] + more, in: scratch)
    }

    @Test(
        "each window takes the best of its in-sample part and runs it behind it with what the one before left",
        arguments: [[], ["--warm-up", "2d"]])
    func proof(_ warmUp: [String]) async throws {
        let common = ["--cash", "1000"] + warmUp
        let span = warmUp.isEmpty ? [] : ["--from", "2024-01-08"]
        let outcome = try await sweep(["--walk-forward", "3:0.6", "--jobs", "2"] + span + common)
        try #require(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        let result = try JSONObject(outcome.output)
        let windows = result.objects("windows")
        try #require(windows.count == 3)
        var cash = "1000"
        for window in windows {
            let inSample = window.texts("in_sample")
            let outOfSample = window.texts("out_of_sample")
            let values = try #require(window.object("parameters"))
            let plain = try await sweep(["--from", inSample[0], "--to", inSample[1]] + common)
            let best = try #require(JSONObject(plain.output).objects("rows").first)
            for name in ["fast", "slow"] {
                #expect(best.object("parameters")?.integer(name) == values.integer(name))
            }
            #expect(best.object("performance")?.number("sharpe_ratio") == window.number("in_sample_value"))
            let part = ["--from", outOfSample[0], "--to", outOfSample[1], "--cash", cash] + warmUp
            let chosen = ["fast", "slow"].flatMap { ["--set", "\($0)=\(values.integer($0) ?? 0)"] }
            let alone = try await CommandLine.run(
                ["backtest", "SMACross", "--data", "hours.csv", "--json"] + part + chosen, in: scratch)
            let run = try #require(window.object("run"))
            #expect(try JSONObject(alone.output).text("state_hash") == run.text("state_hash"), "\(alone)")
            cash = try #require(run.text("equity"))
        }
        let chain = try #require(result.object("out_of_sample"))
        #expect(chain.text("equity") == cash && chain.text("opening_cash") == "1000")
        #expect(chain.integer("trades") == windows.reduce(0) { $0 + ($1.object("run")?.integer("trades") ?? 0) })
        // Another number of processes, from the beginning: the same windows.
        let one = try await sweep(["--walk-forward", "3:0.6", "--jobs", "1", "--output", "one.jsonl"] + span + common)
        func core(_ text: String) -> Substring { text.split(separator: "\"windows\"").last ?? "" }
        #expect(core(one.output) == core(outcome.output))
        // Sorted by something else it is another sweep.
        let sorted = ["--walk-forward", "3:0.6", "--sort", "equity", "--output", "one.jsonl"]
        let other = try await sweep(sorted + span + common)
        #expect(other.code == 2 && other.lastError.contains("with other walk-forward"), "\(other)")
    }

    @Test("data that is too short is refused, and the page has the equity out-of-sample")
    func edges() async throws {
        let page = try await sweep(["--walk-forward", "2", "--report", "page.html", "--range", "quantity=1..2:1"])
        let runs = try JSONObject(page.output).object("runs")
        #expect(runs?.integer("done") == 26 && runs?.integer("refused") == 0)
        #expect(page.code == 0 && scratch.read("page.html")?.contains("Equity out-of-sample") == true)
        scratch.write("time,price,quantity,side\n1704067200,100,1,buy\n", to: "hours.csv")
        let short = try await sweep(["--walk-forward", "200:0.5"])
        #expect(short.code == 2 && short.lastError.contains("the data is too short for 200 windows"), "\(short)")
    }
}
