import API
import Foundation
import Testing
import Trading

@testable import stratagem

/// One rule by one configuration, through REST: what is set up, what is asked before, and the order that just this rule denies.
struct DenialRow: Sendable, CustomTestStringConvertible {
    let rule: RuleID
    /// Of host.yaml.
    var host: String
    /// Orders and cancels before; an order that shall fill is a market order.
    var before: [[String: String]] = []
    var order: [String: String] = DenialRow.buy()
    var proof = Proof.answer
    /// Of alpha's strategy.yaml.
    var alpha = "enabled: false"

    enum Proof: Sendable {
        /// The answer is a denial by this rule alone.
        case answer
        /// The same, at the latest after a few tries: in between the market may have just moved.
        case answerInTime
        /// The rule latches trading, so that its latch denies as well: 503, and the denial names both.
        case latched
        /// An order of the strategy itself is denied: the denials name it.
        case ownOrder
    }

    var testDescription: String { rule.name }

    init(_ rule: RuleID, host: String, before: [[String: String]] = [], order: [String: String] = DenialRow.buy()) {
        self.rule = rule
        self.host = host
        self.before = before
        self.order = order
    }

    /// Of the default compliance program.
    init(
        _ rule: RuleID, program: String, before: [[String: String]] = [], order: [String: String] = DenialRow.buy()
    ) {
        self.init(
            rule, host: "compliance: {programs: {default: {\(program)}}}\n", before: before, order: order)
    }

    /// A buy that rests far below the market.
    static func buy(_ quantity: String = "0.01", strategy: String = "manual") -> [String: String] {
        limit("BUY", quantity, "60000", strategy: strategy)
    }

    static func limit(
        _ side: String, _ quantity: String, _ price: String, strategy: String = "manual"
    ) -> [String: String] {
        [
            "strategy_id": strategy, "instrument": "BTC_USDT", "order_type": side, "order_kind": "LIMIT",
            "quantity": quantity, "price": price,
        ]
    }

    static func market(_ side: String, _ quantity: String = "0.01", strategy: String = "manual") -> [String: String] {
        [
            "strategy_id": strategy, "instrument": "BTC_USDT", "order_type": side, "order_kind": "MARKET",
            "quantity": quantity,
        ]
    }

    /// Cancels the order before it.
    static let cancel = ["cancel": ""]

    static let compliance: [DenialRow] = [
        DenialRow(.restrictedList, program: "restricted_list: [BTC_USDT]"),
        DenialRow(
            .tradingHours,
            host: "calendars: {short: {open: \"09:00\", close: \"09:01\", instruments: [BTC_USDT]}}\n"),
        DenialRow(.selfTrade, program: "", before: [buy()], order: limit("SELL", "0.01", "59000")),
        DenialRow(.approval, program: "approval: {notional: 100}"),
        DenialRow(
            .orderToTrade, program: "order_to_trade: {max_messages_per_fill: 1, free_messages: 0}", before: [buy()]),
        DenialRow(
            .spoofing,
            program: "spoofing: {notional: 100, rest_seconds: 3600, warnings: 1, denials: 1, window_seconds: 86400}",
            before: [buy(), cancel]),
        DenialRow(.positionLimit, program: "position_limits: [{instrument: BTC_USDT, quantity: 0.005}]"),
        DenialRow(
            .minHolding, program: "min_holding: {seconds: 31536000}", before: [market("BUY")],
            order: market("SELL", "0.02")),
        DenialRow(.dayTrades, program: "day_trades: {max: 0}"),
        DenialRow(.shortSale, program: "short_sale: forbidden", order: market("SELL")),
        DenialRow(
            .hedging,
            host: """
                accounts: {paper: {owner: me, compliance: {program: one}}, second: {owner: me, compliance: {program: one}}}
                compliance: {programs: {one: {hedging: false, self_trade: false}}}

                """,
            before: [market("BUY", strategy: "alpha")], order: market("SELL", strategy: "beta")),
        DenialRow(.mandatoryStop, program: "mandatory_stop: true"),
        DenialRow(.maxLossPerTrade, program: "max_loss_per_trade: 0.000001"),
        DenialRow(
            .newsBlackout,
            program: "news_blackout: [{time: \"2023-11-14T23:00:00Z\", before_minutes: 1440, after_minutes: 1440}]"),
        DenialRow(.flatBy, program: "flat_by: {windows: [{start_time: \"00:00\", end_time: \"24:00\"}]}"),
        DenialRow(.leverageClass, program: "class_leverage: {crypto: 0.0001}"),
    ]
}

extension DenialRow {
    /// Of the paper account's limits.
    private init(
        _ rule: RuleID, limits: String, before: [[String: String]] = [], order: [String: String] = DenialRow.buy()
    ) {
        self.init(rule, host: "accounts: {paper: {limits: {\(limits)}}}\n", before: before, order: order)
    }

    static let risk: [DenialRow] = [
        DenialRow(.priceCollar, limits: "price_collar_percent: 1", order: limit("SELL", "0.01", "60000")),
        DenialRow(.orderSize, limits: "max_order_notional: 500"),
        DenialRow(.position, limits: "max_position_quantity: 0.015", before: [buy()]),
        DenialRow(.exposure, limits: "max_gross_exposure: 500"),
        DenialRow(.buyingPower, host: "accounts: {paper: {opening_balance: 500}}\n"),
        DenialRow(.budget, limits: "budget: {global_cap: 500}"),
        DenialRow(.orderRate, limits: "max_orders_per_minute: 1", before: [buy()], order: buy("0.02")),
        DenialRow(.openOrders, limits: "max_open_orders: 1", before: [buy()], order: buy("0.02")),
        DenialRow(.duplicate, limits: "duplicate_window_ms: 86400000", before: [buy()]),
        DenialRow(.slippage, limits: "max_slippage: 0", order: market("BUY")),
    ]
}

extension HostSuites {
    @Suite("Each rule denies by configuration alone, through REST")
    struct DenialTests {
        private let folder = HostFolder()

        @Test("compliance rules", arguments: DenialRow.compliance)
        func compliance(_ row: DenialRow) async throws { try await check(row) }

        @Test("risk rules", arguments: DenialRow.risk)
        func risk(_ row: DenialRow) async throws { try await check(row) }

        @Test("rules that hang on losses, time, latches and a strategy's own orders", arguments: DenialRow.course)
        func course(_ row: DenialRow) async throws { try await check(row) }

        @Test("every rule has its row, but the one that only warns")
        func isComplete() {
            let rows = DenialRow.compliance + DenialRow.risk + DenialRow.course
            #expect(Set(rows.map(\.rule)) == Set(RuleID.allCases).subtracting([.consistency]))
            #expect(rows.count == RuleID.allCases.count - 1)
        }

        @Test("a rule that only warns says so in the order's answer")
        func warning() async throws {
            folder.writeHost("limits: {max_order_quantity: 0.01}\n")
            let answer = try await withClient { try Self.last(of: [DenialRow.buy("0.009")], $0) }
            #expect(answer.status == 200)
            let warning = try #require(answer.body["warnings"]?.elements.first)
            #expect(warning["rule"]?.string == "risk.order-size")
            #expect(warning["headroom"]?.shown == "0.01")
        }

        private func check(_ row: DenialRow) async throws {
            folder.writeHost(row.host)
            folder.addCross("alpha", row.alpha)
            if row.rule == .hedging { folder.addCross("beta", "enabled: false\naccount: second") }
            try await withClient { client in
                switch row.proof {
                case .answer:
                    let answer = try Self.last(of: row.before + [row.order], client)
                    #expect(answer.status == 400 && Self.rules(of: answer) == [row.rule.name], "\(answer.body.text)")
                case .answerInTime:
                    var answer = try Self.last(of: [row.order], client)
                    for _ in 0..<200 where answer.isGood { answer = try Self.last(of: [row.order], client) }
                    #expect(answer.status == 400 && Self.rules(of: answer) == [row.rule.name], "\(answer.body.text)")
                case .latched:
                    let answer = try Self.last(of: row.before + [row.order], client)
                    #expect(answer.status == 503, "\(answer.body.text)")
                    let names = row.rule == .tradingState ? [] : [row.rule.name]
                    #expect(try Self.newestDenial(by: row.rule, client) == [RuleID.tradingState.name] + names)
                case .ownOrder: #expect(try Self.newestDenial(by: row.rule, client) == [row.rule.name])
                }
            }
        }

        private static func rules(of answer: HostClient.Answer) -> [String] {
            (answer.body["error"]?["details"]?["denials"]?.elements ?? []).compactMap { $0["rule"]?.string }
        }

        /// Waits for one.
        private static func newestDenial(by rule: RuleID, _ client: HostClient) throws -> [String] {
            for _ in 0..<6000 {
                let answer = try client.get("/api/risk/denials", [("rule", rule.name), ("limit", "1")])
                if let denial = answer["denials"]?.elements.first {
                    return (denial["failures"]?.elements ?? []).compactMap { $0["rule"]?.string }
                }
                usleep(10_000)
            }
            return []
        }

        /// What `work` says of a host on this folder.
        private func withClient<T: Sendable>(_ work: @escaping @Sendable (HostClient) throws -> T) async throws -> T {
            let running = try RunningLife(folder)
            defer { running.stop() }
            try await running.waitForPrices()
            var settings = API.APISettings()
            settings.port = 0
            settings.rateLimits = RateLimits([:])
            let data = folder.data
            let listener = try await BlockingWork.run { [settings] in
                try Listener(running.host, settings, running.journal, dataPath: data, supervisor: nil)
            }
            defer { listener.stop() }
            return try await BlockingWork.run { try work(try HostClient(dataFolder: data)) }
        }

        /// The answer to the last of several requests; all before it are good.
        private static func last(of requests: [[String: String]], _ client: HostClient) throws -> HostClient.Answer {
            var answer = HostClient.Answer(status: 0, body: .null)
            for (index, request) in requests.enumerated() {
                let id = answer.body["order_id"]?.string
                answer = try client.send(request.httpRequest(cancelling: id))
                guard index < requests.count - 1 else { break }
                guard answer.isGood else { throw CommandError(.no, answer.reason, at: "\(request)", "") }
                if request["order_kind"] == "MARKET" { try waitForFill(client) }
            }
            return answer
        }

        /// Of the order that was sent last, and for the mark after it.
        private static func waitForFill(_ client: HostClient) throws {
            for _ in 0..<3000 {
                let orders = try client.get("/api/orders", [("limit", "1")])
                if orders["orders"]?.elements.first?["status"]?.string == "FILLED" {
                    usleep(300_000)
                    return
                }
                usleep(10_000)
            }
        }
    }
}

extension [String: String] {
    /// `id`: of the order before, for a cancel.
    fileprivate func httpRequest(cancelling id: String?) -> HTTPRequest {
        if self["cancel"] != nil { return HTTPRequest(method: "DELETE", path: "/api/orders/\(id ?? "")") }
        if let reason = self["stop"] {
            let body = JSON.object([(key: "reason", value: .string(reason))])
            return HTTPRequest(method: "POST", path: "/api/risk/emergency-stop", body: body)
        }
        let body = sorted { $0.key < $1.key }.map {
            (key: $0.key, value: $0.key == "reduce_only" ? JSON.boolean(true) : JSON.string($0.value))
        }
        return HTTPRequest(method: "POST", path: "/api/orders", body: .object(body))
    }
}
