import Configuration
import Testing
import Trading

@Suite("Compliance programs")
struct ComplianceProgramTests {
    @Test("every rule of a program is read exactly")
    func everything() {
        let text = """
            compliance:
              programs:
                prop:
                  warning_threshold: 0.7
                  restricted_list: [BTC_USDT, {class: fx, side: sell}]
                  wash_seconds: 10
                  order_to_trade: {max_messages_per_fill: 20, free_messages: 50}
                  spoofing: {notional: 100000, rest_seconds: 2, window_seconds: 120, warnings: 2, denials: 4}
                  position_limits:
                    - {instrument: ETH_USDT, quantity: 12.5}
                    - {instruments: [BTC_USDT, SOL_USDT], notional: 250000}
                    - {class: crypto, notional: 500000}
                  min_holding: {seconds: 60, reducing: true}
                  day_trades: {max: 3, days: 5}
                  short_sale: located
                  located: [ETH_USDT]
                  hedging: false
                  mandatory_stop: true
                  max_loss_per_trade: 0.01
                  news_blackout: [{name: payrolls, time: "2026-02-06T13:30:00Z", before_minutes: 2, class: fx}]
                  flat_by: {before_close_minutes: 10, windows: [{start_time: "16:45", end_time: "24:00", days_of_week: [5], time_zone: America/New_York}]}
                  class_leverage: {crypto: 2, fx: 30}
                  daily_loss: {fraction: 0.05, base: higher}
                  total_drawdown: {amount: 10000, kind: trailing_eod}
                  consistency: 0.3
                  approval: {notional: 50000}
            """
        let (host, findings) = read(host: text)
        #expect(findings == [])
        guard let program = host.program("prop") else {
            Issue.record("no program")
            return
        }
        #expect(program.restrictedList.count == 2 && program.warningThreshold == Rate("0.7"))
        #expect(program.washSeconds == 10 && program.orderToTrade?.freeMessages == 50)
        #expect(program.spoofing?.denials == 4 && program.spoofing?.notional == Money("100000"))
        #expect(program.positionLimits.map(\.instruments) == [["ETH_USDT"], ["BTC_USDT", "SOL_USDT"], []])
        #expect(
            program.positionLimits[0].quantity == Quantity("12.5") && program.positionLimits[2].assetClass == "crypto")
        #expect(program.minHoldingSeconds == 60 && program.minHoldingBindsReducing)
        #expect(program.dayTradesMax == 3 && program.dayTradeDays == 5)
        #expect(program.shortSale == .located && program.located == ["ETH_USDT"] && !program.hedging)
        #expect(program.mandatoryStop && program.maxLossPerTrade == Rate("0.01"))
        #expect(program.newsEvents.first?.time == Timestamp(year: 2026, month: 2, day: 6, hour: 13, minute: 30))
        #expect(program.newsEvents.first?.beforeMinutes == 2 && program.newsEvents.first?.afterMinutes == 5)
        #expect(program.flatBeforeCloseMinutes == 10 && program.flatWindows.first?.daysOfWeek == [5])
        #expect(program.classLeverage.map(\.leverage) == [Rate("2"), Rate("30")])
        #expect(program.dailyLoss.fraction == Rate("0.05") && program.dailyLossBase == .higher)
        #expect(program.totalDrawdown.amount == Money("10000") && program.trailsDrawdown)
        #expect(program.consistency == Rate("0.3") && program.approvalNotional == Money("50000"))
    }

    @Test("what is wrong is named with its line, everything at once")
    func broken() {
        let text = """
            compliance:
              programs:
                prop:
                  order_to_trade: {free_messages: 5}
                  spoofing: {notional: 10, warnings: 9, denials: 3}
                  position_limits:
                    - {class: crypto}
                    - {instruments: [A, B], quantity: 3}
                    - {instrument: A, class: fx, notional: 5}
                  min_holding: {reducing: true}
                  short_sale: never
                  news_blackout: [{before_minutes: 5}, {time: "2026-02-30T00:00:00Z"}]
                  daily_loss: {base: highest}
                  total_drawdown: {kind: trailing}
                  lunch: true
            """
        let lines = findings(inHost: text)
        let expected = [
            ("4:", "max_messages_per_fill is missing"), ("5:", "more than the 3 that deny"),
            ("7:", "expected quantity or notional"), ("8:", "quantities of several instruments"),
            ("9:", "expected one of instrument, instruments and class"), ("10:", "seconds is missing"),
            ("11:", "one of allowed, located, forbidden"), ("12:", "time is missing"), ("12:", "a time like"),
            ("13:", "one of balance, equity, higher"), ("13:", "amount or fraction is missing"),
            ("14:", "static or trailing_eod"), ("14:", "amount or fraction is missing"), ("15:", "unknown key"),
        ]
        for (line, part) in expected {
            #expect(
                lines.contains { $0.contains("host.yaml:\(line)") && $0.contains(part) },
                "\(line) \(part) is not among\n\(lines.joined(separator: "\n"))")
        }
    }

    @Test("calendars become sessions in the zone's own time, without holidays and with half days")
    func calendars() throws {
        let text = """
            calendars:
              nyse:
                time_zone: America/New_York
                open: "09:30"
                close: "16:00"
                holidays: [2026-01-19]
                half_days: {2026-01-20: "13:00"}
                instruments: [NIFTY]
            """
        let (host, findings) = read(host: text)
        #expect(findings == [])
        let settings = try #require(host.calendars.first)
        let start = try #require(Timestamp(year: 2026, month: 1, day: 17))
        let calendar = settings.calendar(from: start)
        func isOpen(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> Bool {
            Timestamp(year: 2026, month: month, day: day, hour: hour, minute: minute).map(calendar.isOpen) ?? false
        }
        // In January New York is five hours behind, in July four.
        #expect(!isOpen(1, 19, 15, 0), "a holiday")
        #expect(!isOpen(1, 20, 14, 29) && isOpen(1, 20, 14, 30) && isOpen(1, 20, 17, 59) && !isOpen(1, 20, 18, 0))
        #expect(isOpen(1, 21, 20, 59) && !isOpen(1, 21, 21, 0))
        #expect(!isOpen(1, 24, 16, 0), "a Saturday")
        #expect(!isOpen(7, 1, 13, 29) && isOpen(7, 1, 13, 30) && !isOpen(7, 1, 20, 0))
    }

    @Test("a calendar over midnight belongs to the day that it opens in; wrong ones are named")
    func overnight() throws {
        let (host, findings) = read(
            host:
                "calendars: {night: {open: \"22:00\", close: \"02:00\", days_of_week: [5], instruments: [BTC_USDT]}}\n")
        #expect(findings == [])
        let calendar = try #require(host.calendars.first).calendar(from: Timestamp(year: 2026, month: 1, day: 17)!)
        #expect(calendar.isOpen(at: Timestamp(year: 2026, month: 1, day: 24, hour: 1, minute: 59)!))
        #expect(!calendar.isOpen(at: Timestamp(year: 2026, month: 1, day: 23, hour: 21)!))
        let broken = read(
            host:
                "calendars: {x: {time_zone: Mars/North, holidays: [monday], half_days: {2026-01-20: \"08:00\"}, open: \"09:00\"}}\n"
        ).1
        #expect(broken.count == 3)
    }
}
