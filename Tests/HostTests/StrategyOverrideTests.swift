import API
import Configuration
import Controls
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Changes of a strategy")
    struct StrategyOverrideTests {
        private var change: StrategyChange {
            var change = StrategyChange()
            change.name = "New name"
            change.description = "ü \"quoted\""
            change.instruments = ["ETH_USDT"]
            change.parameters = ["fast": .number("3"), "on": .boolean(true), "mode": .text("x")]
            change.maxPositionSize = Quantity("0.25")
            change.stopLossPercent = Rate("1.5")
            change.takeProfitPercent = Rate("5")
            change.maxDailyLoss = Money("92000000000.00000001")
            change.schedule = ScheduleInput(
                startTime: "22:00", endTime: "02:30", daysOfWeek: [7, 1], timeZone: "Europe/Berlin")
            return change
        }

        @Test("come back from the journal as they were written")
        func roundTrip() {
            let override = StrategyOverride().merged(with: change)
            #expect(StrategyOverride(json: override.json) == override)
            #expect(StrategyOverride(json: StrategyOverride().json) == StrategyOverride())
            for text in ["", "[]", "{\"parameters\":7}", "{\"parameters\":{},\"schedule\":{}}"] {
                #expect(StrategyOverride(json: text) == nil, "\(text)")
            }
        }

        @Test("are what the configuration says, in its own units")
        func applied() {
            var file = StrategyConfiguration(id: "s", folder: "f")
            file.parameters = ["slow": ParameterText(text: "9", kind: .integer)]
            let wanted = StrategyOverride().merged(with: change).applied(to: file)
            #expect(wanted.name == "New name" && wanted.instruments == ["ETH_USDT"])
            #expect(wanted.parameters["fast"]?.text == "3" && wanted.parameters["slow"]?.text == "9")
            #expect(wanted.parameters["on"]?.kind == .boolean && wanted.parameters["mode"]?.kind == .text)
            #expect(wanted.limits.maxPositionQuantity == Quantity("0.25"))
            #expect(wanted.risk.stopLoss == Rate("0.015") && wanted.risk.takeProfit == Rate("0.05"))
            #expect(wanted.limits.maxDailyLoss == Money("92000000000.00000001"))
            #expect(wanted.schedule.startMinutes == 22 * 60 && wanted.schedule.endMinutes == 150)
            #expect(wanted.schedule.daysOfWeek == [0, 1] && wanted.schedule.timeZone == "Europe/Berlin")
            #expect(StrategyOverride().applied(to: file) == file)
        }

        @Test("a later change lies over an earlier one; 0 takes a limit away")
        func merged() {
            var later = StrategyChange()
            later.parameters = ["fast": .number("4")]
            later.maxPositionSize = .zero
            later.stopLossPercent = .zero
            later.maxDailyLoss = .zero
            later.schedule = ScheduleInput(startTime: "00:00", endTime: "24:00", daysOfWeek: [0])
            let override = StrategyOverride().merged(with: change).merged(with: later)
            var file = StrategyConfiguration(id: "s", folder: "f")
            file.limits.maxPositionQuantity = Quantity("7")
            let wanted = override.applied(to: file)
            #expect(wanted.parameters["fast"]?.text == "4" && wanted.parameters["mode"]?.text == "x")
            #expect(wanted.limits.maxPositionQuantity == nil && wanted.limits.maxDailyLoss == nil)
            #expect(wanted.risk.stopLoss == nil && wanted.risk.takeProfit == Rate("0.05"))
            #expect(wanted.schedule.timeZone == "Europe/Berlin", "a zone that is not said stays")
        }

        @Test(
            "times of day are two digits each, up to 24:00",
            arguments: [("00:00", 0), ("23:59", 1439), ("24:00", 1440), ("09:05", 545)])
        func minutes(_ text: String, _ minutes: Int) {
            #expect(Schedule.minutes(text) == minutes && Schedule.text(minutes) == text)
        }

        @Test(
            "anything else is no time of day",
            arguments: ["", "9:00", "24:01", "12:60", "12", "12:0a", "-1:00", "+1:00"])
        func noMinutes(_ text: String) { #expect(Schedule.minutes(text) == nil) }

        @Test("limits of an account come back as they were written, and lie over the file's")
        func accountLimits() {
            var change = LimitChange()
            change.maxPositionSize = Rate("0.25")
            change.maxDailyLoss = Money("1234.5")
            var limits = LimitOverride()
            limits.merge(change)
            change.maxDailyLoss = Money("99")
            change.maxPositionSize = nil
            limits.merge(change)
            #expect(LimitOverride(json: limits.json) == limits && LimitOverride(json: "7") == nil)
            let older = LimitOverride(json: #"{"maxDailyLoss":"99","maxPositionEquityFraction":"0.25"}"#)
            #expect(older?.values == limits.values)
            let applied = limits.applied(to: .init())
            #expect(applied.maxPositionEquityFraction == Rate("0.25") && applied.maxDailyLoss == Money("99"))
            #expect(applied.maxLeverage == nil)
        }
    }
}
