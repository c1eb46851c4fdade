import API
import Engine
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("A bracket's stop that is denied")
    struct StopDeniedTests {
        private let folder = HostFolder()

        @Test("leaves a position without a stop, and somebody is told at once")
        func alert() throws {
            // The market closes 40 s after the start.
            folder.writeHost("calendars: {short: {open: \"22:00\", close: \"22:14\", instruments: [BTC_USDT]}}\n")
            let life = try folder.live()
            life.run(seconds: 37)
            let bid = life.core.metPrice(0, .sell)
            var entry = HostLife.marketBuy()
            entry.conditions.stopLoss = Price(raw: (bid.raw / Price.one.raw - 20) * Price.one.raw)
            _ = try life.place(entry)
            life.run(seconds: 1)
            let stop = try #require(life.core.engine.workingOrders(instrument: 0).first { $0.intent.isLeg })
            func isTold() -> Bool {
                life.core.alerts.active(at: life.core.engine.now).contains { $0.code == "STOP_DENIED" }
            }
            for _ in 0..<600 where !isTold() { life.run(seconds: 1) }
            let alert = try #require(
                life.core.alerts.active(at: life.core.engine.now).first { $0.code == "STOP_DENIED" })
            #expect(alert.severity == .critical && alert.message.contains("ord-\(stop.id) of manual in BTC_USDT"))
            #expect(life.core.engine.position(strategy: 0, instrument: 0).quantity != .zero)
            #expect(life.core.engine.workingOrders(instrument: 0).isEmpty)
        }
    }
}
