import API
import Engine
import Portfolio
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("What-if in a host")
    struct WhatIfHostTests {
        private let folder = HostFolder()

        private func life() throws -> HostLife {
            folder.addCross("alpha", "enabled: false")
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        @Test("says what the order path then does, by the same rules, and leaves nothing behind")
        func agrees() throws {
            let life = try life()
            for quantity in ["0.01", "0.5", "40", "4000000"] {
                let request = HostLife.marketBuy(quantity, strategy: "alpha")
                let before = life.core.engine.factLog.events.count
                let view = try life.core.assess(WhatIf(order: request))
                #expect(life.core.engine.factLog.events.count == before && life.core.engine.workingOrderCount == 0)
                do {
                    _ = try life.place(request)
                    #expect(view.judgement.isApproved)
                } catch HostRefusal.denied(let findings) {
                    #expect(!findings.isEmpty && view.judgement.failures.map(\.rule) == findings.map(\.rule))
                }
                life.run(seconds: 1)
            }
        }

        @Test("counts what is held: exposure and margin are those with the order filled")
        func impact() throws {
            let life = try life()
            _ = try life.place(HostLife.marketBuy("0.1"))
            life.run(seconds: 2)
            let held = try life.core.accountRisk(0)
            let price = life.core.engine.mark(0)
            let order = HostLife.restingBuy(price.raw / Price.one.raw, quantity: "0.1")
            let view = try life.core.assess(WhatIf(order: order, account: "paper"))
            let added = Double(price.raw / Price.one.raw) * 0.1
            let expected = (held.exposure.approximate + added) / held.equity.approximate
            #expect(abs(view.exposure - expected) < 1e-9 && view.exposure > 0)
            #expect(abs(view.marginUse * life.core.accounts[0].terms.maxLeverage.approximate - expected) < 1e-9)
            let exit = try life.core.assess(
                WhatIf(
                    order: OrderRequest(
                        strategy: "manual", instrument: "BTC_USDT", side: .sell, kind: .market,
                        quantity: Quantity("0.1")!, reduceOnly: true)))
            #expect(exit.judgement.isApproved && exit.exposure < 1e-9)
        }

        @Test("names what is wrong with the question itself")
        func faults() throws {
            let life = try life()
            #expect(throws: HostRefusal.unknown(kind: "account", id: "none")) {
                try life.core.assess(WhatIf(order: HostLife.marketBuy(), account: "none"))
            }
            var request = HostLife.marketBuy()
            request.instrument = "NONE"
            #expect(throws: HostRefusal.self) { try life.core.assess(WhatIf(order: request)) }
        }
    }
}
