import API
import Configuration
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    /// Signals as clients see them, of a host on its own thread.
    @Suite("Signals of a running host")
    struct RunningSignalTests {
        private let folder = HostFolder()

        private func running(_ signals: String) async throws -> RunningLife {
            folder.writeHost("signals: \(signals)")
            let running = try RunningLife(folder)
            try await running.waitForPrices()
            return running
        }

        @Test(
            "a generated signal is the newest of its symbol, listed and on the disk; it counts unless it was given values"
        )
        func generate() async throws {
            let running = try await running("{every: off, horizon: 1h}")
            defer { running.stop() }
            let host = running.host
            let plain = SignalRequest(instrument: "BTC", instrumentPath: "symbol")
            let made = try await host.generateSignal(plain, by: HostLife.person).signal
            #expect(made.symbol == "BTC" && made.instrument == "BTC_USDT" && made.source == .request)
            var given = SignalRequest(instrument: "ETH_USDT", instrumentPath: "symbol")
            given.price = Price("2650.30")
            given.features = [SignalFeature(name: "rsi", value: 42.1, path: "features.rsi")]
            let hypothetical = try await host.generateSignal(given, by: HostLife.person).signal
            #expect(hypothetical.entry == Price("2650.3"))
            #expect(hypothetical.technical.contains { $0.name == "rsi_14" && $0.value == 42.1 })
            #expect(try running.journal.signal(id: 1)?.isCounted == true)
            #expect(try running.journal.signal(id: 2)?.isCounted == false)
            #expect(try await host.latestSignals(accounts: nil) == [made, hypothetical])
            var query = SignalQuery(offset: 0, limit: 1)
            let page = try await host.signals(query)
            #expect(page.signals.map(\.id) == ["sig-2"] && page.count == 2)
            query.instrument = "BTC"
            #expect(try await host.signals(query).signals.map(\.id) == ["sig-1"])
            query.instrument = "none"
            await #expect(throws: HostRefusal.self) { try await host.signals(query) }
        }

        @Test("what nobody has is refused: an instrument, a model, a timeframe")
        func refusals() async throws {
            let running = try await running("{every: off}")
            defer { running.stop() }
            var request = SignalRequest(instrument: "NONE", instrumentPath: "symbol")
            await #expect(throws: HostRefusal.invalid([.unknownInstrument("symbol", "NONE")])) {
                try await running.host.generateSignal(request, by: HostLife.person)
            }
            request.instrument = "BTC"
            request.model = "nope"
            await #expect(throws: HostRefusal.invalid("model", "there is no model 'nope'; there are rules")) {
                try await running.host.generateSignal(request, by: HostLife.person)
            }
            #expect(try running.journal.signals(SignalFilter()).count == 0)
        }

        @Test("test signals say what their scenario says, and count for no accuracy")
        func testSignals() async throws {
            let running = try await running("{every: off, horizon: 10s}")
            defer { running.stop() }
            let expected: [TestSignalRequest.Scenario: SignalView.Direction] = [
                .bullMarket: .buy, .bearMarket: .sell, .flashCrash: .sell, .sideways: .hold, .highVolatility: .hold,
            ]
            for (scenario, direction) in expected {
                let request = TestSignalRequest(instrument: "BTC", scenario: scenario, confidence: 0.75)
                let made = try await running.host.testSignal(request, by: HostLife.person)
                #expect(made.direction == direction && made.confidence == 0.75 && made.source == .test)
            }
            // The market of this host takes half a second for them.
            try await Task.sleep(for: .seconds(1))
            let view = try await running.host.signalPerformance()
            #expect(view.month.decided == 0 && view.undecided == 0 && view.unknown == 0)
        }

        @Test("test signals are refused while the mode is live: 403")
        func live() async throws {
            let running = try await running("{every: off}")
            defer { running.stop() }
            let request = TestSignalRequest(instrument: "BTC", scenario: .bullMarket, confidence: 0.9)
            _ = try await running.host.testSignal(request, by: HostLife.person)
            // Nobody can configure it: there is no venue.
            try await running.host.ask { core throws(HostRefusal) in core.settings.mode = .live }
            await #expect(throws: HostRefusal.forbidden("not while the mode is live")) {
                try await running.host.testSignal(request, by: HostLife.person)
            }
            #expect(try running.journal.signals(SignalFilter()).count == 1)
        }

        @Test("the host makes signals by itself, judges them, and says how often they were right")
        func accuracy() async throws {
            let running = try await running("{every: 2s, horizon: 10s, timeframe: 1m}")
            defer { running.stop() }
            let deadline = MonotonicClock.now + 120_000_000_000
            var view = try await running.host.signalPerformance()
            while view.month.decided < 8, MonotonicClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
                view = try await running.host.signalPerformance()
            }
            #expect(view.month.decided >= 8 && view.week == view.month && view.horizonSeconds == 10)
            #expect(view.bySymbol.map(\.symbol) == ["BTC", "ETH"])
            #expect(view.bySymbol.reduce(0) { $0 + $1.window.decided } == view.month.decided)
            #expect(view.averageConfidence >= 0.5 && view.averageConfidence <= 1)
            let figures = await running.host.figures()
            #expect(figures.lastPredictionAt != nil && figures.features > 150)
        }
    }
}
