import Configuration
import Testing
import Trading

@Suite("strategy.yaml")
struct StrategyConfigurationTests {
    @Test("reads the whole example of the documentation")
    func documentedExample() {
        let text = """
            plugin: SMACross
            name: SMA crossover
            description: …
            direction: long
            category: trend
            tags: [sma]
            account: paper
            enabled: true
            execution_mode: PAPER
            isolation: host
            instruments: [BTC_USDT]
            timeframe: 1m
            parameters: {fast: 20, slow: 100, quantity: 0.01}
            risk_parameters: {max_position_size: 1, stop_loss_percent: 5, take_profit_percent: 10, max_daily_loss: 10000}
            capabilities: {order_kinds: [MARKET, LIMIT], max_order_notional: 50000}
            schedule: {start_time: "00:00", end_time: "24:00", days_of_week: [0, 1, 2, 3, 4, 5, 6], time_zone: UTC}
            on_stop: cancel
            on_fault: cancel
            """
        let strategy = read(strategy: text)
        #expect(strategy.plugin == "SMACross" && strategy.pluginLine == 1 && strategy.name == "SMA crossover")
        #expect(strategy.direction == .long && strategy.isolation == .host && strategy.timeframe == .oneMinute)
        #expect(strategy.instruments == ["BTC_USDT"] && strategy.tags == ["sma"])
        #expect(strategy.limits.maxPositionQuantity == .one && strategy.limits.maxOrderNotional == Money("50000"))
        #expect(strategy.orderKinds == [.market, .limit] && strategy.schedule.isAlways)
        #expect(strategy.risk.stopLoss == Rate("0.05") && strategy.risk.takeProfit == Rate("0.1"))
        #expect(strategy.limits.maxDailyLoss == Money("10000"))
        #expect(findings(inStrategy: text).isEmpty)
    }

    @Test("what is left out has its default")
    func defaults() {
        let strategy = read(strategy: "plugin: SMACross\n")
        #expect(strategy.name == "sma" && strategy.account == "paper" && strategy.enabled)
        #expect(strategy.direction == .both && strategy.executionMode == .paper && strategy.isolation == nil)
        #expect(strategy.onStop == .cancel && strategy.onFault == .cancel && strategy.orderKinds == nil)
        #expect(strategy.limits == LimitSettings() && strategy.parameters == [:])
    }

    @Test("passes parameters on as texts with their kind and place")
    func parameters() {
        let text = """
            parameters:
              fast: 20
              size: 0.01
              tiny: 1e-9
              on: yes
              mode: quick
              quoted: "20"
              negative: -3
              version: 1.2.3
            """
        let parameters = read(strategy: text).parameters
        #expect(parameters["fast"] == ParameterText(text: "20", kind: .integer, line: 2, column: 9))
        #expect(parameters["size"]?.kind == .decimal && parameters["size"]?.text == "0.01")
        #expect(parameters["tiny"]?.kind == .decimal)
        #expect(parameters["on"] == ParameterText(text: "true", kind: .boolean, line: 5, column: 7))
        #expect(parameters["mode"]?.kind == .text && parameters["quoted"]?.kind == .text)
        #expect(parameters["negative"]?.kind == .integer && parameters["version"]?.kind == .text)
        #expect(parameters["version"]?.line == 9)
    }

    @Test("of limits in several sections the strictest counts")
    func strictest() {
        let text = """
            risk_parameters: {max_position_size: 5, max_position_quantity: 3, max_order_notional: 100}
            capabilities: {max_order_notional: 70}
            limits: {max_order_notional: 90, max_orders_per_second: 2}
            """
        let limits = read(strategy: text).limits
        #expect(limits.maxPositionQuantity == Quantity("3") && limits.maxOrderNotional == Money("70"))
        #expect(limits.maxOrdersPerSecond == 2)
    }

    @Test("capabilities bound what the strategy may ask for")
    func capabilities() {
        let text = """
            plugin: SMACross
            instruments: [BTC_USDT, ETH_USDT]
            capabilities: {instruments: [BTC_USDT, SOL_USDT], order_kinds: [LIMIT], max_order_notional: 250.5}
            limits: {max_order_notional: 300}
            """
        let strategy = read(strategy: text)
        #expect(strategy.orderKinds == [.limit] && strategy.limits.maxOrderNotional == Money("250.5"))
        #expect(strategy.isCapable(of: "SOL_USDT") && !strategy.isCapable(of: "ETH_USDT"))
        #expect(
            findings(inStrategy: text) == [
                "strategies/sma/strategy.yaml:2: instruments – capabilities.instruments does not list ETH_USDT"
            ])
        #expect(read(strategy: "plugin: SMACross\n").isCapable(of: "ETH_USDT"))
    }

    @Test("reports everything at once")
    func reportsAll() {
        let text = """
            plugin: my plugin
            direction: up
            account: papre
            execution_mode: LIVE
            isolation: worker
            instruments: [BTC_USDT, "A B", BTC_USDT, BTC_USTD]
            timeframe: 2m
            parameters: {fast: [1], slow: }
            risk_parameters: {stop_loss_percent: 101, max_drawdown: 2}
            capabilities: {order_kinds: [MARKET, ICEBERG]}
            schedule: {start_time: "9:30", end_time: "24:30", days_of_week: [1, 8], time_zone: Nowhere}
            on_stop: sell
            """
        let file = "strategies/sma/strategy.yaml"
        #expect(
            findings(inStrategy: text) == [
                "\(file):1: plugin: 'my plugin' – expected a plugin's id of 1 to 64 letters, digits and _",
                "\(file):2: direction: 'up' – expected one of long, short, both",
                "\(file):3: account: 'papre' – expected an account of host.yaml: paper",
                "\(file):4: execution_mode: 'LIVE' – known, but this version trades on paper only; use PAPER",
                "\(file):6: instruments – no simulator or feed has BTC_USTD; did you mean BTC_USDT?",
                "\(file):6: instruments[1]: 'A B' – expected an instrument's id of 1 to 31 characters without spaces",
                "\(file):6: instruments[2]: 'BTC_USDT' – is there twice",
                "\(file):7: timeframe: '2m' – expected one of 1s, 5s, 1m, 5m, 15m, 1h, 1d",
                "\(file):8: parameters.fast – expected a single value, found a list",
                "\(file):8: parameters.slow – expected a single value, found nothing",
                "\(file):9: risk_parameters.stop_loss_percent: '101' – expected a decimal number above 0 and up to 100 with at most 7 decimals",
                "\(file):9: risk_parameters.max_drawdown: '2' – expected a decimal number in 0…1 with at most 9 decimals",
                "\(file):10: capabilities.order_kinds[1]: 'ICEBERG' – expected one of MARKET, LIMIT, STOP_LOSS, STOP_LIMIT, TRAILING_STOP",
                "\(file):11: schedule.start_time: '9:30' – expected a time like \"09:30\" in 00:00…23:59",
                "\(file):11: schedule.end_time: '24:30' – expected a time like \"09:30\" in 00:00…24:00",
                "\(file):11: schedule.days_of_week[1]: '8' – expected a day 0…7 (0 and 7 = Sunday)",
                "\(file):11: schedule.time_zone: 'Nowhere' – expected a time zone like Europe/Berlin or UTC",
                "\(file):12: on_stop: 'sell' – expected one of cancel, keep, flatten",
            ])
    }

    @Test("reads a schedule; Sunday may be 0 or 7, and one of no day is a warning")
    func schedule() {
        let text =
            "schedule: {start_time: \"22:00\", end_time: \"06:00\", days_of_week: [7, 1], time_zone: Asia/Kolkata}\n"
        let schedule = read(strategy: text).schedule
        #expect(schedule.startMinutes == 1320 && schedule.endMinutes == 360 && schedule.daysOfWeek == [0, 1])
        #expect(schedule.timeZone == "Asia/Kolkata" && !schedule.isAlways)
        #expect(findings(inStrategy: "instruments: [NIFTY]\n" + text) == [])
        #expect(
            findings(inStrategy: "instruments: [NIFTY]\nschedule: {days_of_week: []}\n") == [
                "strategies/sma/strategy.yaml:2: schedule.days_of_week – names no day, so the strategy sends nothing"
            ])
    }

    @Test("a schedule's windows follow its zone through daylight saving; one that never closes has none")
    func scheduleWindows() throws {
        let start = try #require(Timestamp(year: 2026, month: 1, day: 1))
        #expect(Schedule().windows(from: start) == nil)
        var schedule = Schedule()
        schedule.startMinutes = 570
        schedule.endMinutes = 960
        schedule.daysOfWeek = [1, 2, 3, 4, 5]
        schedule.timeZone = "America/New_York"
        let windows = try #require(schedule.windows(from: start))
        // 09:30 in New York is 14:30 UTC in winter and 13:30 in summer; daylight saving starts on 2026-03-08 (tz database).
        let open: [(month: Int, day: Int, hour: Int)] = [(1, 5, 14), (3, 6, 14), (3, 9, 13), (7, 15, 13), (11, 2, 14)]
        for (month, day, hour) in open {
            let time = try #require(Timestamp(year: 2026, month: month, day: day, hour: hour, minute: 30))
            #expect(windows.isOpen(at: time) && !windows.isOpen(at: time + -1), "\(time)")
        }
        let weekend = try #require(Timestamp(year: 2026, month: 3, day: 7, hour: 16))
        #expect(!windows.isOpen(at: weekend))
        let later = try #require(Timestamp(year: 2035, month: 7, day: 16, hour: 13, minute: 30))
        #expect(windows.isOpen(at: later) && !windows.isOpen(at: later + -1))
    }

    @Test("limits over all instruments: a strategy's own are those that mean something for it")
    func totals() {
        let text = """
            plugin: SMACross
            instruments: [NIFTY]
            risk_parameters: {max_daily_loss: 500, daily_loss_base: balance}
            limits: {max_gross_exposure: 1000, max_net_exposure: 10.5, max_daily_loss: 400, daily_loss_base: higher}
            """
        let limits = read(strategy: text).limits
        #expect(limits.maxGrossExposure == Money("1000") && limits.maxNetExposure == Money("10.5"))
        #expect(limits.maxDailyLoss == Money("400") && limits.dailyLossBase == .higher)
        #expect(findings(inStrategy: text) == [])
        let file = "strategies/sma/strategy.yaml:2: limits"
        #expect(
            findings(inStrategy: "instruments: [NIFTY]\nlimits: {max_leverage: 2, max_concentration: 0.5}\n")
                == [
                    "\(file).max_concentration: '0.5' – a limit of an account, none of a strategy",
                    "\(file).max_leverage: '2' – a limit of an account, none of a strategy",
                ].reversed())
    }
}
