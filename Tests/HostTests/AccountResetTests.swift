import API
import Engine
import Journal
import Portfolio
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("An account that begins anew")
    struct AccountResetTests {
        private let folder = HostFolder()
        private let balance = Money(raw: 5_000 * 100_000_000)

        /// A strategy that has traded, and a person who holds something and has an order resting.
        private func traded() throws -> HostLife {
            folder.addCross("alpha")
            let life = try folder.live()
            life.run(seconds: 30)
            _ = try life.place(HostLife.marketBuy("0.03"))
            life.run(seconds: 2)
            _ = try life.place(HostLife.restingBuy())
            try #require(!life.core.portfolioView(0).positions.isEmpty)
            return life
        }

        @Test(
            "holds nothing but its cash, its strategies are off until they are enabled again, and both survive a restart"
        )
        func restart() throws {
            let life = try traded()
            try life.core.resetAccount(0, balance: balance, by: HostLife.person)
            #expect(life.core.state(0) == .stopped)
            #expect(try life.core.portfolioView(0).positions.isEmpty)
            life.run(seconds: 5)
            try life.breakOff()
            let next = try folder.live()
            next.run(seconds: 5)
            let portfolio = try next.core.portfolioView(0)
            #expect(portfolio.equity == balance && portfolio.openingBalance == balance && portfolio.positions.isEmpty)
            #expect(next.core.engine.workingOrders(instrument: 0).isEmpty && next.core.state(0) == .stopped)
            _ = try next.core.switchStrategy("alpha", on: true, by: HostLife.person)
            next.run(seconds: 30)
            #expect(next.core.engine.counters(strategy: 0).fills > life.core.engine.counters(strategy: 0).fills)
            next.commit()
            let rows = try next.journal.audit().map(\.record).filter { $0.action == "account-reset" }
            #expect(rows.map(\.user) == ["ann"] && rows.first?.detailJSON == #"{"balance":"5000"}"#)
        }

        @Test("a reset of the simulation gives it what it is configured with, whatever it had since")
        func simulation() async throws {
            folder.writeHost("accounts: {paper: {opening_balance: 7000}}")
            let life = try RunningLife(folder, speed: 20)
            try await life.waitForPrices()
            let host = life.host
            #expect(try await host.setMode(.mock, balance: balance, by: HostLife.person) == balance)
            #expect(try await host.portfolio(ofAccount: nil).equity == balance)
            let (_, back) = try await host.resetSimulation(by: HostLife.person)
            let seven = Money(raw: 7_000 * 100_000_000)
            #expect(back == seven)
            let portfolio = try await host.portfolio(ofAccount: nil)
            #expect(portfolio.equity == seven && portfolio.openingBalance == seven)
            life.stop()
        }

        @Test("what it makes is counted from the new beginning")
        func history() throws {
            let life = try traded()
            try life.core.resetAccount(0, balance: balance, by: HostLife.person)
            life.commit()
            let starts = try life.journal.dayStarts(.account, 0)
            #expect(starts.map(\.equity) == [balance])
            #expect(life.core.tracker.performance.totalReturn == nil || life.core.tracker.performance.totalReturn == 0)
            #expect(life.core.engine.performance(strategy: 0).totalTrades == 0)
            // The fills of before are history that stays.
            #expect(try !life.journal.fills(FillFilter()).isEmpty)
        }
    }
}
