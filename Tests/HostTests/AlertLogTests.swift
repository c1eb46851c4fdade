import API
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Alerts")
    struct AlertLogTests {
        private let minute = 60 * Timestamp.nanosecondsPerSecond
        private func time(_ minutes: Int64) -> Timestamp { Timestamp(nanoseconds: minutes * minute) }

        @Test("stay a quarter of an hour, newest first")
        func window() {
            var log = AlertLog()
            log.raise(.lossLimit("paper"), of: [], at: time(0))
            log.raise(.journalBlocked(isFailing: true), of: [], at: time(10))
            #expect(log.active(at: time(10)).map(\.code) == ["JOURNAL_BLOCKED", "DAILY_LOSS"])
            #expect(log.active(at: Timestamp(nanoseconds: 15 * minute - 1)).count == 2)
            #expect(log.active(at: time(15)).map(\.code) == ["JOURNAL_BLOCKED"])
            #expect(log.active(at: time(25)).isEmpty)
        }

        @Test("the same again counts on the one that is there, and comes first")
        func repetition() {
            var log = AlertLog()
            log.raise(.faulted("a", "nonsense"), of: [], at: time(0))
            log.raise(.lossLimit("paper"), of: [], at: time(1))
            log.raise(.faulted("a", "nonsense"), of: [], at: time(2))
            log.raise(.faulted("b", "nonsense"), of: [], at: time(3))
            let alerts = log.active(at: time(3))
            #expect(alerts.map(\.code) == ["STRATEGY_FAULTED", "STRATEGY_FAULTED", "DAILY_LOSS"])
            #expect(alerts[1].message.hasSuffix("(2 times)") && alerts[1].time == time(2))
            #expect(Set(alerts.map(\.id)).count == 3)
        }

        @Test("after its quarter of an hour the same is a new alert")
        func anew() {
            var log = AlertLog()
            log.raise(.lossLimit("paper"), of: [], at: time(0))
            log.raise(.lossLimit("paper"), of: [], at: time(20))
            let alerts = log.active(at: time(20))
            #expect(alerts.count == 1 && alerts[0].id == "alr-2" && !alerts[0].message.contains("times"))
        }

        @Test("are bounded: the oldest go")
        func bound() {
            var log = AlertLog()
            for number in 0..<1000 { log.raise(.lossLimit("account \(number)"), of: [], at: time(0)) }
            let alerts = log.active(at: time(0))
            #expect(alerts.count == 200 && alerts.first?.id == "alr-1000" && alerts.last?.id == "alr-801")
        }

        @Test("denials of the same rules for the same strategy and instrument are one alert")
        func denials() {
            func denial(_ instrument: String, _ rules: RuleID...) -> AlertLog.Event {
                .denied(
                    DenialView(
                        time: time(0), strategy: "s", account: "paper", instrument: instrument, orderID: nil,
                        findings: rules.map { Finding($0, .orderQuantity) }))
            }
            var log = AlertLog()
            for _ in 0..<3 { log.raise(denial("BTC_USDT", .orderSize), of: [], at: time(0)) }
            log.raise(denial("ETH_USDT", .orderSize), of: [], at: time(0))
            log.raise(denial("BTC_USDT", .orderSize, .position), of: [], at: time(0))
            let messages = log.active(at: time(0)).map(\.message)
            #expect(messages.count == 3 && messages.last?.hasSuffix("risk.order-size (3 times)") == true, "\(messages)")
        }
    }
}
