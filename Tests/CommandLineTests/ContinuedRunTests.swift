import Glibc
import Testing

@testable import stratagem

/// A host on a data folder where one was before.
@Suite("Continued runs")
struct ContinuedRunTests {
    private let scratch = Scratch()

    @Test("the account goes on: cash, positions, and no order twice")
    func account() async throws {
        // Nothing may still work at the end: it would fill in the next run.
        scratch.addCross("kept", "on_stop: cancel")
        let first = try await CommandLine.run(
            ["run", "--seed", "5", "--market-speed", "60", "--duration", "1", "--json"], in: scratch)
        let before = try JSONObject(first.output)
        let held = try #require(before.objects("strategies").first)
        try #require(held.objects("positions").count == 1 && (held.integer("fills") ?? 0) > 1)
        // Disabled it trades no more, so that what it had is what it has.
        scratch.addCross("kept", "on_stop: cancel\nenabled: false")
        let second = try await CommandLine.run(
            ["run", "--seed", "6", "--market-speed", "60", "--duration", "0.5", "--json"], in: scratch)
        let after = try JSONObject(second.output)
        let strategy = try #require(after.objects("strategies").first)
        #expect(strategy.text("state") == "off")
        let positions = [held, strategy].map { strategy in
            strategy.objects("positions").map {
                [$0.text("instrument"), $0.text("quantity"), $0.text("average_price")]
            }
        }
        #expect(positions[0] == positions[1])
        let cash = [before, after].map { $0.objects("accounts").first?.text("cash") }
        #expect(cash[0] != nil && cash[0] == cash[1])
        #expect(strategy.text("realized_pnl") == held.text("realized_pnl"))
        let end = try #require(before.text("to"))
        let begin = try #require(after.text("from"))
        #expect(begin > end, "the market's time never goes back")
    }

    @Test("says in a pipe what it recovered")
    func notice() async throws {
        scratch.addCross("kept", "on_stop: keep")
        let words = ["run", "--seed", "5", "--market-speed", "60", "--duration", "1"]
        let first = try await CommandLine.run(words, in: scratch)
        #expect(!first.output.contains("recovered: ") && first.output.contains("login: admin, password "))
        let second = try await CommandLine.run(words, in: scratch)
        #expect(second.output.contains("recovered: ") && second.output.contains(" 1 positions"))
        let shown = second.output.split(separator: "\n").first { $0.hasPrefix("login: admin") } ?? ""
        #expect(shown == "login: admin, password in .stratagem/admin-password")
        let password = try #require(scratch.read(".stratagem/admin-password")).dropLast()
        #expect(first.output.contains("password \(password) ") && !second.output.contains(password))
    }

    @Test("what was enabled over the API is enabled in the next run")
    func enabled() async throws {
        scratch.addCross("asleep", "enabled: false")
        let command = try RunningCommand(["run", "--seed", "5", "--market-speed", "60"], in: scratch)
        #expect(await command.waitForOutput("asleep: off"), "\(command.output) \(command.errors)")
        let client = try HostClient(dataFolder: scratch.path + "/.stratagem")
        let answer = try client.send(HTTPRequest(method: "POST", path: "/api/strategies/asleep/enable"))
        #expect(answer.isGood, "\(answer)")
        #expect(await command.waitForOutput("asleep: running"))
        command.send(SIGTERM)
        #expect(try await command.finish().code == 0)
        #expect(scratch.hostFile() == nil, "the host takes its file with it")
        let next = try await CommandLine.run(
            ["run", "--seed", "5", "--market-speed", "60", "--duration", "1", "--json"], in: scratch)
        let strategy = try #require(try JSONObject(next.output).objects("strategies").first)
        #expect(strategy.text("state") == "stopped" && (strategy.integer("orders") ?? 0) > 0)
    }

    @Test("a host that was killed is started again and goes on")
    func killed() async throws {
        scratch.addCross("kept", "on_stop: keep")
        let command = try RunningCommand(["run", "--seed", "5", "--market-speed", "60"], in: scratch)
        #expect(await command.waitForOutput(" taker"))
        let host = try #require(scratch.hostFile()?.integer("pid").flatMap { pid_t(exactly: $0) })
        try #require(host > 1 && host != command.process)
        kill(host, SIGKILL)
        #expect(await command.waitForOutput("recovered: "), "\(command.errors)")
        command.send(SIGINT)
        let outcome = try await command.finish()
        #expect(outcome.code == 0 && outcome.output.contains("stopped after"))
        #expect(outcome.errors.contains("host ended by signal 9"))
    }
}
