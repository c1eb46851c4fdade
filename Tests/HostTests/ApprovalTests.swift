import API
import Engine
import Journal
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Approval queue")
    struct ApprovalTests {
        private let folder = HostFolder()
        private let second = Requester(user: "bob", channel: "rest")

        /// Orders above 2,000 need a second person.
        private func life() throws -> HostLife {
            folder.addCross("alpha")
            folder.writeHost("compliance: {programs: {default: {approval: {notional: 2000}}}}\n")
            let life = try folder.live()
            life.run(seconds: 3)
            return life
        }

        private func large(_ life: HostLife, _ quantity: String = "0.5") throws -> ApprovalView {
            #expect(throws: HostRefusal.self) { try life.place(HostLife.restingBuy(quantity: quantity)) }
            return try #require(life.core.approvals.all.last)
        }

        @Test("a large order waits, another person approves it, and it works as an order of its sender's")
        func approved() throws {
            let life = try life()
            let small = try life.place(HostLife.restingBuy(quantity: "0.01"))
            #expect(small != nil && life.core.approvals.all.isEmpty)
            let waiting = try large(life)
            #expect(waiting.id == "apr-1" && waiting.state == .pending && waiting.sender == "ann")
            #expect(life.core.engine.workingOrderCount == 1)
            #expect(life.core.alerts.active(at: life.core.engine.now).contains { $0.code == "APPROVAL_NEEDED" })
            let decided = try life.core.approve("apr-1", by: second)
            #expect(decided.state == .approved && decided.decidedBy == "bob" && decided.orderID == "ord-2")
            let order = life.core.engine.workingOrders(instrument: 0).last
            #expect(order?.intent.quantity == Quantity("0.5") && order?.intent.origin == .operator)
            #expect(throws: HostRefusal.conflict("apr-1 is approved")) {
                try life.core.approve("apr-1", by: second)
            }
            life.commit()
            #expect(try life.journal.orders(sentBy: "ann", limit: 10, offset: 0).map(\.order.id) == [2, 1])
        }

        @Test("the sender cannot approve it; the same order waits once")
        func ownOrder() throws {
            let life = try life()
            _ = try large(life)
            _ = try large(life)
            #expect(life.core.approvals.all.count == 1)
            #expect(throws: HostRefusal.conflict("apr-1 was sent by ann: another person has to approve it")) {
                try life.core.approve("apr-1", by: HostLife.person)
            }
            let key = Requester(user: "robot", channel: "rest", id: "key-1", person: "ann")
            #expect(throws: HostRefusal.self, "nor can a key of the sender's") {
                try life.core.approve("apr-1", by: key)
            }
            #expect(life.core.engine.workingOrderCount == 0)
            #expect(throws: HostRefusal.unknown(kind: "approval", id: "apr-7")) {
                try life.core.approve("apr-7", by: second)
            }
        }

        @Test("denied, it never becomes an order")
        func denied() throws {
            let life = try life()
            _ = try large(life)
            let decided = try life.core.denyApproval("apr-1", reason: "too much", by: second)
            #expect(decided.state == .denied && decided.reason == "too much" && decided.orderID == nil)
            #expect(throws: HostRefusal.conflict("apr-1 is denied")) { try life.core.approve("apr-1", by: second) }
            #expect(life.core.engine.workingOrderCount == 0)
        }

        @Test("the approval passes the gate again: under a stop it is refused")
        func gateAgain() throws {
            let life = try life()
            _ = try large(life)
            _ = try life.core.throwStop(
                StopRequest(scope: .system, reason: "r", triggeredBy: "t"), by: HostLife.person)
            #expect(throws: HostRefusal.self) { try life.core.approve("apr-1", by: second) }
            #expect(life.core.approvals.all[0].state == .refused && life.core.engine.workingOrderCount == 0)
        }

        @Test("an order that something else is against, too, does not wait")
        func otherRules() throws {
            let life = try life()
            _ = try life.core.throwStop(
                StopRequest(scope: .system, reason: "r", triggeredBy: "t"), by: HostLife.person)
            #expect(throws: HostRefusal.self) { try life.place(HostLife.restingBuy(quantity: "0.5")) }
            #expect(life.core.approvals.all.isEmpty)
        }

        @Test("what waits and what was decided is there after a restart")
        func restart() throws {
            let first = try life()
            _ = try large(first)
            _ = try large(first, "0.6")
            _ = try first.core.denyApproval("apr-1", reason: "no", by: second)
            try first.breakOff()
            let next = try folder.live()
            #expect(next.core.approvals.all.map(\.state) == [.denied, .pending])
            #expect(next.core.approvals.all[1].order.order.intent.quantity == Quantity("0.6"))
            next.run(seconds: 2)
            let decided = try next.core.approve("apr-2", by: second)
            #expect(decided.state == .approved && next.core.engine.workingOrderCount == 1)
            let third = try large(next, "0.7")
            #expect(third.id == "apr-3")
        }
    }

    @Suite("Approval queue by itself")
    struct ApprovalQueueTests {
        @Test("is bounded: decided ones go, waiting ones stay")
        func bounded() {
            var queue = ApprovalQueue()
            let intent = OrderIntent(
                strategy: 0, instrument: 0, tag: 0, side: .buy, kind: .market, quantity: .one, origin: .operator)
            let time = Timestamp(nanoseconds: 0)
            let order = OrderView(
                order: Order(id: 0, intent: intent, account: 0, at: time), id: "", strategy: "manual",
                instrument: "BTC_USDT", account: "paper", multiplier: 1)
            for number in 1...600 {
                let view = queue.add {
                    ApprovalView(
                        number: $0, order: order, sender: "ann", channel: "rest", requestedAt: time, expiresAt: time)
                }
                #expect(view.number == UInt64(number))
                guard number > 3, let index = queue.index(view.id) else { continue }
                _ = queue.update(index) { $0.state = .denied }
            }
            #expect(queue.all.count == ApprovalQueue.keptMax && queue.pendingCount == 3)
            #expect(queue.pending(intent, sender: "ann") != nil && queue.pending(intent, sender: "bob") == nil)
        }
    }
}
