import Configuration
import Testing
import Trading

@Suite("host.yaml")
struct HostConfigurationTests {
    @Test("an empty file, and one with empty sections, mean the defaults")
    func defaults() {
        let (empty, none) = read(host: "# nothing here\n")
        #expect(none == [] && empty == HostConfiguration())
        let (sections, findings) = read(host: "api:\nlimits: {}\naccounts:\nsimulator: {}\ncompliance: {programs: }\n")
        #expect(findings == [] && sections == HostConfiguration())
        let paper = empty.account("paper")
        #expect(paper?.openingBalance == Money("1000000") && paper?.currency == "USDT" && paper?.maxLeverage == .one)
        #expect(paper?.conversion["INR"]?.rate == Rate("0.0118"))
        #expect(paper?.conversion["USD"]?.asOf == Timestamp(year: 2026, month: 1, day: 1))
        #expect(empty.api.port == 8080 && empty.api.rateLimits["default"] == .perSecond(100))
        #expect(empty.simulator.instruments.count == 9 && empty.plugins.generationsMax == 200)
        #expect(empty.program("default")?.warningThreshold == Rate("0.8"))
    }

    @Test("reads the whole example of the documentation as the defaults")
    func documentedExample() {
        let text = """
            api: {host: 127.0.0.1, port: 8080, cors: [], max_body_bytes: 1048576, service_ports: false, service_port_offset: 0,
                  rate_limits: {auth: 10/minute, market_data: 1000/minute, trading: 100/minute, trading_exit: 600/minute, strategy: 50/minute, performance: 200/minute, websocket: 5/minute, default: 100/second}}
            accounts:
              paper: {owner: default, currency: USDT, opening_balance: 1000000, margin: true, max_leverage: 1, day: {time: "00:00", zone: UTC}, users: {admin: trade},
                      conversion: {USD: {rate: 1, as_of: 2026-01-01}, INR: {rate: 0.0118, as_of: 2026-01-01}},
                      limits: {}, compliance: {program: default}}
            limits: {}
            compliance: {programs: {default: {warning_threshold: 0.8, restricted_list: [], trading_hours: true, self_trade: true}}}
            simulator: {seed: 0, speed: 1, calendars: always-open, instruments: [BTC_USDT, ETH_USDT, SOL_USDT, ADA_USDT, EUR_USD, GBP_USD, AUD_USD, NIFTY, BANKNIFTY]}
            feeds: {}
            plugins: {allow: [], require_signature: false, keys: [], generations_max: 200}
            journal: {path: journal.sqlite, checkpoint_seconds: 30}
            faults: {callback_soft_us: 1000, callback_hard_ms: 250, restarts_max: 5, restart_window_seconds: 60, memory_max_mb: 512}
            """
        let (host, findings) = read(host: text)
        #expect(findings == [] && host == HostConfiguration())
    }

    @Test("reads what trading on paper costs, and refuses what no venue has")
    func paperVenue() {
        let text = """
            paper_venue: {maker_rate: -0.0001, taker_rate: 0.0005, commission_per_unit: 0.25, slippage: 0.001,
                          latency_ms: 20, touch_fills: true, volume_share: 0.1}
            """
        let (host, findings) = read(host: text)
        var venue = PaperVenueSettings()
        (venue.makerRate, venue.takerRate) = (Rate("-0.0001")!, Rate("0.0005")!)
        (venue.commissionPerUnit, venue.slippage) = (Money("0.25")!, Rate("0.001")!)
        (venue.latencyMilliseconds, venue.touchFills, venue.volumeShare) = (20, true, Rate("0.1"))
        #expect(findings == [] && host.paperVenue == venue)
        let wrong = read(host: "paper_venue: {taker_rate: -0.1, volume_share: 0, latency_ms: 60001, speed: 1}").1
        #expect(wrong.count == 4)
    }

    @Test("reads what holding positions costs, and refuses what nobody pays")
    func financing() {
        let text = """
            instruments:
              BTC_USDT: {funding: {rate: -0.0001, every: 4h}, borrow_rate: 0}
              ETH_USDT: {funding: {rate: 0.0002}}
            accounts: {paper: {borrow_rate: 0.05}}
            """
        let (host, findings) = read(host: text)
        var bitcoin = FinancingSettings()
        bitcoin.funding = .constant(rate: Rate("-0.0001")!, every: 4 * FundingTerms.shortestInterval)
        bitcoin.borrowRate = .zero
        var ether = FinancingSettings()
        ether.funding = .constant(rate: Rate("0.0002")!, every: 8 * FundingTerms.shortestInterval)
        #expect(findings == [] && host.financing == ["BTC_USDT": bitcoin, "ETH_USDT": ether])
        #expect(host.account("paper")?.borrowRate == Rate("0.05"))
        let wrong = read(
            host: """
                instruments:
                  BTC_USDT: {funding: {rate: 2, every: 30m}, borrow_rate: -1}
                  ETH_USDT: {funding: {every: 8h}, borrow: 1}
                  NONE: {}
                """
        ).1
        #expect(
            wrong.map(\.keyPath) == [
                "instruments.BTC_USDT.funding.rate", "instruments.BTC_USDT.funding.every",
                "instruments.BTC_USDT.borrow_rate",
                "instruments.ETH_USDT.funding", "instruments.ETH_USDT.borrow", "instruments.NONE",
            ])
    }

    @Test("reads limits of system, instrument and account exactly")
    func limits() {
        let text = """
            limits:
              max_order_notional: 0.00000001
              price_collar_percent: 2.5
              max_position_equity_fraction: 0.123456789
              market_data_max_age_ms: 500
              instruments: {BTC_USDT: {max_position_quantity: "1.5"}}
            accounts:
              paper: {limits: {max_orders_per_second: 5, max_orders_per_minute: 60, max_order_quantity: 3}}
            """
        let (host, findings) = read(host: text)
        #expect(findings == [])
        #expect(host.limits.maxOrderNotional == Money(raw: 1) && host.limits.priceCollar == Rate("0.025"))
        #expect(host.limits.maxPositionEquityFraction == Rate("0.123456789"))
        #expect(host.limits.marketDataMaxAgeMilliseconds == 500 && host.limits.maxOrderQuantity == nil)
        #expect(host.instrumentLimits["BTC_USDT"]?.maxPositionQuantity == Quantity("1.5"))
        let account = host.accounts[0].limits
        #expect(account.maxOrdersPerSecond == 5 && account.maxOrdersPerMinute == 60)
        #expect(account.maxOrderQuantity == Quantity("3"))
    }

    @Test("reads the limits that look back, the budget and the order's cost")
    func laterLimits() {
        let (host, findings) = read(
            host: """
                limits: {max_drawdown: 0.2, drawdown: static, max_open_orders: 50}
                accounts:
                  paper:
                    limits:
                      budget: {global_cap: 1000, allocations: {sma_cross: 600, pump: 400}}
                      max_drawdown: 0.1
                      drawdown: trailing_locked
                      repeat_limit: 20
                      reject_streak: 5
                      repeat_window_ms: 10000
                      max_open_orders: 10
                      duplicate_window_ms: 500
                      max_slippage: 0.002
                      max_consecutive_losses: 3
                      cooldown_seconds: 600
                """)
        #expect(findings.isEmpty)
        #expect(host.limits.maxDrawdown == Rate("0.2") && host.limits.drawdownBase == .fixed)
        #expect(host.limits.maxOpenOrders == 50)
        let limits = host.accounts[0].limits
        #expect(limits.budgetCap == Money("1000"))
        #expect(limits.budgetAllocations == ["sma_cross": Money("600")!, "pump": Money("400")!])
        #expect(limits.maxDrawdown == Rate("0.1") && limits.drawdownBase == .trailingLocked)
        #expect(limits.repeatLimit == 20 && limits.rejectStreak == 5 && limits.repeatWindowMilliseconds == 10_000)
        #expect(limits.maxOpenOrders == 10 && limits.duplicateWindowMilliseconds == 500)
        #expect(limits.maxSlippage == Rate("0.002"))
        #expect(limits.maxConsecutiveLosses == 3 && limits.cooldownSeconds == 600)
    }

    @Test(
        "a limit where it means nothing, a budget that is overdrawn and what is no limit are reported with their lines")
    func wrongLimits() {
        let text = """
            limits: {budget: {global_cap: 1, allocations: {a: 1}}, max_order_notionl: 5}
            accounts: {paper: {limits: {max_slippage: 2, drawdown: trailing, instruments: {}}}}
            """
        #expect(
            findings(inHost: text) == [
                "strategies/host.yaml:1: limits.budget – allocations are an account's, not the system's",
                "strategies/host.yaml:1: limits.max_order_notionl – unknown key; did you mean max_order_notional?",
                "strategies/host.yaml:2: accounts.paper.limits.max_slippage: '2' – expected a decimal number in 0…1 with at most 9 decimals",
                "strategies/host.yaml:2: accounts.paper.limits.drawdown: 'trailing' – expected one of trailing_intraday, static, trailing_eod, trailing_locked",
                "strategies/host.yaml:2: accounts.paper.limits.instruments – unknown key; known here: \(limitKeys)",
            ])
    }

    @Test("reads hashes, and keys in each of their forms")
    func plugins() {
        let hash = String(repeating: "0A", count: 32)
        let (host, found) = read(
            host: """
                plugins:
                  allow: [\(hash)]
                  require_signature: true
                  keys:
                    - 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
                    - AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHiA=
                    - MCowBQYDK2VwAyEA3/QHwg1TmLY9OteybQfT7yR4tXQe54OwJlVCxGVmAmw=
                """)
        #expect(found.isEmpty)
        #expect(host.plugins.allow == [hash.lowercased()] && host.plugins.requireSignature)
        #expect(host.plugins.keys.map(\.count) == [32, 32, 32])
        #expect(host.plugins.keys[0] == Array(0...31) && host.plugins.keys[1] == Array(0...30) + [32])
        #expect(host.plugins.keys[2].prefix(2) == [0xdf, 0xf4] && host.plugins.keys[2].last == 0x6c)
    }

    @Test("a wrong hash or key is an error and lets nothing in; signatures need a key")
    func wrongPlugins() {
        let (host, found) = read(host: "plugins: {require_signature: true, allow: [abc], keys: [AAAA, 12]}")
        #expect(
            found.map(\.description) == [
                "strategies/host.yaml:1: plugins.require_signature: 'true' – there is no key to check signatures with; add plugins.keys",
                "strategies/host.yaml:1: plugins.allow – 'abc' is no SHA-256; expected 64 hexadecimal digits",
                "strategies/host.yaml:1: plugins.keys[0]: 'AAAA' – expected an Ed25519 public key: 32 bytes as hexadecimal digits or base64, or the base64 of its PEM",
                "strategies/host.yaml:1: plugins.keys[1]: '12' – expected an Ed25519 public key: 32 bytes as hexadecimal digits or base64, or the base64 of its PEM",
            ])
        #expect(host.plugins.allow == ["abc"] && host.plugins.keys.isEmpty)
    }

    @Test("reads limits over all instruments; an instrument has none")
    func totals() {
        let text = """
            limits: {max_gross_exposure: 5000.5, max_net_exposure: 400, instruments: {NIFTY: {max_daily_loss: 5}}}
            accounts:
              paper: {limits: {max_concentration: 0.25, max_leverage: 2.5, max_daily_loss: 100, daily_loss_base: equity}}
            """
        let (host, found) = read(host: text)
        #expect(host.limits.maxGrossExposure == Money("5000.5") && host.limits.maxNetExposure == Money("400"))
        let account = host.accounts[0].limits
        #expect(account.maxConcentration == Rate("0.25") && account.maxLeverage == Rate("2.5"))
        #expect(account.maxDailyLoss == Money("100") && account.dailyLossBase == .equity)
        #expect(
            found.map(\.description) == [
                "strategies/host.yaml:1: limits.instruments.NIFTY.max_daily_loss: '5' – a limit of an account or a strategy, none of an instrument"
            ])
        #expect(
            findings(inHost: "limits: {max_concentration: 1.5, daily_loss_base: cash}\n") == [
                "strategies/host.yaml:1: limits.max_concentration: '1.5' – expected a decimal number in 0…1 with at most 9 decimals",
                "strategies/host.yaml:1: limits.daily_loss_base: 'cash' – expected one of balance, equity, higher",
            ])
    }

    @Test("a conversion by an instrument, with or without a rate to begin with")
    func conversions() {
        let text = """
            accounts:
              desk:
                currency: EUR
                conversion:
                  USD: {instrument: EUR_USD}
                  JPY: {instrument: JPY_EUR, rate: 0.006, as_of: 2026-01-31}
                  GBP: {instrument: GBP_USD}
                  INR: {instrument: EUR_INR, rate: 0.01}
                  CHF: {}
            """
        let (host, found) = read(host: text)
        let conversion = host.accounts[0].conversion
        #expect(conversion["USD"] == AccountConfiguration.Conversion(rate: nil, asOf: nil, instrument: "EUR_USD"))
        #expect(conversion["JPY"]?.instrument == "JPY_EUR" && conversion["JPY"]?.rate == Rate("0.006"))
        #expect(conversion["GBP"] == nil && conversion["CHF"] == nil)
        let path = "accounts.desk.conversion"
        #expect(
            found.map(\.description) == [
                "strategies/host.yaml:6: \(path).JPY – no simulator or feed has JPY_EUR, so nothing updates the rate",
                "strategies/host.yaml:7: \(path).GBP.instrument: 'GBP_USD' – converts no GBP to EUR; GBP_EUR and EUR_GBP would",
                "strategies/host.yaml:8: \(path).INR – as_of (the rate's day) is missing",
                "strategies/host.yaml:8: \(path).INR – no simulator or feed has EUR_INR, so nothing updates the rate",
                "strategies/host.yaml:9: \(path).CHF – the rate is missing, or an instrument that quotes it",
                "strategies/host.yaml:9: \(path).CHF – as_of (the rate's day) is missing",
            ])
    }

    private let limitKeys =
        "budget, cooldown_seconds, daily_loss_base, drawdown, duplicate_window_ms, market_data_max_age_ms, max_concentration, max_consecutive_losses, max_daily_loss, max_drawdown, max_gross_exposure, max_leverage, max_net_exposure, max_open_orders, max_order_notional, max_order_quantity, max_orders_per_minute, max_orders_per_second, max_position_equity_fraction, max_position_notional, max_position_quantity, max_slippage, price_collar_percent, reject_streak, repeat_limit, repeat_window_ms"

    @Test("limits of an instrument that only accounts and strategies can have are errors")
    func misplacedLimits() {
        let text = """
            limits: {instruments: {BTC_USDT: {max_drawdown: 0.1, cooldown_seconds: 5, budget: {global_cap: 1}}}}
            accounts: {paper: {limits: {budget: {global_cap: 10, allocations: {a: 7, b: 4}}}}}
            """
        let path = "limits.instruments.BTC_USDT"
        let place = "a limit of an account or a strategy, none of an instrument"
        #expect(
            findings(inHost: text) == [
                "strategies/host.yaml:1: \(path).max_drawdown: '0.1' – \(place)",
                "strategies/host.yaml:1: \(path).cooldown_seconds: '5' – \(place)",
                "strategies/host.yaml:1: \(path).budget – \(place)",
                "strategies/host.yaml:2: accounts.paper.limits.budget.allocations – they come to 11, more than global_cap 10",
            ])
    }

    @Test("limits of an instrument without market data are a warning with the nearest name")
    func unknownInstrumentLimit() {
        let (_, findings) = read(host: "limits: {instruments: {BTC_USTD: {max_order_quantity: 1}}}\n")
        #expect(findings.map(\.severity) == [.warning])
        #expect(
            findings[0].description
                == "strategies/host.yaml:1: limits.instruments.BTC_USTD – no simulator or feed has this instrument; did you mean BTC_USDT?"
        )
    }

    @Test("reads accounts, their days and rates, and reports what is incomplete")
    func accounts() {
        let text = """
            accounts:
              desk:
                {currency: EUR, day: {time: "17:00", zone: America/New_York}, users: {ann: view, bob: trade},
                 conversion: {USD: {rate: 0.9, as_of: 2026-02-28}}}
              bad/id: {currency: usd, max_leverage: 0.5, users: {eve: own}, compliance: {program: strict},
                       conversion: {INR: {rate: 0}, JPY: {as_of: 2026-02-30}}}
            """
        let (host, findings) = read(host: text)
        let desk = host.account("desk")
        #expect(desk?.currency == "EUR" && desk?.users == ["ann": .view, "bob": .trade])
        #expect(desk?.conversion.count == 1 && desk?.conversion["USD"]?.rate == Rate("0.9"))
        #expect(host.account("paper") == nil)
        #expect(
            findings.map(\.description) == [
                "strategies/host.yaml:5: accounts.bad/id – an account's id is 1 to 64 letters, digits, _ and -",
                "strategies/host.yaml:5: accounts.bad/id.currency: 'usd' – expected a currency of 1 to 15 capital letters and digits",
                "strategies/host.yaml:5: accounts.bad/id.max_leverage: '0.5' – expected a decimal number in 1…1000 with at most 9 decimals",
                "strategies/host.yaml:5: accounts.bad/id.users.eve: 'own' – expected one of view, trade",
                "strategies/host.yaml:5: accounts.bad/id.compliance.program: 'strict' – unknown compliance program; there is default",
                "strategies/host.yaml:6: accounts.bad/id.conversion.INR – as_of (the rate's day) is missing",
                "strategies/host.yaml:6: accounts.bad/id.conversion.INR.rate: '0' – expected a decimal number above 0 and up to 1000000000 with at most 9 decimals",
                "strategies/host.yaml:6: accounts.bad/id.conversion.JPY – the rate is missing, or an instrument that quotes it",
                "strategies/host.yaml:6: accounts.bad/id.conversion.JPY.as_of: '2026-02-30' – expected a day like 2026-01-31",
            ])
    }

    @Test("an account in another currency has no rates unless it names them")
    func otherCurrency() {
        #expect(read(host: "accounts: {a: {currency: EUR}}\n").0.accounts[0].conversion == [:])
    }

    @Test("a day's start in a zone becomes an offset that follows daylight saving")
    func dayOffset() throws {
        let boundary = DayBoundary(minutes: 17 * 60, zone: "America/New_York")
        let hour: Int64 = 3600 * Timestamp.nanosecondsPerSecond
        // 17:00 in New York is 22:00 UTC in winter and 21:00 in summer (tz database).
        #expect(boundary.offsetNanoseconds(at: try #require(Timestamp(year: 2026, month: 1, day: 15))) == 22 * hour)
        #expect(boundary.offsetNanoseconds(at: try #require(Timestamp(year: 2026, month: 7, day: 15))) == 21 * hour)
        let kolkata = DayBoundary(zone: "Asia/Kolkata")
        #expect(kolkata.offsetNanoseconds(at: Timestamp(nanoseconds: 0)) == -11 * hour / 2)
    }

    @Test("reads compliance programs")
    func compliance() {
        let text = """
            compliance:
              programs:
                strict:
                  warning_threshold: 0.5
                  trading_hours: no
                  self_trade: false
                  restricted_list: [BTC_USDT, {instrument: NIFTY, side: sell}, {class: fx}]
            accounts: {paper: {compliance: {program: strict}}}
            """
        let (host, findings) = read(host: text)
        let strict = host.program("strict")
        #expect(findings == [] && host.programs.map(\.name) == ["strict", "default"])
        #expect(strict?.warningThreshold == Rate("0.5") && strict?.tradingHours == false && strict?.selfTrade == false)
        #expect(
            strict?.restrictedList.map(\.target)
                == [.instrument("BTC_USDT"), .instrument("NIFTY"), .assetClass("fx")])
        #expect(strict?.restrictedList.map(\.sides) == [.both, .sell, .both])
        #expect(strict?.restrictedList[1].sides.covers(.buy) == false)
        #expect(host.accounts[0].complianceProgram == "strict")
    }

    @Test("reports restrictions that name nothing, or two things")
    func wrongRestrictions() {
        let text = """
            compliance:
              programs:
                default:
                  restricted_list:
                    - {side: buy}
                    - {instrument: A, class: fx}
                    - {instrument: A, side: up}
                    - [A]
            """
        let path = "compliance.programs.default.restricted_list"
        #expect(
            findings(inHost: text) == [
                "strategies/host.yaml:5: \(path)[0] – expected either instrument or class",
                "strategies/host.yaml:6: \(path)[1] – expected either instrument or class",
                "strategies/host.yaml:7: \(path)[2].side: 'up' – expected one of buy, sell, both",
                "strategies/host.yaml:8: \(path)[3] – expected an instrument's id or {instrument: …, side: buy | sell | both}",
            ])
    }

    @Test("reads rates, feeds and the simulator")
    func settings() {
        let text = """
            api: {rate_limits: {auth: off, trading: 5/second}}
            feeds: {XRP_ETH: data/xrp.csv, EUR_USD: {file: eur.csv}}
            simulator: {seed: 18446744073709551615, speed: 0.5, calendars: real, instruments: [BTC_USDT]}
            """
        let (host, found) = read(host: text)
        #expect(found == [])
        #expect(host.api.rateLimits["auth"] == .off && host.api.rateLimits["trading"] == .perSecond(5))
        #expect(host.feeds.map(\.file) == ["data/xrp.csv", "eur.csv"])
        #expect(host.instruments == ["BTC_USDT", "XRP_ETH", "EUR_USD"])
        #expect(host.simulator.seed == .max && host.simulator.speed == Rate("0.5") && host.simulator.calendars == .real)
        #expect(
            findings(inHost: "api: {rate_limits: {auth: 10/hour}}\n") == [
                "strategies/host.yaml:1: api.rate_limits.auth: '10/hour' – expected a rate like 100/minute, 10/second or off"
            ])
    }
}
