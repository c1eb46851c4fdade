import API
import Synchronization
import Testing
import Trading

@Suite("Market operations over a live port")
struct MarketOperationTests {
    private let time = Timestamp(nanoseconds: 1_737_196_200_000_000_000)

    private func host() throws -> ScriptedHost {
        let host = ScriptedHost()
        let terms = InstrumentTerms(
            tick: try #require(Price("0.1")), lot: try #require(Quantity("0.001")),
            minQuantity: try #require(Quantity("0.001")), maxQuantity: try #require(Quantity("100")))
        let bitcoin = Instrument(
            id: "BTC_USDT", name: "Bitcoin", quoteCurrency: "USDT", assetClass: "crypto", terms: terms)
        let index = Instrument(id: "NIFTY", quoteCurrency: "INR", assetClass: "index", terms: terms)
        host.script.withLock { script in
            script.market.instruments = [
                InstrumentView(instrument: bitcoin, aliases: ["BTC"]), InstrumentView(instrument: index, aliases: []),
            ]
        }
        return host
    }

    private func withMarket(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(MarketOperations.all, host: try host(), body)
    }

    @Test("symbols are a bare list that needs no token")
    func symbols() async throws {
        try await withMarket { server in
            let answer = try await server.send("GET", "/symbols")
            #expect(answer.status == 200 && answer.text == #"["BTC_USDT","NIFTY"]"#)
        }
    }

    @Test("instruments carry their steps, currency and aliases")
    func instruments() async throws {
        try await withMarket { server in
            let answer = try await server.send("GET", "/api/instruments", token: "viewer")
            #expect(answer.status == 200)
            #expect(
                answer.text.hasPrefix(
                    #"{"instruments":[{"instrument":"BTC_USDT","name":"Bitcoin","asset_class":"crypto","#
                        + #""quote_currency":"USDT","tick_size":0.1,"lot_size":0.001,"multiplier":1,"#
                        + #""tradable":true,"aliases":["BTC"]},"#))
        }
    }

    @Test("the mid price is exact where it lies between two prices")
    func depthIsExact() async throws {
        try await withMarket { server in
            let level = { (price: String, quantity: String) throws in
                LevelView(price: try #require(Price(price)), quantity: try #require(Quantity(quantity)))
            }
            // One unit of 1e-9 apart, so that the middle needs the tenth decimal.
            let depth = DepthView(
                instrument: "BTC_USDT", time: time,
                bids: [try level("46319.123456788", "0.5"), try level("46319", "2")],
                asks: [try level("46319.123456789", "1.25")])
            server.host.script.withLock { $0.market.depths["BTC_USDT"] = depth }
            let answer = try await server.send("GET", "/api/market-data/BTC/depth", token: "viewer")
            #expect(
                answer.text
                    == #"{"instrument":"BTC_USDT","timestamp":"2025-01-18T10:30:00Z","#
                    + #""bids":[{"price":46319.123456788,"quantity":0.5},{"price":46319,"quantity":2}],"#
                    + #""asks":[{"price":46319.123456789,"quantity":1.25}],"#
                    + #""spread":0.000000001,"mid_price":46319.1234567885}"#)
        }
    }

    @Test("a book with an empty side has no spread and no mid price")
    func halfABook() async throws {
        try await withMarket { server in
            let bid = LevelView(price: .one, quantity: .one)
            let depth = DepthView(instrument: "BTC_USDT", time: time, bids: [bid], asks: [])
            server.host.script.withLock { $0.market.depths["BTC_USDT"] = depth }
            let answer = try await server.send("GET", "/api/market-data/BTC_USDT/depth", token: "viewer")
            #expect(answer.status == 200 && answer.text.hasSuffix(#""asks":[],"spread":0,"mid_price":0}"#))
            let none = try await server.send("GET", "/api/market-data/NIFTY/depth", token: "viewer")
            #expect(none.status == 503 && none.code == "UNAVAILABLE")
        }
    }

    @Test("candles keep every digit of a volume beyond 64 bits, and the instrument's full name")
    func candles() async throws {
        try await withMarket { server in
            let price = try #require(Price("46319.5"))
            let volume = Int128(Int64.max) * 1000 + 7
            let candle = CandleView(
                time: time, open: price, high: price, low: price, close: price, volume: volume, vwap: price)
            let other = CandleView(time: time, open: price, high: price, low: price, close: price, volume: 0)
            server.host.script.withLock { $0.market.candles = [candle, other] }
            let path =
                "/api/market-data/BTC/candles?timeframe=1s"
                + "&from=2025-01-18T10:00:00Z&to=2025-01-18T10:30:00Z&limit=20"
            let answer = try await server.send("GET", path, token: "viewer")
            let prices = #""open":46319.5,"high":46319.5,"low":46319.5,"close":46319.5,"#
            #expect(
                answer.text
                    == #"{"instrument":"BTC_USDT","timeframe":"1s","data":["#
                    + #"{"time":"2025-01-18T10:30:00Z",\#(prices)"volume":92233720368547.75807007,"vwap":46319.5},"#
                    + #"{"time":"2025-01-18T10:30:00Z",\#(prices)"volume":0,"vwap":null}]}"#)
            #expect(
                server.host.script.withLock { $0.market.asked } == [
                    "candles BTC_USDT 1s 2025-01-18T10:00:00Z 2025-01-18T10:30:00Z 20"
                ])
        }
    }

    @Test("candles refuse what is missing, turned around, out of bounds or unknown")
    func candleFaults() async throws {
        try await withMarket { server in
            let base = "/api/market-data/BTC_USDT/candles"
            let range = "&from=2025-01-18T10:00:00Z&to=2025-01-18T10:30:00Z"
            let missing = try await server.send("GET", base, token: "viewer")
            #expect(missing.status == 400 && missing.faults == ["timeframe", "from", "to"])
            let turned = try await server.send(
                "GET", base + "?timeframe=1m&from=2025-01-18T10:30:00Z&to=2025-01-18T10:00:00Z", token: "viewer")
            #expect(turned.status == 400 && turned.faults == ["to"])
            let limit = try await server.send("GET", base + "?timeframe=1m&limit=1001" + range, token: "viewer")
            #expect(limit.status == 400 && limit.faults == ["limit"])
            let timeframe = try await server.send("GET", base + "?timeframe=7m" + range, token: "viewer")
            #expect(timeframe.status == 400 && timeframe.faults == ["timeframe"])
            let unknown = try await server.send(
                "GET", "/api/market-data/NO_SUCH/candles?timeframe=1m" + range, token: "viewer")
            #expect(unknown.status == 404 && unknown.code == "NOT_FOUND")
        }
    }

    @Test("ticks take an optional range and a limit of 100 where none is given")
    func ticks() async throws {
        try await withMarket { server in
            let tick = TickView(
                time: time, price: try #require(Price("21000.05")), quantity: .one, id: 18_446_744_073_709_551_615)
            server.host.script.withLock { $0.market.ticks = [tick] }
            let answer = try await server.send("GET", "/api/market-data/NIFTY/ticks", token: "viewer")
            #expect(
                answer.text
                    == #"{"instrument":"NIFTY","data":[{"price":21000.05,"quantity":1,"#
                    + #""timestamp":"2025-01-18T10:30:00Z","trade_id":"18446744073709551615"}]}"#)
            _ = try await server.send("GET", "/api/market-data/NIFTY/ticks?from=1737194400&limit=1000", token: "viewer")
            #expect(
                server.host.script.withLock { $0.market.asked } == [
                    "ticks NIFTY - - 100", "ticks NIFTY 2025-01-18T10:00:00Z - 1000",
                ])
            let many = try await server.send("GET", "/api/market-data/NIFTY/ticks?limit=many", token: "viewer")
            #expect(many.status == 400 && many.faults == ["limit"])
            let unknown = try await server.send("GET", "/api/market-data/NO_SUCH/ticks", token: "viewer")
            #expect(unknown.status == 404)
        }
    }

    @Test("statistics are exact numbers, and unavailable before the first trade")
    func stats() async throws {
        try await withMarket { server in
            let stats = MarketStatsView(
                instrument: "NIFTY", time: time, lastPrice: try #require(Price("21000.05")), high24h: .one,
                low24h: .zero, volume24h: Int128(Int64.max) * 10, changePercent24h: -1.25)
            server.host.script.withLock { $0.market.stats["NIFTY"] = stats }
            let answer = try await server.send("GET", "/api/market-data/NIFTY/stats", token: "viewer")
            #expect(
                answer.text
                    == #"{"instrument":"NIFTY","timestamp":"2025-01-18T10:30:00Z","last_price":21000.05,"#
                    + #""high_24h":1,"low_24h":0,"volume_24h":922337203685.4775807,"change_24h":-1.25}"#)
            #expect(try await server.send("GET", "/api/market-data/BTC/stats", token: "viewer").status == 503)
            #expect(try await server.send("GET", "/api/market-data/NO_SUCH/stats", token: "viewer").status == 404)
        }
    }

    @Test("market data needs a token")
    func needsAToken() async throws {
        try await withMarket { server in
            let paths =
                ["/api/instruments"] + ["depth", "candles", "ticks", "stats"].map { "/api/market-data/BTC/\($0)" }
            for path in paths {
                for token in [nil, "nonsense"] {
                    let answer = try await server.send("GET", path, token: token)
                    #expect(answer.status == 401)
                }
            }
        }
    }
}

extension LiveServer.Answer {
    /// The fields that details.faults names.
    var faults: [String] {
        let error = json["error"] as? [String: Any]
        let faults = (error?["details"] as? [String: Any])?["faults"] as? [[String: String]] ?? []
        return faults.compactMap { $0["path"] }
    }
}
