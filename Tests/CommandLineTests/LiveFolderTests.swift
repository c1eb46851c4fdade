import Glibc
import Testing

/// The strategies folder of a host that runs as a process: what an operator does to it takes effect.
@Suite("Run: changes of the strategies folder", .timeLimit(.minutes(10)))
struct LiveFolderTests {
    private let scratch = Scratch()

    @Test("a folder that is dropped in trades; changed, broken, mended and removed it does what its files say")
    func life() async throws {
        scratch.addCross("first")
        let host = try RunningCommand(["run", "--seed", "5", "--market-speed", "30"], in: scratch)
        #expect(await host.waitForOutput(" first: running, orders 1"), "\(host.output) \(host.errors)")

        scratch.addCross("second")
        #expect(await host.waitForOutput("second: its folder was taken in: SMACross"), "\(host.output)")
        #expect(await host.waitForOutput(" second: running, orders 1"), "\(host.output)")

        scratch.addCross("second", "name: Renamed")
        #expect(await host.waitForOutput("second: strategy.yaml has changed and is in force"), "\(host.output)")

        scratch.addCross("second", "speed: 9")
        #expect(await host.waitForOutput("strategy.yaml:5: speed"), "\(host.output)")
        #expect(await host.waitForOutput("second: what was in force before runs on"), "\(host.output)")

        scratch.addCross("second", "enabled: false")
        #expect(await host.waitForOutput(" second: off"), "\(host.output)")

        scratch.write("speed: 9\n", to: "strategies/third/strategy.yaml")
        #expect(await host.waitForOutput("refused: third: strategies/third/strategy.yaml:1: speed"), "\(host.output)")

        scratch.remove("strategies/second")
        #expect(await host.waitForOutput("second: its folder is gone: it was stopped"), "\(host.output)")

        scratch.write("{}\n", to: "strategies/host.yaml")
        #expect(await host.waitForOutput("host.yaml has changed"), "\(host.output)")

        host.send(SIGTERM)
        let outcome = try await host.finish()
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    }
}
