import API
import Portfolio
import Synchronization
import Testing
import Trading

@Suite("Audit and portfolio operations over a live port")
struct AuditOperationTests {
    private func withAudit(_ body: (LiveServer) async throws -> Void) async throws {
        try await withServer(AuditOperations.all + PortfolioOperations.all, body)
    }

    private var line: AuditLine {
        var line = AuditLine(
            sequence: 7, wallTime: Timestamp(nanoseconds: 0), eventTime: Timestamp(nanoseconds: 0),
            action: "order.denied")
        line.user = "=ann, \"the\" trader"
        line.account = "paper"
        var intent = OrderIntent(strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .limit, quantity: .one)
        intent.price = .one
        line.order = AuditLine.Ordered(instrument: "BTC_USDT", intent: intent)
        line.findings = [Finding(.orderSize, .orderQuantity, observed: 200_000_000, limit: 100_000_000)]
        return line
    }

    @Test("verification is for admins, takes a hash and shows what is wrong where")
    func verify() async throws {
        try await withAudit { server in
            #expect(try await server.send("GET", "/api/audit/verify", token: "viewer").status == 403)
            #expect(try await server.send("GET", "/api/audit/verify?expect=xyz", token: "admin").status == 400)
            let hash = String(repeating: "0f", count: 32)
            server.host.script.withLock { script in
                script.audit.report.isWhole = false
                script.audit.report.problems = [.init(sequence: 12, text: "its content was changed")]
            }
            let answer = try await server.send("GET", "/api/audit/verify?expect=\(hash)", token: "admin")
            #expect(answer.json["valid"] as? Bool == false)
            let problems = answer.json["problems"] as? [[String: Any]]
            #expect(problems?.first?["sequence"] as? Int == 12)
            #expect(server.host.script.withLock { $0.audit.expected } == Array(repeating: 15, count: 32))
        }
    }

    @Test("rows come as JSON lines and as a table that no calculation takes for a formula")
    func export() async throws {
        try await withAudit { server in
            server.host.script.withLock { $0.audit.lines = [line, line] }
            let list = try await server.send(
                "GET", "/api/audit/export?day=2025-01-18&account_id=paper&after=6&limit=2", token: "admin")
            #expect(list.status == 200 && list.text.split(separator: "\n").count == 2)
            #expect(list.text.contains(#""sequence":7,"wall_time":"1970-01-01T00:00:00Z""#))
            let filter = try #require(server.host.script.withLock { $0.audit.filters.first })
            #expect(filter.after == 6 && filter.limit == 2 && filter.account == "paper")
            #expect(filter.to.map { $0.nanoseconds - (filter.from?.nanoseconds ?? 0) } == Timestamp.nanosecondsPerDay)
            let search = "/api/audit/export?newest=true&before=9&user=ann&action=order&text=Order%20size"
            #expect(try await server.send("GET", search, token: "admin").status == 200)
            let searched = try #require(server.host.script.withLock { $0.audit.filters.last })
            #expect(searched.isNewest && searched.before == 9 && searched.user == "ann")
            #expect(searched.action == "order" && searched.text == "Order size")
            #expect(line.holds("RISK.ORDER-SIZE") && line.holds("the\" trader") && !line.holds("nothing of it"))
            let table = try await server.send("GET", "/api/audit/export.csv", token: "admin")
            let lines = table.text.split(separator: "\r\n")
            #expect(lines.count == 3 && lines[0] == AuditLine.csvHeader)
            #expect(lines[1].contains(#","'=ann, ""the"" trader","#) && lines[1].contains("risk.order-size 2 > 1"))
            #expect(try await server.send("GET", "/api/audit/export?day=today", token: "admin").status == 400)
            #expect(try await server.send("GET", "/api/audit/export?account_id=none", token: "admin").status == 404)
        }
    }

    @Test("a trade of a signal below the threshold is refused, one above it is sent with its key")
    func execute() async throws {
        try await withAudit { server in
            let weak = #"{"symbol":"ADA","side":"buy","amount_usd":500,"signal_confidence":0.1}"#
            let answer = try await server.send("POST", "/trades/execute", token: "trader", body: weak)
            #expect(answer.status == 400 && answer.text.contains("INVALID_SIGNAL"))
            let good =
                #"{"symbol":"ADA","side":"sell","amount_usd":500.5,"signal_confidence":0.72,"max_slippage":0.005}"#
            _ = try await server.send("POST", "/trades/execute", token: "trader", body: good)
            let trade = try #require(server.host.script.withLock { $0.portfolio.trades.first })
            #expect(trade.side == .sell && trade.amount == Money("500.5") && trade.maxSlippage == Rate("0.005"))
            // More than any amount elsewhere may be: the host is asked, and says that there are no such funds.
            let huge = #"{"symbol":"ADA","side":"buy","amount_usd":1000000000000,"signal_confidence":0.72}"#
            _ = try await server.send("POST", "/trades/execute", token: "trader", body: huge)
            let asked = server.host.script.withLock { $0.portfolio.trades.map(\.amount.raw) }
            #expect(asked == [50_050_000_000, 100_000_000_000_000_000_000])
            for amount in ["0", "-1000000000000", "1e30", #""much""#, "1000000000000.5"] {
                let body = huge.replacing("1000000000000", with: amount)
                #expect(try await server.send("POST", "/trades/execute", token: "trader", body: body).status == 400)
            }
            let unsure = #"{"confirm":false,"reason":"x"}"#
            #expect(
                try await server.send("POST", "/emergency/liquidate-all", token: "trader", body: unsure).status == 400)
        }
    }

    @Test("an account's performance is by days unless it is asked otherwise, and unknown accounts are missing pages")
    func performance() async throws {
        try await withAudit { server in
            var period = PerformanceHistory.Period(firstDay: 20_000, profit: Money("12.5")!, rateOfReturn: 0.01)
            period.trades.count = 4
            period.trades.wins = 3
            var performance = Performance()
            performance.averageTradeDurationSeconds = 15_900
            let view = AccountPerformanceView(performance: performance, periods: [period])
            server.host.script.withLock { $0.portfolio.performance = view }
            let answer = try await server.send("GET", "/api/v1/performance/paper", token: "viewer")
            #expect(
                answer.text.contains(#"{"date":"2024-10-04","pnl":12.5,"return":0.01,"trades":4,"win_rate":0.75}"#))
            #expect(answer.text.contains(#""avg_trade_duration":"4h 25m""#))
            _ = try await server.send("GET", "/api/v1/performance/paper?timeframe=monthly", token: "viewer")
            #expect(server.host.script.withLock { $0.portfolio.asked } == [.daily, .monthly])
            #expect(try await server.send("GET", "/api/v1/performance/x", token: "viewer").status == 404)
            #expect(
                try await server.send("GET", "/api/v1/performance/paper?timeframe=hourly", token: "viewer").status
                    == 400)
        }
    }
}
