import API
import Synchronization
import Testing
import Trading

@Suite("Signals over a live port")
struct SignalOperationTests {
    private static var signal: SignalView {
        var view = SignalView(
            id: "sig-7", instrument: "BTC_USDT", symbol: "BTC", source: .model, origin: "rules", direction: .sell,
            confidence: 0.75, strength: -0.5, isUp: false, timeframe: "1m", generatedAt: Timestamp(nanoseconds: 0),
            dueAt: Timestamp(nanoseconds: 3_600_000_000_000))
        view.sentiment = -0.25
        view.featureCount = 2
        view.technical = [("rsi_14", 75.5)]
        return view
    }

    private func withSignals(_ body: (LiveServer) async throws -> Void) async throws {
        let host = ScriptedHost()
        let terms = InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)
        let bitcoin = Instrument(id: "BTC_USDT", quoteCurrency: "USDT", terms: terms)
        host.script.withLock {
            $0.market.instruments = [InstrumentView(instrument: bitcoin, aliases: ["BTC"])]
            $0.signals.latest = [Self.signal]
            $0.signals.page = SignalPage(signals: [Self.signal], count: 41)
        }
        try await withServer(SignalOperations.all, host: host, body)
    }

    @Test("the newest signals are told in the document's words, by short names")
    func latest() async throws {
        try await withSignals { server in
            let answer = try await server.send("GET", "/signals/latest", token: "viewer")
            let begin =
                #"{"signals":[{"symbol":"BTC","signal":"SELL","confidence":0.75,"prediction_strength":-0.5,"#
                + #""timestamp":"1970-01-01T00:00:00Z","features":{"technical":{"rsi_14":75.5},"#
                + #""sentiment":{"order_flow_imbalance":-0.25,"known":true},"ml_features":2},"signal_id":"sig-7""#
            #expect(answer.status == 200 && answer.text.hasPrefix(begin), "\(answer.text)")
        }
    }

    @Test("what a client measured itself goes to the host, the price apart; a viewer may not ask for a signal")
    func generate() async throws {
        try await withSignals { server in
            let body = #"{"symbol": "BTC", "features": {"current_price": 2650.30, "rsi": 42.1}, "model": "trend"}"#
            let answer = try await server.send("POST", "/signals/generate", token: "trader", body: body)
            #expect(answer.status == 200, "\(answer.text)")
            let request = try #require(server.host.script.withLock { $0.signals.requests.last })
            #expect(request.price == Price("2650.3") && request.model == "trend")
            #expect(request.features == [SignalFeature(name: "rsi", value: 42.1, path: "features.rsi")])
            let viewer = try await server.send("POST", "/signals/generate", token: "viewer", body: body)
            #expect(viewer.status == 403)
        }
    }

    @Test(
        "what is wrong with a request is told, all of it",
        arguments: [
            (#"{"features": {}}"#, ["symbol"]),
            (
                #"{"symbol": "BTC", "features": {"rsi": "x", "current_price": -1}}"#,
                ["features.rsi", "features.current_price"]
            ),
            (#"{"symbol": "XX", "features": {"rsi": null}}"#, ["features.rsi", "symbol"]),
            (#"{"symbol": "BTC", "features": 5, "more": 1}"#, ["features", "more"]),
        ])
    func faults(body: String, paths: [String]) async throws {
        try await withSignals { server in
            let answer = try await server.send("POST", "/signals/generate", token: "trader", body: body)
            #expect(answer.status == 400)
            for path in paths { #expect(answer.text.contains("\"\(path)\""), "\(answer.text)") }
            #expect(server.host.script.withLock { $0.signals.requests.isEmpty })
        }
    }

    @Test("market data of a client are closes and volumes, as many of one as of the other")
    func marketData() async throws {
        try await withSignals { server in
            func send(_ data: String, _ timeframe: String = "H1") async throws -> LiveServer.Answer {
                try await server.send(
                    "POST", "/api/v1/generate-signal", token: "trader",
                    body: #"{"instrument": "BTC", "timeframe": "\#(timeframe)", "market_data": \#(data)}"#)
            }
            let good = try await send(#"{"price_data": [1, 2.5], "volume_data": [3, 0], "indicators": {"adx": 30}}"#)
            #expect(good.status == 200, "\(good.text)")
            #expect(good.text.contains(#""direction":"SHORT""#) && good.text.contains(#""wyckoff_phase":"unknown""#))
            let request = try #require(server.host.script.withLock { $0.signals.requests.last })
            #expect(request.timeframe == "1h" && request.prices == [.one, Price("2.5")!])
            #expect(request.volumes == [Quantity("3")!, .zero])
            #expect(request.features.map(\.path) == ["market_data.indicators.adx"])
            for (data, timeframe, place) in [
                (#"{"price_data": 5}"#, "H1", "market_data.price_data"),
                (#"{"price_data": [1, 0]}"#, "H1", "market_data.price_data.1"),
                (#"{"price_data": [1, 2], "volume_data": [1]}"#, "H1", "market_data.volume_data"),
                ("{}", "Z9", "timeframe"),
            ] {
                let answer = try await send(data, timeframe)
                #expect(answer.status == 400 && answer.text.contains("\"\(place)\""), "\(answer.text)")
                #expect(answer.text.contains("DATA_001"))
            }
        }
    }

    @Test("a page of signals says which one it is and how many there are")
    func list() async throws {
        try await withSignals { server in
            let path =
                "/api/v1/signals?instrument=BTC&status=executed&page=3&page_size=10&date_from=2024-01-01T00:00:00Z"
            let answer = try await server.send("GET", path, token: "viewer")
            #expect(answer.status == 200)
            #expect(answer.text.hasSuffix(#""total_count":41,"page":3,"page_size":10}"#), "\(answer.text)")
            let query = try #require(server.host.script.withLock { $0.signals.queries.last })
            #expect(query.offset == 20 && query.limit == 10 && query.status == .executed && query.from != nil)
            for wrong in ["status=asleep", "date_from=yesterday", "page=0", "page_size=201", "instrument=XX&page=x"] {
                let answer = try await server.send("GET", "/api/v1/signals?" + wrong, token: "viewer")
                #expect(answer.status == 400 && answer.text.contains("DATA_001"), "\(answer.text)")
            }
        }
    }

    @Test("a range that ends later than now has no end, since a market that was moved on is ahead of the clock")
    func futureEnd() async throws {
        try await withSignals { server in
            for (end, isKept) in [("2024-01-01T00:00:00Z", true), ("\(Timestamp.now + 60_000_000_000)", false)] {
                let answer = try await server.send("GET", "/api/v1/signals?date_to=\(end)", token: "viewer")
                #expect(answer.status == 200, "\(answer.text)")
                let query = try #require(server.host.script.withLock { $0.signals.queries.last })
                #expect((query.to != nil) == isKept)
            }
            let wrong = "/api/v1/signals?date_from=2900-01-02&date_to=2900-01-01"
            #expect(try await server.send("GET", wrong, token: "viewer").status == 400)
        }
    }

    @Test("accuracy before the first verdict is 0, and per asset afterwards")
    func performance() async throws {
        try await withSignals { server in
            let none = try await server.send("GET", "/signals/performance", token: "viewer")
            #expect(none.text.hasPrefix(#"{"accuracy_7d":0.0,"accuracy_30d":0.0,"total_signals":0"#), "\(none.text)")
            server.host.script.withLock {
                var window = SignalPerformanceView.Window()
                (window.right, window.decided) = (3, 4)
                $0.signals.performance.month = window
                $0.signals.performance.bySymbol = [("BTC", window)]
            }
            let some = try await server.send("GET", "/signals/performance", token: "viewer")
            #expect(
                some.text.contains(#""performance_by_asset":{"BTC":{"accuracy":0.75,"signals":4}}"#), "\(some.text)")
        }
    }

    @Test("a test signal needs a known scenario and a confidence of at most 1")
    func testSignal() async throws {
        try await withSignals { server in
            func send(_ scenario: String, _ confidence: String) async throws -> Int {
                let body = #"{"symbol": "BTC", "scenario": "\#(scenario)", "confidence": \#(confidence)}"#
                return try await server.send("POST", "/test/generate-signal", token: "trader", body: body).status
            }
            let statuses = [
                try await send("bull_market", "0.75"), try await send("no_such", "0.75"),
                try await send("bull_market", "7"),
            ]
            #expect(statuses == [200, 400, 400])
            let asked = server.host.script.withLock { $0.signals.tests }
            #expect(asked == [TestSignalRequest(instrument: "BTC", scenario: .bullMarket, confidence: 0.75)])
        }
    }
}
