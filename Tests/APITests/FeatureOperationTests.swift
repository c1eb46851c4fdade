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
}
