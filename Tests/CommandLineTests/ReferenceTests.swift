import Glibc
import Testing
import Trading

/// The executable against a second program: Python with exact integers, written from the documented rules.
@Suite("Agreement with the reference in Python")
struct ReferenceTests {
    private let scratch = Scratch()

    struct Trial: CustomTestStringConvertible {
        var plugin: String
        var file: String
        var host: [String]
        var reference: [String]
        var testDescription: String { "\(plugin) on \(file) \(host.joined(separator: " "))" }

        init(_ plugin: String, _ file: String, host: [String] = [], reference: [String] = []) {
            self.plugin = plugin
            self.file = file
            self.host = host
            self.reference = reference
        }
    }

    static let trials = [
        Trial("SMACross", "btc-perp-1m-2022-01.csv"),
        Trial("SMACross", "usdjpy-1m-bid-2013-02.csv"),
        Trial("SMACross", "goog-1d-2004-2013.csv"),
        Trial(
            "SMACross", "eurusd-1h-2017-2018.csv",
            host: ["--set", "fast=5", "--set", "slow=30", "--set", "quantity=0.37", "--slippage-bps", "1.5"],
            reference: ["--fast", "5", "--slow", "30", "--quantity", "0.37", "--slippage-bps", "1.5"]),
        // Orders of more than most trades hold: they are filled in parts.
        Trial(
            "Breakout", "xrp-eth-trades-2019-10.csv", host: ["--set", "quantity=2000"],
            reference: ["--quantity", "2000"]),
        Trial(
            "Breakout", "goog-1d-2004-2013.csv", host: ["--set", "window=10", "--set", "exit_window=5"],
            reference: ["--window", "10", "--exit-window", "5"]),
    ]

    @Test(
        "fills, commission, cash, equity and every single fill and round trip are equal to the last digit",
        .enabled(if: Repository.hasRecordings, "the recordings are not there"),
        .enabled(if: Repository.python != nil, "python3 is not there"),
        arguments: trials)
    func agreement(_ trial: Trial) async throws {
        let data = Repository.recording(trial.file)
        let rate = ["--commission-rate", "0.0002"]
        let outcome = try await CommandLine.run(
            ["backtest", trial.plugin, "--data", data, "--json", "--fills", "fills.csv", "--trades", "trades.csv"]
                + rate
                + trial.host, in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let ours = try JSONObject(outcome.output)
        let theirs = try await reference(
            [trial.plugin == "SMACross" ? "sma-cross" : "breakout", "--data", data, "--fills", "--trades"] + rate
                + trial.reference)
        for key in ["orders", "fills", "trades"] { #expect(ours.integer(key) == theirs.integer(key), "\(key)") }
        for key in ["cash", "equity", "realized_pnl", "commission"] {
            #expect(ours.text(key) != nil && ours.text(key) == theirs.text(key), "\(key)")
        }
        #expect(ours.integer("denials") == 0 && (ours.integer("fills") ?? 0) > 10)
        expectSameFills(scratch.read("fills.csv") ?? "", theirs.objects("fills_list"))
        expectSameTrades(scratch.read("trades.csv") ?? "", theirs.objects("trades_list"))
        if trial.file.hasPrefix("xrp") {
            #expect((ours.integer("fills") ?? 0) > (ours.integer("orders") ?? 0), "orders are filled in parts")
        }
    }

    private func expectSameFills(_ csv: String, _ reference: [JSONObject]) {
        let ours = csv.split(separator: "\n").dropFirst().map { row in
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            // Without the order's id, which the reference does not list.
            return ([cells[0]] + cells[2...]).joined(separator: " ").lowercased()
        }
        let theirs = reference.map { fill in
            [
                time(fill, "time_ns"), fill.text("side"), fill.text("quantity"), fill.text("price"), fill.text("value"),
                fill.text("commission"), fill.text("liquidity"),
            ].map { $0 ?? "missing" }.joined(separator: " ").lowercased()
        }
        expectSame(ours, theirs, "fill")
    }

    private func expectSameTrades(_ csv: String, _ reference: [JSONObject]) {
        let ours = csv.split(separator: "\n").dropFirst().map { row in
            // Without its id and the instrument.
            row.split(separator: ",", omittingEmptySubsequences: false).dropFirst(2).joined(separator: " ").lowercased()
        }
        let theirs = reference.map { trade in
            [
                trade.text("side"), trade.text("quantity"), time(trade, "entry_time_ns"), trade.text("entry_price"),
                time(trade, "exit_time_ns"), trade.text("exit_price"), trade.text("commission"), trade.text("pnl"),
            ].map { $0 ?? "missing" }.joined(separator: " ").lowercased()
        }
        expectSame(ours, theirs, "round trip")
    }

    private func expectSame(_ ours: [String], _ theirs: [String], _ what: String) {
        #expect(ours.count == theirs.count, "\(what)s")
        let different = zip(ours, theirs).enumerated().first { $0.element.0 != $0.element.1 }
        if let (index, (mine, other)) = different {
            Issue.record("\(what) \(index + 1): \(mine) here, \(other) in the reference")
        }
    }

    /// Nanoseconds since 1970 lie beyond what a Double holds, so they are taken from the text.
    private func time(_ object: JSONObject, _ key: String) -> String? {
        object.digits(key).flatMap { Int64($0) }.map { Timestamp(nanoseconds: $0).description }
    }

    private func reference(_ words: [String]) async throws -> JSONObject {
        let script = Repository.root + "/Tests/Reference/backtest_reference.py"
        let python = try #require(Repository.python)
        let outcome = try await CommandLine.run([script] + words, in: scratch, executable: python)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try JSONObject(outcome.output)
    }
}
