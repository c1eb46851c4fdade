import API
import Testing

@Suite("Market and risk in the OpenAPI document")
struct MarketAndRiskDocumentTests {
    @Test("every operation is described with the keys of its answer")
    func describesAnswers() async throws {
        try await withServer(MarketOperations.all + RiskOperations.all) { server in
            let document = try await server.send("GET", "/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            let required: [(method: String, path: String, keys: [String])] = [
                ("get", "/api/instruments", ["instruments"]),
                ("get", "/api/market-data/{instrument}/depth", ["bids", "asks", "spread", "mid_price"]),
                ("get", "/api/market-data/{instrument}/candles", ["instrument", "timeframe", "data"]),
                ("get", "/api/market-data/{instrument}/ticks", ["instrument", "data"]),
                ("get", "/api/market-data/{instrument}/stats", ["last_price", "volume_24h", "change_24h"]),
                ("get", "/api/risk/portfolio", ["account_id", "var_95", "limits"]),
                ("get", "/api/risk/positions", ["positions"]), ("put", "/api/risk/limits", ["success", "limits"]),
                ("get", "/api/risk/alerts", ["alerts"]), ("get", "/api/risk/denials", ["denials", "count"]),
                ("get", "/api/risk/headroom", ["headroom"]),
                ("post", "/api/risk/emergency-stop", ["success", "stop_id", "timestamp", "affected_components"]),
                ("post", "/api/v1/emergency-stop", ["success", "stop_id", "timestamp", "affected_components"]),
                ("get", "/api/v1/emergency-stops", ["active_stops"]),
                ("delete", "/api/v1/emergency-stop/{stop_id}", ["success", "resolved_at"]),
            ]
            for (method, path, keys) in required {
                let operation = try #require(paths[path]?[method] as? [String: Any], "\(method) \(path)")
                let schema = try #require(answerSchema(of: operation), "\(method) \(path)")
                let described = schema["required"] as? [String] ?? []
                #expect(Set(keys).isSubset(of: described), "\(method) \(path): \(described)")
            }
            let symbols = try #require(paths["/symbols"]?["get"] as? [String: Any])
            #expect(answerSchema(of: symbols)?["type"] as? String == "array")
        }
    }

    @Test("bodies are described wherever an operation reads one, with bounds, texts and nulls as they are taken")
    func describesBodies() async throws {
        try await withServer(RiskOperations.all) { server in
            let document = try await server.send("GET", "/openapi.json").json
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            func body(_ method: String, _ path: String) throws -> [String: Any] {
                let operation = try #require(paths[path]?[method] as? [String: Any])
                let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: Any]
                return try #require((content?["application/json"] as? [String: Any])?["schema"] as? [String: Any])
            }
            let release = try body("delete", "/api/v1/emergency-stop/{stop_id}")
            #expect(release["required"] as? [String] == ["authorized_by", "resolution_reason"])
            let limits = try #require(try body("put", "/api/risk/limits")["properties"] as? [String: [String: Any]])
            let choices = try #require(limits["max_drawdown"]?["anyOf"] as? [[String: Any]])
            #expect(choices.last?["type"] as? String == "null")
            #expect(choices.first?["type"] as? [String] == ["number", "string"])
            #expect(choices.first?["maximum"] as? Double == 1 && choices.first?["minimum"] as? Double == 1e-9)
            let loss = try #require(limits["max_daily_loss"]?["anyOf"] as? [[String: Any]])
            #expect(loss.first?["exclusiveMinimum"] as? Double == 0)
            let stop = try #require(
                try body("post", "/api/v1/emergency-stop")["properties"] as? [String: [String: Any]])
            #expect((stop["reason"]?["pattern"] as? String)?.hasPrefix(#"^[^\u0000-\u0008"#) == true)
        }
    }

    private func answerSchema(of operation: [String: Any]) -> [String: Any]? {
        let answers = operation["responses"] as? [String: Any]
        let content = (answers?["200"] as? [String: Any])?["content"] as? [String: Any]
        return (content?["application/json"] as? [String: Any])?["schema"] as? [String: Any]
    }
}
