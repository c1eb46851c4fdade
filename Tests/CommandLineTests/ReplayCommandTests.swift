import Foundation
import Testing

/// What a run's strategies were given and answered is what the code of another day is held to.
@Suite("Replay command")
struct ReplayCommandTests {
    private let scratch = Scratch()

    private func run(_ words: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(words, in: scratch)
    }

    private func trade(_ seconds: String) async throws {
        let outcome = try await run("run", "--seed", "5", "--market-speed", "60", "--duration", seconds, "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    /// Oldest first.
    private func sessions() async throws -> [String] {
        let listed = try await JSONObject(run("sessions", "--json").output).objects("sessions")
        return listed.compactMap { $0.text("id") }.sorted()
    }

    private func strategies(_ outcome: CommandLine.Outcome) throws -> [JSONObject] {
        try JSONObject(outcome.output).objects("strategies")
    }

    @Test("a paper run of code in the host and in a worker has no difference, also in the life after a restart")
    func noDifference() async throws {
        scratch.addCross("inside", "isolation: host")
        scratch.addCross("apart", "isolation: worker")
        try await trade("2")
        try await trade("1")
        let names = try await sessions()
        try #require(names.count == 2, "each run is a recording: \(names)")
        for (index, name) in names.enumerated() {
            let outcome = try await run("replay", name, "--json")
            #expect(outcome.code == 0, "\(outcome.output) \(outcome.errors)")
            let found = try strategies(outcome)
            #expect(found.count == 2, "nothing was replaced, so each is compared in one piece")
            #expect(Set(found.compactMap { $0.text("strategy") }) == ["inside", "apart"])
            for strategy in found {
                #expect(strategy.isNull("difference") && strategy.isNull("fault"))
                let least = index == 0 ? 5 : 1
                #expect(strategy.integer("equal_intents") ?? 0 >= least, "run \(index): \(outcome.output)")
            }
        }
        // The second life went on with the memory of the first: code that begins anew says something else at first.
        let market = try await run(
            "sessions", names[0], "--csv", "market.csv", "--instrument", "BTC_USDT", "--rows", "trades")
        #expect(market.code == 0 && (scratch.read("market.csv") ?? "").hasPrefix("timestamp,price,quantity"))
    }

    @Test(
        "another parameter shows the first difference with the events around it; the strategy's file counts as it is today"
    )
    func difference() async throws {
        scratch.addCross("cross")
        try await trade("2")
        let name = try #require(try await sessions().first)
        let other = try await run("replay", name, "--strategy", "cross", "--set", "slow=6")
        #expect(other.code == 1 && other.lastError.contains("cross says something else after event"), "\(other.errors)")
        #expect(other.output.contains("BTC_USDT bar ") && other.output.contains("then: "))
        #expect(other.output.contains("today: "))
        let larger = try await run("replay", name, "--strategy", "cross", "--set", "quantity=0.02", "--json")
        let difference = try #require(try strategies(larger)[0].object("difference"))
        #expect(larger.code == 1 && difference.integer("event") ?? 0 > 0)
        scratch.addCross("cross", "enabled: true")
        #expect(try await run("replay", name, "--quiet").code == 0, "only parameters that were changed count")
        let file = (scratch.read("strategies/cross/strategy.yaml") ?? "")
        scratch.write(file.replacingOccurrences(of: "slow: 4", with: "slow: 7"), to: "strategies/cross/strategy.yaml")
        #expect(try await run("replay", name, "--quiet").code == 1)
        #expect(try await run("replay", name, "--strategy", "cross", "--set", "slow=4", "--quiet").code == 0)
        #expect(try await run("replay", "run-none").code == 2)
        #expect(try await run("replay", name, "--set", "slow=4").code == 2)
    }

    @Test("a recording whose end was torn off is compared as far as it goes; what is no recording is refused")
    func tornEnd() async throws {
        scratch.addCross("cross")
        try await trade("2")
        let name = try #require(try await sessions().first)
        let path = scratch.path + "/.stratagem/recordings/\(name).calls"
        let whole = try await JSONObject(run("replay", name, "--json").output).objects("strategies")[0]
        let bytes = try #require(FileManager.default.contents(atPath: path))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
        let torn = try await run("replay", name, "--json")
        #expect(torn.code == 0 || torn.lastError.contains("nothing could be compared"), "\(torn.errors)")
        #expect(torn.errors.contains("its end was not written whole"))
        if let part = try strategies(torn).first {
            #expect(part.integer("events") ?? 0 <= whole.integer("events") ?? 0)
        }
        try Data("text".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try await run("replay", name).code == 2)
    }

    @Test("a run is not recorded where host.yaml says so, and a playback of recorded data never is")
    func notKept() async throws {
        scratch.addCross("cross")
        scratch.writeBars()
        let playback = try await run("run", "--feed", "bars.csv", "--instrument", "BTC_USDT", "--json")
        #expect(playback.code == 0, "\(playback.errors)")
        scratch.write("recordings: {keep: false}\n", to: "strategies/host.yaml")
        try await trade("0.3")
        #expect(try await sessions().isEmpty)
    }
}
