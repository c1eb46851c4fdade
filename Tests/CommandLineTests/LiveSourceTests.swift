import Foundation
import PluginHost
import Testing

/// What an author does while the host runs: makes a strategy, breaks it, mends it.
@Suite("Sources of a running host")
struct LiveSourceTests {
    private let scratch = Scratch()

    private func environment() -> [String] {
        let own = ProcessInfo.processInfo.environment
        return ["HOME=\(own["HOME"] ?? "/")", "PATH=\(own["PATH"] ?? "")"]
    }

    private func start(_ arguments: [String]) throws -> RunningCommand {
        try RunningCommand(
            environment() + [CommandLine.executable] + arguments, in: scratch, executable: "/usr/bin/env")
    }

    @Test(
        "a source that is saved trades; a broken one leaves the old code trading, with file and line",
        .enabled(if: SourceStrategyTests.hasCompiler(.c), "needs cc"), .timeLimit(.minutes(10)))
    func saved() async throws {
        scratch.addCross("cross")
        let host = try start(["run", "--market-speed", "10", "--seed", "7", "--port", "0", "--duration", "240"])
        #expect(await host.waitForOutput("API: "))
        let made = try await start(["new", "idea", "--language", "c", "--quiet"]).finish()
        #expect(made.code == 0, "\(made)")
        #expect(await host.waitForOutput("idea: its folder was taken in: Idea"), "\(host.output)")
        #expect(await host.waitForOutput("idea: BUY"), "\(host.output)")

        let file = "strategies/idea/idea.c"
        let good = try #require(scratch.read(file))
        scratch.write("int broken(void) { return nothing; }\n" + good, to: file)
        #expect(await host.waitForOutput("\(file):1:27: "), "\(host.output)")
        #expect(await host.waitForOutput("idea: what was in force before runs on"), "\(host.output)")
        scratch.write(good.replacing("FAST_BARS = 5", with: "FAST_BARS = 3"), to: file)
        let isMended = await host.waitForOutput("takes over from")
        #expect(isMended, "\(host.output)")
        let reloaded = try await start(["reload", "idea"]).finish()
        #expect(reloaded.code == 0 && !reloaded.output.isEmpty, "\(reloaded)")
        let back = try await start(["rollback", "idea"]).finish()
        #expect(back.code == 0, "\(back)")
        let listed = try await start(["generations", "idea"]).finish()
        #expect(listed.code == 0 && listed.outputLines.count > 3, "\(listed)")
        let logged = try await start(["logs", "idea"]).finish()
        #expect(logged.code == 0, "\(logged)")
        scratch.write("int broken(void) { return nothing; }\n" + good, to: file)
        let refused = try await start(["reload", "idea"]).finish()
        #expect(refused.code != 0 && refused.errors.contains("\(file):1:27: "), "\(refused)")
        host.send(SIGTERM)
        let outcome = try await host.finish()
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").contains { $0.hasPrefix("idea ") }, "\(outcome.output)")
    }
}
