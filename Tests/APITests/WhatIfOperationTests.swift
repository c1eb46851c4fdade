import API
import Synchronization
import Testing
import Trading

@Suite("What-if operations over a live port")
struct WhatIfOperationTests {
    private let failure = Finding(
        .positionLimit, .positionQuantity, scope: .account, observed: 300_000_000, limit: 200_000_000, used: 100_000_000
    )

    private func withWhatIf(_ judgement: Judgement, _ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(
            RiskOperations.all + TradingOperations.all, host: ScriptedHost(), settings: .forTests
        ) { server in
            server.host.script.withLock { $0.risk.judgement = judgement }
            try await body(server)
        }
    }

    @Test("a position's risk is its size times the way to the stop, in the account's currency")
    func assess() async throws {
        try await withWhatIf(Judgement(highestPassedUtilisation: Rate("0.4")!)) { server in
            let answer = try await server.send(
                "POST", "/api/v1/assess-position-risk", token: "viewer",
                body: """
                    {"account_id": "paper", "instrument": "BTC_USDT", "direction": "SHORT", "size": 0.5, \
                    "entry_price": 100, "stop_loss": 104, "take_profit": 90}
                    """)
            // 0.5 × 4 × 10 units of the instrument's currency, each worth 2; of 200,000.
            #expect(
                answer.text
                    == #"{"risk_assessment":{"approved":true,"risk_score":0.4,"risk_amount":40,"risk_percentage":0.02,"#
                    + #""position_impact":{"new_exposure":0.25,"correlation_impact":-0.5,"margin_usage":0.125},"#
                    + #""recommendations":[],"denials":[]}}"#)
            let open = try await server.send(
                "POST", "/api/v1/assess-position-risk", token: "viewer",
                body: """
                    {"account_id": "paper", "instrument": "BTC_USDT", "direction": "SHORT", "size": 0.5, \
                    "entry_price": 100}
                    """)
            #expect(open.text.contains(#""risk_amount":1000,"#), "without a stop all of it: \(open.text)")
            let asked = server.host.script.withLock { $0.risk.questions.prefix(1) }
            #expect(asked.map(\.account) == ["paper"] && asked.map(\.order.side) == [.sell])
            #expect(asked.map(\.order.kind) == [.limit] && asked.map(\.order.price) == [Price("100")])
        }
    }

    @Test("what stands in the way is named with what would help")
    func denied() async throws {
        let judgement = Judgement(failures: [failure], passingQuantity: Quantity("0.1"))
        try await withWhatIf(judgement) { server in
            let answer = try await server.send(
                "POST", "/api/v1/validate-action", token: "viewer",
                body: """
                    {"account_id": "paper", "action_type": "trade_exit", \
                    "action_details": {"instrument": "BTC_USDT", "size": 0.5, "direction": "LONG"}}
                    """)
            #expect(
                answer.text
                    == #"{"validation_result":{"approved":false,"compliance_score":0,"#
                    + #""violated_rules":["compliance.position-limit"],"warnings":[],"#
                    + #""required_actions":["reduce quantity to 0.1"]}}"#, "\(answer.text)")
            let asked = try #require(server.host.script.withLock { $0.risk.questions.first })
            // To leave a long position is to sell, and never more than there is.
            #expect(asked.order.side == .sell && asked.order.reduceOnly && asked.order.kind == .market)
        }
    }

    @Test("an order with dry_run is judged and not sent")
    func dryRun() async throws {
        try await withWhatIf(Judgement(failures: [failure])) { server in
            let body = #"{"strategy_id":"sma_cross","instrument":"BTC","order_type":"BUY","quantity":0.5}"#
            let answer = try await server.send("POST", "/api/orders?dry_run=true", token: "trader", body: body)
            #expect(
                answer.status == 200
                    && answer.text.hasPrefix(#"{"dry_run":true,"approved":false,"account_id":"paper","#),
                "\(answer.text)")
            #expect(answer.text.contains(#""observed":3,"limit":2,"headroom":1"#))
            #expect(server.host.script.withLock { $0.risk.questions.map(\.order.strategy) } == ["sma_cross"])
            #expect(
                try await server.send("POST", "/api/orders?dry_run=maybe", token: "trader", body: body).status == 400)
        }
    }

    private func status(_ server: LiveServer, _ account: String, _ direction: String) async throws -> Int {
        try await server.send(
            "POST", "/api/v1/assess-position-risk", token: "viewer",
            body: """
                {"account_id": "\(account)", "instrument": "BTC_USDT", "direction": "\(direction)", \
                "size": 1, "entry_price": 100}
                """
        ).status
    }

    @Test("an account that is not there is 404, what is wrong with the question 400")
    func refused() async throws {
        try await withWhatIf(Judgement()) { server in
            let statuses = [
                try await status(server, "none", "LONG"), try await status(server, "paper", "UP"),
                try await server.send("POST", "/api/v1/validate-action", body: "{}").status,
            ]
            #expect(statuses == [404, 400, 401])
        }
    }
}
