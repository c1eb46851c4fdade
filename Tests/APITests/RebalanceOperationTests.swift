import API
import Synchronization
import Testing
import Trading

@Suite("Rebalancings over a live port")
struct RebalanceOperationTests {
    private static let view = RebalanceView(
        id: "rebalance-7", account: "paper", status: .started, reason: "why", time: Timestamp(nanoseconds: 0),
        orders: [
            RebalanceOrderView(
                instrument: "BTC_USDT", symbol: "BTC", side: .sell, quantity: Quantity("0.5")!, price: Price("100")!,
                value: Money("50")!, cost: Money("0.05")!, decision: .reduced, rules: ["risk.order-size: too large"],
                orderID: "ord-3")
        ], notes: ["a note"])

    @Test("a trader begins one; what is asked reaches the host, and every order is told with the gate's word")
    func trigger() async throws {
        try await withServer(RebalanceOperations.all) { server in
            server.host.script.withLock { $0.portfolio.rebalance = Self.view }
            let body = #"{"reason": "why", "force": true, "dry_run": true, "account_id": "paper"}"#
            #expect(try await server.send("POST", "/rebalance/trigger", token: "viewer", body: body).status == 403)
            let answer = try await server.send("POST", "/rebalance/trigger", token: "trader", body: body)
            #expect(answer.status == 200)
            let expected = """
                {"success":true,"dry_run":true,"rebalance_id":"rebalance-7","account_id":"paper","status":"started",\
                "reason":"why","orders":[{"instrument":"BTC_USDT","symbol":"BTC","side":"sell","quantity":0.5,\
                "estimated_price":100,"value":50,"estimated_cost":0.05,"decision":"reduced",\
                "denials":["risk.order-size: too large"],"order_id":"ord-3"}],"notes":["a note"],\
                "timestamp":"1970-01-01T00:00:00Z"}
                """
            #expect(answer.text == expected)
            #expect(try await server.send("POST", "/rebalance/trigger", token: "trader", body: "{}").status == 200)
            let asked = server.host.script.withLock { $0.portfolio.rebalances }
            #expect(
                asked == [
                    RebalanceRequest(account: "paper", reason: "why", isForced: true, isDry: true),
                    RebalanceRequest(reason: ""),
                ])
            let wrong = try await server.send(
                "POST", "/rebalance/trigger", token: "trader", body: #"{"force": "maybe", "reason": 7, "x": 1}"#)
            #expect(wrong.status == 400)
            for field in ["force", "reason", "x"] { #expect(wrong.text.contains(#""path":"\#(field)""#)) }
        }
    }

    @Test("the state shows weight, target and drift; cash is the rest")
    func state() async throws {
        try await withServer(RebalanceOperations.all) { server in
            server.host.script.withLock {
                $0.portfolio.rebalancing = RebalanceStateView(
                    account: "paper", method: "fixed", band: Rate("0.02")!, frequency: "15min", equity: Money("1000")!,
                    weights: [
                        .init(instrument: "BTC_USDT", symbol: "BTC", weight: Rate("0.35")!, target: Rate("0.3")!),
                        .init(instrument: "ETH_USDT", symbol: "ETH", weight: Rate("0.15")!, target: nil),
                    ], isWithinBands: false, last: nil)
            }
            let answer = try await server.send("GET", "/rebalance", token: "viewer")
            let expected = """
                {"account_id":"paper","method":"fixed","band":0.02,"rebalance_frequency":"15min","equity":1000,\
                "cash_weight":0.5,"within_bands":false,"positions":[\
                {"instrument":"BTC_USDT","symbol":"BTC","weight":0.35,"target":0.3,"drift":0.05},\
                {"instrument":"ETH_USDT","symbol":"ETH","weight":0.15,"target":null,"drift":null}]}
                """
            #expect(answer.status == 200 && answer.text == expected, "\(answer.text)")
        }
    }
}
