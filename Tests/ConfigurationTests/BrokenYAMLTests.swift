import Configuration
import Testing

@Suite("Broken YAML")
struct BrokenYAMLTests {
    private let file = "strategies/sma/strategy.yaml"

    private func strategyFindings(_ bytes: [UInt8]) -> [String] {
        StrategyConfiguration.read(
            bytes, id: "sma", folder: "strategies/sma", file: file, host: HostConfiguration()
        ).1.filter { $0.severity == .error }.map(\.description)
    }

    @Test("an unknown key names the nearest known one")
    func unknownKey() {
        let text = "plugin: SMACross\ninstruments: [BTC_USDT]\nparametrs: {fast: 1}\n"
        #expect(findings(inStrategy: text) == ["\(file):3: parametrs – unknown key; did you mean parameters?"])
    }

    @Test("an unknown key with no near one lists the known ones")
    func strangeKey() {
        #expect(
            findings(inHost: "journal:\n  xyzzyxyzzy: 1\n")
                == [
                    "strategies/host.yaml:2: journal.xyzzyxyzzy – unknown key; known here: audit_days, checkpoint_seconds, path"
                ])
    }

    @Test("wrong types and ranges, all at once, in the file's order")
    func wrongTypes() {
        let text = """
            api: {port: 70000, host: [a], cors: here}
            simulator:
              speed: fast
              seed: -1
              instruments: [BTC_USDT, BTC_USTD]
            accounts:
              paper:
                margin: maybe
                opening_balance: 1e6
                day: {time: "24:00", zone: Mars/Base}
            """
        #expect(
            findings(inHost: text) == [
                "strategies/host.yaml:1: api.port: '70000' – expected a whole number in 0…65535",
                "strategies/host.yaml:1: api.host – expected a text of 1 to 255 bytes, found a list",
                "strategies/host.yaml:1: api.cors: 'here' – expected a list of an origin like https://desk.example, found a single value",
                "strategies/host.yaml:3: simulator.speed: 'fast' – expected a decimal number above 0 and up to 1000000 with at most 9 decimals",
                "strategies/host.yaml:4: simulator.seed: '-1' – expected a whole number in 0…18446744073709551615",
                "strategies/host.yaml:5: simulator.instruments[1]: 'BTC_USTD' – expected one of BTC_USDT, ETH_USDT, SOL_USDT, ADA_USDT, EUR_USD, GBP_USD, AUD_USD, NIFTY, BANKNIFTY",
                "strategies/host.yaml:8: accounts.paper.margin: 'maybe' – expected true or false",
                "strategies/host.yaml:9: accounts.paper.opening_balance: '1e6' – expected a decimal number in 0…90000000000 with at most 8 decimals",
                "strategies/host.yaml:10: accounts.paper.day.time: '24:00' – expected a time like \"09:30\" in 00:00…23:59",
                "strategies/host.yaml:10: accounts.paper.day.zone: 'Mars/Base' – expected a time zone like Europe/Berlin or UTC",
            ])
    }

    @Test("a section that is a single value, and a value that is missing")
    func wrongShapes() {
        #expect(
            findings(inHost: "api: 8080\n") == [
                "strategies/host.yaml:1: api: '8080' – expected a section with keys, found a single value"
            ])
        #expect(
            findings(inHost: "limits:\n  max_order_notional:\n")
                == [
                    "strategies/host.yaml:2: limits.max_order_notional – expected a decimal number in 0…90000000000 with at most 8 decimals, found nothing"
                ])
        #expect(
            findings(inHost: "- a\n- b\n") == ["strategies/host.yaml:1:1: expected a section with keys, found a list"])
    }

    @Test("every duplicate key, beside the other findings")
    func duplicates() {
        let text = """
            plugin: SMACross
            instruments: [BTC_USDT]
            parameters: {fast: 1, slow: 2, fast: 3}
            "name": a
            enabled: perhaps
            name: b
            name: c
            """
        #expect(
            findings(inStrategy: text) == [
                "\(file):3: parameters.fast – the key is there twice, first in line 3; remove one",
                "\(file):5: enabled: 'perhaps' – expected true or false",
                "\(file):6: name – the key is there twice, first in line 4; remove one",
                "\(file):7: name – the key is there twice, first in line 4; remove one",
            ])
    }

    @Test("broken syntax")
    func brokenSyntax() {
        #expect(
            strategyFindings(Array("plugin: SMACross\ninstruments: [BTC_USDT\nname: a\n".utf8)) == [
                "\(file):3:5: broken YAML: did not find expected ',' or ']' (while parsing a flow sequence, from line 2)"
            ])
        #expect(
            strategyFindings(Array("name: \"open\nenabled: true\n".utf8)) == [
                "\(file):3:1: broken YAML: found unexpected end of stream (while scanning a quoted scalar, from line 1)"
            ])
        #expect(
            strategyFindings(Array("name: a\n---\nname: b\n".utf8)) == [
                "\(file):2: a second document begins here; a file holds one"
            ])
    }

    @Test("every line that is indented by tabs")
    func tabs() {
        #expect(
            strategyFindings(Array("parameters:\n\tfast: 1\n\tslow: 2\n".utf8)) == [
                "\(file):2: a tab in the indentation; use spaces", "\(file):3: a tab in the indentation; use spaces",
            ])
    }

    @Test("bytes that are not UTF-8, and control characters")
    func encoding() {
        let bytes: [UInt8] = Array("name: a\ndescription: gr".utf8) + [0xfc] + Array("n\n".utf8)
        #expect(strategyFindings(bytes) == ["\(file):2: the line is not UTF-8; save the file as UTF-8"])
        #expect(
            strategyFindings(Array("name: a\nplugin: b\u{0}c\n".utf8)) == [
                "\(file):2: contains the control character U+0; remove it"
            ])
        #expect(strategyFindings([0xef, 0xbb, 0xbf] + Array("plugin: SMACross\r\nname: ü\r\n".utf8)) == [])
    }

    @Test("a file above one MiB")
    func tooLarge() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: (1 << 20) + 1)
        #expect(strategyFindings(bytes) == ["\(file): is larger than the limit of 1048576 bytes"])
    }

    @Test("anchors and aliases, also when they would explode")
    func aliases() {
        #expect(
            strategyFindings(Array("parameters:\n  fast: &f 20\n  slow: *f\n".utf8)) == [
                "\(file):2: parameters.fast – anchors and aliases (&, *) are not supported; write the value out",
                "\(file):2: parameters.slow – anchors and aliases (&, *) are not supported; write the value out",
            ])
        var bomb = "a0: &a0 [x]\n"
        for level in 1...40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        bomb += "? *a40\n: 1\n"
        #expect(
            strategyFindings(Array(bomb.utf8)) == ["\(file): uses anchors and aliases (&, *); write the values out"])
    }

    @Test("texts with & and * are texts")
    func harmlessSigns() {
        let stars = (0..<40).map { "item *\($0)" }.joined(separator: ", ")
        #expect(strategyFindings(Array("plugin: A\nname: fast & slow\ndescription: \(stars)\n".utf8)) == [])
    }

    @Test("nesting without end is refused and survived")
    func deepNesting() {
        for open in ["[", "{a: ", "- "] {
            let found = strategyFindings(Array(String(repeating: open, count: 100_000).utf8))
            #expect(found.count == 1 && found[0].contains("broken YAML"))
        }
    }

    @Test("random bytes are findings or nothing, never a crash")
    func survivesGarbage() {
        let pieces = [
            "a", ": ", "- ", "[", "]", "{", "}", ",", "\n", "  ", "\"", "'", "#", "&a", "*a", "!t ", "|", ">", "?", "%",
            "\t", "é", "---\n", "\u{E000}", "0.5", "~",
        ]
        var state: UInt64 = 7
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<24 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int((state >> 33) % UInt64(pieces.count))]
            }
            _ = findings(inStrategy: text)
            _ = findings(inHost: text)
        }
    }
}
