import API
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Reload of a running host")
    struct RunningReloadTests {
        private let folder = HostFolder()

        @Test(
            "reload, rollback, shadow and promotion while the market runs; all of it is in the journal and in the log")
        func whileTheMarketRuns() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder, speed: 200)
            defer { running.stop() }
            let host = running.host
            try await running.waitForPrices()
            for number in 2...6 {
                let view = try await host.reload("alpha", ReloadRequest(), by: HostLife.person)
                #expect(view.generation == number && view.memory == .keep)
                #expect(view.strategy.state.isInService)
                #expect(view.pauseNanoseconds > 0)
            }
            let back = try await host.rollback("alpha", to: nil, memory: .keep, by: HostLife.person)
            #expect(back.generation == 5)
            let shadow = try await host.reload("alpha", ReloadRequest(mode: .shadow), by: HostLife.person)
            #expect(shadow.generation == 7 && shadow.strategy.generation == 5)
            #expect(try await host.promote("alpha", by: HostLife.person).generation == 7)
            let generations = try await host.generations(of: "alpha")
            #expect(generations.current == 7 && generations.generations.count == 7)
            let actions = try running.journal.audit().map(\.record.action)
            #expect(actions.filter { $0 == "strategy.reload" }.count == 5)
            #expect(actions.contains("strategy.rollback") && actions.contains("strategy.promote"))
            let lines = try await host.logs(of: "alpha", LogFilter()).map(\.message)
            #expect(lines.contains { $0 == "generation 2 takes over from 1 with its memory" })
        }

        @Test(
            "a change of configuration and reloads by many at once: each is made or refused, and the strategy trades on"
        )
        func manyAtOnce() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder, speed: 200)
            defer { running.stop() }
            let host = running.host
            try await running.waitForPrices()
            let made = await withTaskGroup(of: Int.self) { group in
                for client in 0..<6 {
                    group.addTask {
                        var made = 0
                        // Whoever comes while another change is made is refused, and comes again.
                        let end = ContinuousClock.now + .seconds(30)
                        while client % 2 == 0, made < 2, ContinuousClock.now < end {
                            let view = try? await host.reload("alpha", ReloadRequest(), by: HostLife.person)
                            made += view == nil ? 0 : 1
                        }
                        for round in 0..<3 where client % 2 == 1 {
                            var change = StrategyChange()
                            change.parameters = ["quantity": .number("0.0\(round + 1)")]
                            _ = try? await host.configure("alpha", change, by: HostLife.person)
                        }
                        return made
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(made == 6)
            let view = try await host.strategy("alpha")
            #expect(view.state.isInService && view.generation == made + 1)
        }

        @Test("a library that cannot be loaded is refused with the reason, which is in the log too")
        func refused() async throws {
            folder.addCross("alpha")
            let running = try RunningLife(folder)
            defer { running.stop() }
            folder.remove("plugins/libSMACross.so")
            folder.write("nothing", to: "plugins/libSMACross.so")
            await #expect(throws: HostRefusal.self) {
                try await running.host.reload("alpha", ReloadRequest(), by: HostLife.person)
            }
            #expect(try await running.host.strategy("alpha").generation == 1)
            let lines = try await running.host.logs(of: "alpha", LogFilter(severity: .error))
            #expect(lines.contains { $0.message.contains("not reloaded") && $0.message.contains("is a text") })
        }
    }
}

extension StrategyView.State {
    /// Also where the machine was too busy for a call.
    fileprivate var isInService: Bool { self == .running || self == .degraded }
}
