import Testing
import Trading

/// Several strategies in one engine, on one timeline.
@Suite("Several strategies in one backtest")
struct SeveralStrategiesTests {
    private let scratch = Scratch()

    init() {
        scratch.writeBars()
        scratch.write(
            "accounts: {one: {opening_balance: 1000}, two: {opening_balance: 5000}, paper: {opening_balance: 20000}}\n",
            to: "strategies/host.yaml")
        for (id, account) in [("fast", "one"), ("slow", "two"), ("left", "paper"), ("right", "paper")] {
            scratch.addCross(id, "account: \(account)")
        }
    }

    private func backtest(_ words: [String]) async throws -> CommandLine.Outcome {
        try await CommandLine.run(["backtest"] + words + ["--data", "bars.csv"], in: scratch)
    }

    private func result(_ words: [String]) async throws -> JSONObject {
        let outcome = try await backtest(words + ["--json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try JSONObject(outcome.output)
    }

    private func money(_ object: JSONObject, _ key: String) -> Money { object.text(key).flatMap { Money($0) } ?? .zero }

    private static let costs = ["--commission-rate", "0.001", "--funding-rate", "0.0001", "--funding-every", "1h"]

    @Test("on accounts of their own each comes to what it comes to alone, and the total is the sum")
    func ownAccounts() async throws {
        let set = [
            "--set", "fast.quantity=0.7", "--set", "slow.quantity=1.3", "--set", "slow.fast=5", "--set", "slow.slow=12",
        ]
        let both = try await result(["fast", "slow"] + Self.costs + set)
        let alone = [
            try await result(["fast", "--set", "quantity=0.7"] + Self.costs),
            try await result(["slow", "--set", "quantity=1.3", "--set", "fast=5", "--set", "slow=12"] + Self.costs),
        ]
        let parts = both.objects("strategies")
        #expect(parts.map { $0.text("strategy") } == ["fast", "slow"])
        for (part, own) in zip(parts, alone) {
            for key in ["realized_pnl", "commission", "funding_paid", "borrow_paid", "plugin", "instrument"] {
                #expect(part.text(key) != nil && part.text(key) == own.text(key), "\(key)")
            }
            for key in ["orders", "fills", "denials", "trades"] {
                #expect(part.integer(key) == own.integer(key), "\(key)")
            }
            #expect(
                part.object("performance")?.digits("max_drawdown") == own.object("performance")?.digits("max_drawdown"))
            #expect((own.integer("fills") ?? 0) > 5)
        }
        for key in ["cash", "equity", "realized_pnl", "commission", "funding_paid"] {
            #expect(money(both, key) == alone.reduce(.zero) { $0 + money($1, key) }, "\(key)")
        }
        #expect(money(both, "equity") == Money("6000")! + parts.reduce(.zero) { $0 + money($1, "net_pnl") })
        #expect(both.object("performance")?.integer("total_trades") == both.integer("trades"))
        #expect(both.text("strategy") == nil && both.object("parameters") == nil)
    }

    @Test("one account is shared: its cash pays for both, and its limits hold them together")
    func sharedAccount() async throws {
        let free = try await result(["left", "right", "--set", "left.quantity=1", "--set", "right.quantity=1"])
        #expect(free.integer("denials") == 0)
        let net = free.objects("strategies").reduce(Money.zero) { $0 + money($1, "net_pnl") }
        #expect(money(free, "equity") == Money("20000")! + net)
        scratch.write(
            "accounts: {paper: {opening_balance: 20000, limits: {max_gross_exposure: 150}}}\n",
            to: "strategies/host.yaml")
        for id in ["fast", "slow"] { scratch.remove("strategies/\(id)/strategy.yaml") }
        let alone = try await result(["left", "--set", "quantity=1"])
        #expect(alone.integer("denials") == 0 && (alone.integer("fills") ?? 0) > 5)
        let held = try await result(["left", "right", "--set", "left.quantity=1", "--set", "right.quantity=1"])
        let denials = held.objects("strategies").map { $0.integer("denials") ?? 0 }
        #expect(denials[0] == 0 && denials[1] > 0, "who comes first by name takes the room")
    }

    @Test("the order on the command line changes nothing, and plugins run beside strategies")
    func order() async throws {
        let set = [
            "--set", "left.quantity=1", "--set", "right.quantity=2", "--set", "left.fast=3", "--set", "SMACross.fast=2",
            "--set", "SMACross.slow=9",
        ]
        let names = [["left", "SMACross", "right"], ["right", "left", "SMACross"], ["SMACross", "right", "left"]]
        var hashes: Set<String> = []
        for names in names {
            let both = try await result(names + set)
            #expect(both.objects("strategies").map { $0.text("strategy") } == ["SMACross", "left", "right"])
            hashes.insert(both.text("state_hash") ?? "")
        }
        #expect(hashes.count == 1)
    }

    @Test("page and lists name whose it is")
    func lists() async throws {
        let outcome = try await backtest(
            ["left", "slow", "--fills", "fills.csv", "--trades", "trades.csv", "--report", "page.html"]
                + ["--set", "left.quantity=1", "--set", "slow.quantity=1"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("left (SMACross), slow (SMACross)") && outcome.output.contains("net P&L"))
        for name in ["fills.csv", "trades.csv"] {
            let lines = (scratch.read(name) ?? "").split(separator: "\n")
            #expect(lines[0].hasSuffix(",strategy"))
            #expect(Set(lines.dropFirst().compactMap { $0.split(separator: ",").last }) == ["left", "slow"])
        }
        let page = scratch.read("page.html") ?? ""
        #expect(page.contains("<h2>Strategies</h2>") && page.contains("Parameters of left"))
    }

    @Test("what is not said clearly is refused")
    func refusals() async throws {
        let wrong: [([String], String)] = [
            (["left", "right", "--set", "fast=3"], "which of the strategies is meant is not said"),
            (["left", "right", "--set", "other.fast=3"], "which of the strategies is meant is not said"),
            (["left", "left"], "left is named twice"),
            (["left", "nobody"], "there is no strategy or plugin 'nobody'"),
            (["left", "right", "--set", "left.fast=0", "--set", "right.slow=0"], "right: "),
            (["left", "right", "--instrument", "ETH_USDT"], "there is no data of its instruments BTC_USDT"),
        ]
        for (words, reason) in wrong {
            let outcome = try await backtest(words)
            #expect(outcome.code == 2 && outcome.errors.contains(reason), "\(words): \(outcome.errors)")
        }
    }
}
