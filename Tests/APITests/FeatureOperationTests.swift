import API
import Synchronization
import Testing
import Trading

@Suite("Features over a live port")
struct FeatureOperationTests {
    private func withFeatures(_ body: (LiveServer) async throws -> Void) async throws {
        let host = ScriptedHost()
        let terms = InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)
        let bitcoin = Instrument(id: "BTC_USDT", quoteCurrency: "USDT", terms: terms)
        host.script.withLock {
            $0.market.instruments = [InstrumentView(instrument: bitcoin, aliases: ["BTC"])]
            $0.market.features = [
                FeatureView(
                    name: "rsi_14", group: "momentum", unit: "percent", warmUp: 15, isRecursive: true, formula: "f",
                    source: "s")
            ]
        }
        try await withServer(FeatureOperations.all, host: host, body)
    }

    @Test("the registry names formula, source, unit and warm-up")
    func registry() async throws {
        try await withFeatures { server in
            let answer = try await server.send("GET", "/api/features", token: "viewer")
            let expected =
                #"{"features":[{"name":"rsi_14","group":"momentum","unit":"percent","warm_up":15,"recursive":true,"#
                + #""formula":"f","source":"s"}]}"#
            #expect(answer.status == 200 && answer.text == expected, "\(answer.text)")
            let stranger = try await server.send("GET", "/api/features")
            #expect(stranger.status == 401)
        }
    }

    @Test("what has no value is null, by an alias as well")
    func values() async throws {
        try await withFeatures { server in
            let path = "/api/instruments/BTC/features?timeframe=1m"
            let empty = try await server.send("GET", path, token: "viewer")
            #expect(
                empty.text == #"{"instrument":"BTC_USDT","timeframe":"1m","time":null,"bars":0,"features":{}}"#,
                "\(empty.text)")
            server.host.script.withLock { $0.market.featureValues = [("rsi_14", nil), ("bop", -0.25)] }
            let answer = try await server.send("GET", path + "&x=1", token: "viewer")
            #expect(answer.status == 200)
            #expect(
                answer.text.hasSuffix(
                    #""time":"1970-01-01T00:01:00Z","bars":2,"features":{"rsi_14":null,"bop":-0.25}}"#),
                "\(answer.text)")
        }
    }

    @Test("an unknown instrument, a strange timeframe and none at all are told")
    func refusals() async throws {
        try await withFeatures { server in
            let unknown = try await server.send("GET", "/api/instruments/XX/features?timeframe=1m", token: "viewer")
            #expect(unknown.status == 404)
            for query in ["?timeframe=7m", ""] {
                let answer = try await server.send("GET", "/api/instruments/BTC/features" + query, token: "viewer")
                #expect(answer.status == 400 && answer.text.contains("timeframe"), "\(answer.text)")
            }
        }
    }

    @Test("the state of a market, its volume profile and its levels are told in the words of the document")
    func marketState() async throws {
        try await withFeatures { server in
            let early = try await server.send("GET", "/api/v1/market-state/BTC", token: "viewer")
            #expect(early.status == 503 && early.text.contains("no bar"), "\(early.text)")
            var view = MarketStateView(instrument: "", timeframe: "", time: Timestamp(nanoseconds: 0), bars: 40)
            (view.state, view.direction, view.volatility) = (.trending, .bearish, .high)
            view.pointOfControl = Price(raw: 1_085_000_000)
            view.valueAreaHigh = Price(raw: 1_087_000_000)
            view.valueAreaLow = Price(raw: 1_083_000_000)
            view.supports = [Price(raw: 1_080_000_000), Price(raw: 1_078_000_000)]
            server.host.script.withLock { $0.market.state = view }
            let answer = try await server.send("GET", "/api/v1/market-state/BTC?timeframe=1m", token: "viewer")
            let expected =
                #"{"instrument":"BTC_USDT","current_state":"trending","trend_direction":"bearish","#
                + #""volatility_level":"high","#
                + #""volume_profile":{"poc":1.085,"value_area_high":1.087,"value_area_low":1.083},"#
                + #""support_resistance":{"support_levels":[1.08,1.078],"resistance_levels":[]},"#
                + #""timeframe":"1m","bars":40,"updated_at":"1970-01-01T00:00:00Z"}"#
            #expect(answer.status == 200 && answer.text == expected, "\(answer.text)")
            let unknown = try await server.send("GET", "/api/v1/market-state/NO_SUCH", token: "viewer")
            #expect(unknown.status == 404)
            let odd = try await server.send("GET", "/api/v1/market-state/BTC?timeframe=7m", token: "viewer")
            #expect(odd.status == 400 && odd.text.contains("timeframe"), "\(odd.text)")
            let stranger = try await server.send("GET", "/api/v1/market-state/BTC")
            #expect(stranger.status == 401)
        }
    }
}
