import API
import Engine
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Risk status of the accounts")
    struct RiskStatusTests {
        private let folder = HostFolder()

        private func life(_ host: String) throws -> HostLife {
            folder.writeHost(host)
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        @Test("metrics are those of the real book, and a limit that is nearly used is a factor")
        func book() throws {
            let life = try life("accounts: {paper: {limits: {max_gross_exposure: 2200}}, second: {}}\n")
            let calm = try life.core.riskStatus(0)
            #expect(calm.level == .low && calm.exposureRatio == 0 && calm.factors.isEmpty)
            _ = try life.place(HostLife.marketBuy("0.03"))
            life.run(seconds: 2)
            let status = try life.core.riskStatus(0)
            let exposure = life.core.grossExposure(0).approximate
            let equity = life.core.engine.equity(account: 0)?.approximate ?? 0
            #expect(status.exposureRatio == exposure / equity && exposure > 0)
            #expect(abs(status.utilisation - exposure / 2200) < 1e-12)
            #expect(status.level == .high && status.factors.count == 1)
            #expect(status.factors.first?.hasPrefix("risk.exposure has used ") == true)
            #expect(try life.core.riskStatus(1).level == .low)
        }

        @Test("a fall from the highest equity is a drawdown, and part of its limit")
        func drawdown() throws {
            let host =
                "accounts: {paper: {limits: {max_drawdown: 0.5, drawdown: trailing_intraday}}}\npaper_venue: {taker_rate: 0.05}\n"
            let life = try life(host)
            _ = try life.place(HostLife.marketBuy("0.1"))
            life.run(seconds: 2)
            let status = try life.core.riskStatus(0)
            let equity = life.core.engine.equity(account: 0)?.approximate ?? 0
            #expect(status.drawdown > 0.0001, "the commission alone is 325 of a million")
            let peak = life.core.engine.runningTotals(scope: .account, index: 0).peak.approximate
            #expect(abs(status.drawdown - (peak - equity) / peak) < 1e-12)
            let row = try #require(
                try life.core.headroom(account: nil, strategy: nil).first { $0.rule == "risk.drawdown" })
            #expect(abs(Double(row.used) / Double(row.limit) - status.drawdown / 0.5) < 1e-9)
        }

        @Test("a latch makes it high, and says so")
        func latch() throws {
            let life = try life("")
            let request = StopRequest(scope: .account, target: "paper", mode: .reduce, reason: "r", triggeredBy: "a")
            _ = try life.core.throwStop(request, by: HostLife.person)
            let status = try life.core.riskStatus(0)
            #expect(status.level == .high && status.factors == ["trading is reducing"])
        }
    }
}
