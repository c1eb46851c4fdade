import Foundation
import PluginHost
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

        /// `values` are parameters of StopEntry, which both programs know by the same names.
        init(stops file: String, _ values: String, _ hasBracket: Bool, _ slippage: String) {
            let costs = ["--slippage-bps", slippage]
            let settings = values.split(separator: " ").map(String.init)
            self.init(
                "StopEntry", file, host: (settings + ["bracket=\(hasBracket)"]).flatMap { ["--set", $0] } + costs,
                reference: (settings + ["bracket=\(hasBracket ? 1 : 0)"]).flatMap { setting in
                    let parts = setting.split(separator: "=").map(String.init)
                    return ["--" + parts[0], parts[1]]
                } + costs)
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
        // Bars that are built of what is finer, which alone matches.
        Trial(
            "SMACross", "eurusd-quotes-2020-01.csv", host: ["--set", "slow=30"], reference: ["--slow", "30"] + bars),
        Trial(
            "SMACross", "xrp-eth-trades-2019-10.csv", host: ["--set", "slow=30", "--set", "quantity=300"],
            reference: ["--slow", "30", "--quantity", "300"] + bars),
    ]
    private static let bars = ["--bars", "60"]

    /// Funding and borrow: often, at awkward rates, and over days without data.
    static let held: [Trial] = {
        func both(_ plugin: String, _ file: String, host: [String] = [], reference: [String] = [], _ rates: [String])
            -> Trial
        {
            Trial(
                plugin, file, host: host + rates,
                reference: reference
                    + rates.map {
                        $0 == "--funding-every" ? "--funding-hours" : $0.hasSuffix("h") ? String($0.dropLast()) : $0
                    })
        }
        return [
            both("SMACross", "btc-perp-1m-2022-01.csv", ["--funding-rate", "0.0001"]),
            both(
                "SMACross", "btc-perp-1m-2022-01.csv",
                ["--funding-rate", "-0.000123457", "--funding-every", "1h", "--borrow-rate", "0.0777"]),
            both(
                "SMACross", "eurusd-1h-2017-2018.csv", host: ["--set", "quantity=0.37"],
                reference: ["--quantity", "0.37"],
                ["--borrow-rate", "0.031", "--funding-rate", "0.00003", "--funding-every", "24h"]),
            both("Breakout", "goog-1d-2004-2013.csv", ["--borrow-rate", "0.05"]),
            both("Breakout", "xrp-eth-trades-2019-10.csv", ["--borrow-rate", "1.5", "--funding-rate", "0.001"]),
            both("SMACross", "btc-perp-1m-2022-01.csv", ["--funding", "rates.csv"]),
        ]
    }()

    /// Stops, stop-limits and limits into a position, out of it a trailing stop or a bracket whose stop is moved.
    static let stops = [
        ("goog-1d-2004-2013.csv", "gap=1 trail=10", "0"), ("btc-perp-1m-2022-01.csv", "gap=5 trail=100", "1.5"),
        ("usdjpy-1m-ask-2013-02.csv", "gap=0.002 trail=0.05", "0"),
        ("eurusd-1h-2017-2018.csv", "gap=0.0002 trail=0.003 quantity=0.37", "0"),
        ("eurusd-quotes-2020-01.csv", "gap=0.00001 trail=0.0002 patience=100", "0"),
        ("xrp-eth-trades-2019-10.csv", "gap=0.0000002 trail=0.000005 quantity=4000 patience=30 reward=1", "3"),
    ].flatMap { file, values, slippage in
        (0...2).flatMap { entry in
            [false, true].map { bracket in Trial(stops: file, "\(values) entry=\(entry)", bracket, slippage) }
        }
    }

    @Test(
        "fills, commission, cash, equity and every single fill and round trip are equal to the last digit",
        .enabled(if: Repository.hasRecordings, "the recordings are not there"),
        .enabled(if: Repository.python != nil, "python3 is not there"),
        arguments: trials)
    func agreement(_ trial: Trial) async throws {
        let ours = try await expectAgreement(trial, trial.plugin == "SMACross" ? "sma-cross" : "breakout")
        if trial.file.hasPrefix("xrp") {
            #expect((ours.integer("fills") ?? 0) > (ours.integer("orders") ?? 0), "orders are filled in parts")
        }
    }

    @Test(
        "funding and borrow are paid at the same moments, to the last digit",
        .enabled(if: Repository.hasRecordings, "the recordings are not there"),
        .enabled(if: Repository.python != nil, "python3 is not there"),
        arguments: held)
    func heldAgreement(_ trial: Trial) async throws {
        scratch.write(
            "time,rate\n2022-01-03T07:59:30Z,0.000251\n2022-01-03T08:00:00Z,0.00012345\n"
                + "2022-01-10T16:00:00.003Z,-0.0031\n2022-01-20T00:00:00Z,0.000999999\n", to: "rates.csv")
        let ours = try await expectAgreement(trial, trial.plugin == "SMACross" ? "sma-cross" : "breakout") {
            ours, theirs in
            for key in ["funding_paid", "borrow_paid"] {
                #expect(ours.text(key) != nil && ours.text(key) == theirs.text(key), "\(key)")
            }
        }
        #expect(ours.text("funding_paid") != "0" || ours.text("borrow_paid") != "0")
    }

    private static let toolchain = Toolchain.find()

    @Test(
        "stops, stop-limits, trailing stops and brackets: equal to the last digit",
        .enabled(if: Repository.hasRecordings, "the recordings are not there"),
        .enabled(if: Repository.python != nil, "python3 is not there"),
        .enabled(if: toolchain.compiler(for: .c) != nil, "needs a C compiler"),
        arguments: stops)
    func stopAgreement(_ trial: Trial) async throws {
        let source = Repository.root + "/Tests/Reference/strategies/stop_entry/stop_entry.c"
        scratch.write(try String(contentsOfFile: source, encoding: .utf8), to: "strategies/stop_entry/stop_entry.c")
        scratch.write("isolation: host\n", to: "strategies/stop_entry/strategy.yaml")
        _ = try await expectAgreement(trial, "stop-entry")
    }

    /// What the host printed.
    private func expectAgreement(
        _ trial: Trial, _ name: String, _ more: (JSONObject, JSONObject) -> Void = { _, _ in }
    ) async throws -> JSONObject {
        let data = Repository.recording(trial.file)
        let rate = ["--commission-rate", "0.0002"]
        // The tests' own environment has a short PATH; the compiler comes by the variable that names its folder.
        let compilers = (Self.toolchain.compiler(for: .c) ?? "").split(separator: "/").dropLast().joined(separator: "/")
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/"
        let words =
            ["backtest", trial.plugin, "--data", data, "--json", "--fills", "fills.csv", "--trades", "trades.csv"]
            + rate + trial.host
        let outcome = try await CommandLine.run(
            ["HOME=\(home)", "STRATAGEM_TOOLCHAIN=/\(compilers)", CommandLine.executable] + words, in: scratch,
            executable: "/usr/bin/env")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let ours = try JSONObject(outcome.output)
        let theirs = try await reference([name, "--data", data, "--fills", "--trades"] + rate + trial.reference)
        for key in ["orders", "fills", "trades"] { #expect(ours.integer(key) == theirs.integer(key), "\(key)") }
        for key in ["cash", "equity", "realized_pnl", "commission"] {
            #expect(ours.text(key) != nil && ours.text(key) == theirs.text(key), "\(key)")
        }
        more(ours, theirs)
        #expect(ours.integer("denials") == 0 && (ours.integer("fills") ?? 0) > 5)
        expectSameFills(scratch.read("fills.csv") ?? "", theirs.objects("fills_list"))
        expectSameTrades(scratch.read("trades.csv") ?? "", theirs.objects("trades_list"))
        return ours
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
