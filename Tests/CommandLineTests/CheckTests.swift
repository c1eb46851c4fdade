import Testing

@Suite("Check and strategies")
struct CheckTests {
    private let scratch = Scratch()

    @Test("the shipped strategies have nothing to report")
    func shipped() async throws {
        try scratch.copyShippedStrategies()
        let outcome = try await CommandLine.run(["check"], in: scratch)
        #expect(outcome.code == 0, "\(outcome.output)")
        #expect(outcome.output.contains("checked 4 strategies") && outcome.output.contains("0 errors, 0 warnings"))
    }

    @Test("every finding with file and line, exit code 1")
    func findings() async throws {
        scratch.addCross("good")
        scratch.write(
            "plugin: SMACross\ninstruments: [BTC_USDT]\nparameters:\n  fast: x\n  slow: 100\n",
            to: "strategies/bad/strategy.yaml")
        scratch.write("plugin: SMACros\ninstruments: [BTC_USDT]\n", to: "strategies/lost/strategy.yaml")
        scratch.write("instruments: [BTC_USDT]\n", to: "strategies/text/strategy.yaml")
        scratch.write("this is no library", to: "strategies/text/libtext.so")
        scratch.write("limits: {max_order_notional: much}\n", to: "strategies/host.yaml")
        let outcome = try await CommandLine.run(["check"], in: scratch)
        #expect(outcome.code == 1 && outcome.errors.isEmpty)
        for text in [
            "error: strategies/host.yaml:1: limits.max_order_notional: 'much'",
            "error: strategies/bad/strategy.yaml:4: parameters.fast: 'x'",
            "error: strategies/lost/strategy.yaml:1: plugin: 'SMACros'", "error: strategies/text/libtext.so: is a text",
        ] {
            #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
        }
        #expect(!outcome.output.contains("strategies/good"))
        let quiet = try await CommandLine.run(["check", "--quiet"], in: scratch)
        #expect(quiet.code == 1 && quiet.output.isEmpty)
    }

    @Test("looks at one strategy, one file, one library")
    func singlePaths() async throws {
        scratch.addCross("good")
        scratch.write("plugin: SMACros\n", to: "strategies/bad/strategy.yaml")
        scratch.write("limits: {}\n", to: "strategies/host.yaml")
        scratch.write("\u{7f}ELF", to: "cut.so")
        func check(_ paths: String...) async throws -> CommandLine.Outcome {
            try await CommandLine.run(["check"] + paths, in: scratch)
        }
        #expect(try await check("strategies/good").code == 0)
        #expect(try await check("strategies/good/", "strategies/host.yaml").code == 0)
        #expect(try await check("strategies/good/strategy.yaml").code == 0)
        let bad = try await check("strategies/bad")
        #expect(bad.code == 1 && bad.output.contains("strategies/bad/strategy.yaml:1"))
        let cut = try await check("cut.so")
        #expect(cut.code == 1 && cut.output.contains("cut.so: is truncated"))
        scratch.write("hello", to: "notes.txt")
        #expect(try await check("notes.txt").code == 2)
    }

    @Test("a strategy that is asked about by its id is looked at down to its plugin, in a process of its own")
    func conformance() async throws {
        scratch.addCross("good")
        let outcome = try await CommandLine.run(["check", "good"], in: scratch)
        #expect(outcome.code == 0, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("libSMACross.so: SMACross 1.0.0: state of "))
        #expect(outcome.output.contains("checked 1 strategy and 1 library: 0 errors, 0 warnings"))
        let library = CommandLine.executable.dropLast("stratagem".count) + "libBreakout.so"
        let json = try await CommandLine.run(["check", String(library), "--json"], in: scratch)
        #expect(json.code == 0, "\(json.output) \(json.errors)")
        #expect(json.output.contains(#""plugin":"Breakout""#) && json.output.contains(#""state_bytes":null"#))
    }

    @Test("plugins lists the bundled ones with their hashes; what host.yaml does not let in is refused with a reason")
    func plugins() async throws {
        scratch.addCross("good")
        scratch.write(
            "plugins: {require_signature: true, keys: [\(String(repeating: "ab", count: 32))]}\n",
            to: "strategies/host.yaml")
        let folder = CommandLine.executable.dropLast("stratagem".count)
        try scratch.copy(folder + "libBreakout.so", to: "strategies/mine/libmine.so")
        let outcome = try await CommandLine.run(["plugins"], in: scratch)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").contains { $0.hasPrefix("SMACross") && $0.contains("bundled") })
        #expect(outcome.output.contains("strategies/mine/libmine.so: refused: has no signature beside it (.sig)"))
    }

    @Test("--json lists findings with their places; warnings alone are no failure")
    func json() async throws {
        scratch.addCross("warned", "schedule: {days_of_week: []}")
        let warned = try await CommandLine.run(["check", "--json"], in: scratch)
        #expect(warned.code == 0)
        let result = try JSONObject(warned.output)
        #expect(result.integer("errors") == 0 && result.integer("warnings") == 1 && result.integer("strategies") == 1)
        let finding = try #require(result.objects("findings").first)
        #expect(finding.text("severity") == "warning" && finding.text("file") == "strategies/warned/strategy.yaml")
        #expect(finding.integer("line") == 5 && finding.text("key") == "schedule.days_of_week")
    }

    @Test("lists strategies with their problems, and plugins with their parameters")
    func strategies() async throws {
        scratch.addCross("good")
        scratch.addCross("off", "enabled: false")
        scratch.write("plugin: NoSuch\ninstruments: [BTC_USDT]\n", to: "strategies/bad/strategy.yaml")
        let outcome = try await CommandLine.run(["strategies"], in: scratch)
        #expect(outcome.code == 0)
        let rows = outcome.outputLines.map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0] == ["id", "plugin", "instruments", "bars", "isolation", "enabled", "problems"])
        #expect(rows[1] == ["bad", "NoSuch", "BTC_USDT", "1m", "host", "yes", "1"])
        #expect(rows[2] == ["good", "SMACross", "BTC_USDT", "1s", "host", "yes", "–"])
        #expect(rows[3][5] == "no")
        #expect(outcome.output.contains("strategies/bad/strategy.yaml:1: plugin: 'NoSuch'"))
        let result = try await JSONObject(CommandLine.run(["strategies", "--plugins", "--json"], in: scratch).output)
        #expect(result.objects("strategies").map { $0.text("id") } == ["bad", "good", "off"])
        #expect(result.objects("strategies")[0].objects("problems").first?.integer("line") == 1)
        let plugins = result.objects("plugins")
        #expect(plugins.compactMap { $0.text("id") } == ["Breakout", "MeanReversion", "PumpDetector", "SMACross"])
        let fast = try #require(plugins[3].objects("parameters").first)
        #expect(fast.text("name") == "fast" && fast.integer("default") == 20 && fast.text("kind") == "integer")
    }
}
