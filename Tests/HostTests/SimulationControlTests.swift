import API
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("The simulated market, moved by hand")
    struct SimulationControlTests {
        private let folder = HostFolder()

        @Test("an hour goes by with all that happens in it, others are answered meanwhile, and the market goes on")
        func forward() async throws {
            folder.addCross("alpha")
            let life = try RunningLife(folder, speed: 1)
            try await life.waitForPrices()
            func look() async throws -> (time: Timestamp, events: UInt64, orders: UInt64) {
                try await life.host.ask { core throws(HostRefusal) in
                    (core.marketTime, core.eventCount, core.engine.counters(strategy: try core.slot("alpha")).orders)
                }
            }
            let before = try await look()
            let host = life.host
            async let forwarded = host.fastForward(seconds: 3600, by: HostLife.person)
            var times: [Timestamp] = []
            while (times.last ?? before.time) < before.time + 3600 * Timestamp.nanosecondsPerSecond {
                times.append(try await look().time)
            }
            let reached = try await forwarded
            #expect(reached.nanoseconds - before.time.nanoseconds >= 3600 * Timestamp.nanosecondsPerSecond)
            #expect(reached.nanoseconds - before.time.nanoseconds < 3700 * Timestamp.nanosecondsPerSecond)
            // Many answers came in between.
            #expect(Set(times).count > 10)
            let after = try await look()
            #expect(after.events > before.events + 100_000 && after.orders > before.orders + 100)
            let deadline = MonotonicClock.now + 60_000_000_000
            while try await look().time < reached + Timestamp.nanosecondsPerSecond / 2 {
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(5))
            }
            let rows = try life.journal.audit().map(\.record).filter { $0.action == "simulation.forward" }
            #expect(rows.map(\.user) == ["ann"])
            life.stop()
        }

        @Test("a scenario moves the price that orders meet, and only so many are under way")
        func scenario() throws {
            let life = try folder.live(["ETH_USDT", "BTC_USDT"])
            life.run(seconds: 5)
            let index = try #require(life.core.instrument("BTC"))
            let before = life.core.engine.mark(index).approximate
            let crash = ScenarioRequest(
                name: "x", kind: .bearMarket, instrument: "BTC", seconds: 20, magnitude: try #require(Rate("0.3")))
            #expect(try life.core.addScenario(crash, by: HostLife.person) == "scenario-1")
            life.run(seconds: 20)
            #expect(abs(life.core.engine.mark(index).approximate / before - 0.7) < 0.03)
            for _ in 0..<16 { _ = try life.core.addScenario(crash, by: HostLife.person) }
            #expect(throws: HostRefusal.self) { try life.core.addScenario(crash, by: HostLife.person) }
            try life.core.resetSimulation()
            #expect(try life.core.addScenario(crash, by: HostLife.person) == "scenario-18")
            var nowhere = crash
            nowhere.instrument = "GOLD"
            #expect(throws: HostRefusal.self) { try life.core.addScenario(nowhere, by: HostLife.person) }
        }
    }
}
