import API
import Controls
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Settings of the host")
    struct SettingsTests {
        private let folder = HostFolder()

        private func change(_ set: (inout EngineSettingsChange) -> Void) -> EngineSettingsChange {
            var change = EngineSettingsChange()
            set(&change)
            return change
        }

        @Test("hold at once and in the next life, and who changed them is in the journal")
        func inForce() throws {
            folder.addCross("alpha", "enabled: false\nrisk_parameters: {stop_loss_percent: 8}")
            let first = try folder.live()
            first.run(seconds: 2)
            #expect(first.core.engineSettings.maxPositionSize == .one && first.core.engineSettings.stopLoss == .one)
            let wanted = change {
                $0.mode = .mock
                $0.maxPositionSize = Rate("0.001")
                $0.signalThreshold = Rate("0.9")
                $0.maxDrawdown = Rate("0.15")
                $0.stopLoss = Rate("0.05")
            }
            _ = try first.core.change(wanted, by: HostLife.person)
            try first.breakOff()
            let life = try folder.live()
            life.run(seconds: 2)
            let settings = life.core.engineSettings
            #expect(settings.mode == .mock && settings.signalThreshold == Rate("0.9"))
            let limits = life.core.engine.limits(scope: .account)
            #expect(limits.maxPositionEquityFraction == Rate("0.001") && limits.maxDrawdown == Rate("0.15"))
            // A position of more than 1000.
            let refusal = #expect(throws: HostRefusal.self) { try life.place(HostLife.marketBuy("0.1")) }
            guard case .denied(let findings) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect(findings.map(\.rule) == [.position])
            #expect(life.core.engine.protectionTerms(strategy: 0, instrument: 0).stopLoss == Rate("0.05"))
            let rows = try life.journal.audit().map(\.record).filter { $0.action == "settings.change" }
            #expect(rows.reversed().map(\.target) == ["trading.mode", "trading.signal_threshold", "risk.stop_loss"])
            #expect(rows.allSatisfy { $0.user == "ann" })
        }

        @Test("a stop-loss closes at the smaller of its distance and the strategy's own; 1 takes it away")
        func stopLoss() throws {
            folder.addCross("alpha", "enabled: false\nrisk_parameters: {stop_loss_percent: 3}")
            folder.addCross("beta", "enabled: false")
            let life = try folder.live()
            life.run(seconds: 2)
            func stops() -> [Rate?] {
                (0..<2).map { life.core.engine.protectionTerms(strategy: $0, instrument: 0).stopLoss }
            }
            _ = try life.core.change(change { $0.stopLoss = Rate("0.05") }, by: HostLife.person)
            #expect(stops() == [Rate("0.03"), Rate("0.05")])
            _ = try life.place(HostLife.marketBuy(strategy: "beta"))
            life.run(seconds: 1)
            let entry = life.core.engine.position(strategy: 1, instrument: 0)
                .averagePrice(multiplier: life.core.universe.instruments[0].terms.multiplier)
            let stop = try #require(life.core.engine.protection(strategy: 1, instrument: 0).stop)
            #expect(abs(stop.approximate / entry.approximate - 0.95) < 0.0001)
            _ = try life.core.change(change { $0.stopLoss = .one }, by: HostLife.person)
            #expect(stops() == [Rate("0.03"), nil])
            #expect(life.core.engine.protection(strategy: 1, instrument: 0).stop == nil)
        }

        @Test("a size above the ceiling is refused unless it is in force; live has no venue; nothing changes then")
        func refusals() throws {
            folder.writeHost("trading: {max_position_size_ceiling: 0.2}")
            let life = try folder.live()
            let high = change {
                $0.mode = .mock
                $0.maxPositionSize = Rate("0.21")
            }
            #expect(throws: HostRefusal.self) { try life.core.change(high, by: HostLife.person) }
            let live = change {
                $0.mode = .live
                $0.maxPositionSize = Rate("0.1")
            }
            #expect(throws: HostRefusal.unavailable(HostCore.noVenue)) {
                try life.core.change(live, by: HostLife.person)
            }
            #expect(life.core.engineSettings.mode == .paper && life.core.engineSettings.maxPositionSize == .one)
            // What GET /config gives can be put back as it is.
            let same = change { $0.maxPositionSize = .one }
            #expect(try life.core.change(same, by: HostLife.person).maxPositionSize == .one)
            #expect(life.core.engine.limits(scope: .account).maxPositionEquityFraction == nil)
        }

        @Test("a signal below the threshold is not traded")
        func threshold() throws {
            let life = try folder.live()
            life.run(seconds: 2)
            func trade(_ confidence: String) throws {
                let amount = try #require(Money("500"))
                let trade = SignalTrade(
                    instrument: "BTC", side: .buy, amount: amount, confidence: try #require(Rate(confidence)))
                _ = try life.core.orderRequest(for: trade)
            }
            #expect(throws: HostRefusal.self) { try trade("0.64") }
            try trade("0.65")
            _ = try life.core.change(change { $0.signalThreshold = Rate("0.5") }, by: HostLife.person)
            try trade("0.5")
            #expect(throws: HostRefusal.self) { try trade("0.49") }
        }
    }
}
