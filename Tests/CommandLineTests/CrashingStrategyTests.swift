import Foundation
import Testing

@testable import stratagem

/// A plugin of C that ends the supervised host in its own process; `Tests/Faults` tries many more ways.
@Suite("A strategy that ends the host", .serialized)
struct CrashingStrategyTests {
    private let scratch = Scratch()

    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// `fault` is a number of Tests/Faults/bad.c.
    private func addBad(_ fault: Int) throws {
        scratch.write(
            "plugin: Bad\nisolation: host\ninstruments: [BTC_USDT]\ntimeframe: 1s\n", to: "strategies/bad/strategy.yaml"
        )
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.compiler))
        process.arguments = [
            "-shared", "-fPIC", "-O1", "-I", Repository.root + "/Sources/CStrategyABI/include", "-DFAULT=\(fault)",
            "-DTRIGGER=\"\(scratch.path)/trigger\"", "-o", scratch.path + "/strategies/bad/libbad.so",
            Repository.root + "/Tests/Faults/bad.c",
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    private func client() throws -> HostClient { try HostClient(dataFolder: scratch.path + "/.stratagem") }

    private func strategy(_ id: String) -> JSON? { try? client().send(HTTPRequest(path: "/api/strategies/\(id)")).body }

    private func wait(_ what: String, _ condition: () -> Bool) async throws {
        let deadline = Clock.milliseconds + 60_000
        while !condition() {
            try #require(Clock.milliseconds < deadline, "\(what): not within 60 s")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test(
        "the supervisor brings the host back, which holds the strategy and trades on with the other",
        .enabled(if: compiler != nil, "needs cc"),
        arguments: [
            (0, "it crashed the host with signal 11"), (3, "it ended the host with exit code 0"),
            (4, "it did not come back from a call within"),
        ])
    func quarantine(_ fault: Int, _ reason: String) async throws {
        scratch.addCross("good")
        try addBad(fault)
        let command = try RunningCommand(["run", "--seed", "5", "--market-speed", "30"], in: scratch)
        #expect(await command.waitForOutput(" taker"), "\(command.output) \(command.errors)")
        let first = scratch.hostFile()?.integer("pid")
        #expect(strategy("bad")?["state"]?.string == "running")
        scratch.write("", to: "trigger")
        try await wait("the next host") { scratch.hostFile().map { $0.integer("pid") != first } ?? false }
        try await wait("quarantine") { strategy("bad")?["state"]?.string == "quarantined" }
        #expect(strategy("bad")?["problem"]?.string?.hasPrefix(reason) == true)
        let before = strategy("good")?["runtime"]?["events"]?.shown
        try await wait("the other trades on") { strategy("good")?["runtime"]?["events"]?.shown != before }
        #expect(strategy("good")?["state"]?.string == "running")
        let enabled = try client().send(HTTPRequest(method: "POST", path: "/api/strategies/bad/enable"))
        #expect(enabled.status == 409)
        let listing = try await CommandLine.run(["strategies"], in: scratch).outputLines
        #expect(listing.contains { $0.hasPrefix("bad is quarantined: \(reason)") }, "\(listing)")
        #expect(listing.contains { $0.hasPrefix("good ") && $0.contains(" running ") }, "\(listing)")
        command.send(SIGTERM)
        let outcome = try await command.finish(seconds: 30)
        #expect(outcome.code == 0 && outcome.errors.contains("restarting in 0.1 s (1)"), "\(outcome.errors)")
        #expect(outcome.output.contains("bad is quarantined: \(reason)"))
    }
}
