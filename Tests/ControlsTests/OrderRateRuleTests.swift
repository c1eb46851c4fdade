import Controls
import Testing
import Trading

@Suite("risk.order-rate")
struct OrderRateRuleTests {
    private func perSecond(_ limit: Int32, _ scope: LimitScope = .strategy) -> [LimitScope: LimitSet] {
        [scope: limits { $0.maxOrdersPerSecond = limit }]
    }

    @Test("a burst up to the limit passes, the next order is denied in its scope", arguments: LimitScope.allCases)
    func burst(_ scope: LimitScope) {
        var gate = Gate(limits: perSecond(3, scope))
        for _ in 0..<3 { #expect(gate.judge(goodOrder()).isApproved) }
        #expect(!gate.judge(goodOrder()).isApproved)
        #expect(gate.lines == ["risk.order-rate perSecond \(scope.name) 4 3 -1"])
    }

    @Test("after a burst one order passes each period / n")
    func spacing() {
        var gate = Gate(limits: perSecond(4))
        let spacing = second / 4
        for _ in 0..<4 { #expect(gate.judge(goodOrder()).isApproved) }
        for step in 1...8 {
            var order = goodOrder()
            order.time = noon + (Int64(step) * spacing - 1)
            #expect(!gate.judge(order).isApproved)
            order.time = noon + Int64(step) * spacing
            #expect(gate.judge(order).isApproved)
        }
    }

    @Test("second and minute are two buckets, and all that overflow are reported")
    func secondAndMinute() {
        let both = everywhere {
            $0.maxOrdersPerSecond = 1
            $0.maxOrdersPerMinute = 1
        }
        var gate = Gate(limits: both)
        #expect(gate.judge(goodOrder()).isApproved)
        #expect(!gate.judge(goodOrder()).isApproved)
        #expect(
            gate.lines
                == LimitScope.allCases.flatMap {
                    ["risk.order-rate perSecond \($0.name) 2 1 -1", "risk.order-rate perMinute \($0.name) 2 1 -1"]
                })
        var later = goodOrder()
        later.time = noon + second
        #expect(!gate.judge(later).isApproved)
        #expect(gate.lines == LimitScope.allCases.map { "risk.order-rate perMinute \($0.name) 2 1 -1" })
        later.time = noon + 60 * second
        #expect(gate.judge(later).isApproved)
    }

    @Test("another strategy's orders do not count against this one's limit, but against the account's")
    func separateScopes() {
        var gate = Gate(limits: perSecond(1))
        gate.setLimits(limits { $0.maxOrdersPerSecond = 2 }, scope: .account, index: 1)
        var other = goodOrder()
        other.intent.strategy = 0
        #expect(gate.judge(other).isApproved)
        #expect(gate.judge(goodOrder()).isApproved)
        #expect(!gate.judge(other).isApproved)
        #expect(gate.lines == ["risk.order-rate perSecond account 3 2 -1"])
    }

    @Test("a denial takes no token, whatever it was for")
    func denialIsFree() {
        var gate = Gate(limits: perSecond(1))
        var bad = goodOrder()
        bad.intent.quantity = .zero
        for _ in 0..<5 { #expect(!gate.judge(bad).isApproved) }
        #expect(gate.judge(goodOrder()).isApproved)
        for _ in 0..<5 { #expect(!gate.judge(goodOrder()).isApproved) }
        var later = goodOrder()
        later.time = noon + second
        #expect(gate.judge(later).isApproved)
    }

    @Test("a reducing order passes an empty bucket; a modify does not; a trigger neither needs nor takes a token")
    func purposes() {
        var gate = Gate(limits: perSecond(1))
        var trigger = goodOrder(.trigger)
        trigger.becomeStop(at: "100")
        #expect(gate.judge(trigger).isApproved)
        #expect(gate.judge(goodOrder()).isApproved)
        #expect(gate.judge(trigger).isApproved)
        var exit = goodOrder()
        exit.hold("10")
        exit.sell("1")
        #expect(gate.judge(exit).isApproved)
        #expect(!gate.judge(goodOrder(.modify)).isApproved)
    }

    @Test("a limit of zero or below stops all orders", arguments: [0, -1, Int32.min])
    func zero(_ limit: Int32) {
        var gate = Gate(limits: perSecond(limit))
        #expect(!gate.judge(goodOrder()).isApproved)
        #expect(gate.findings.map(\.reason) == [.perSecond])
    }

    @Test("a limit beyond an order a nanosecond is no division by zero")
    func hugeLimit() {
        var gate = Gate(limits: perSecond(.max))
        for _ in 0..<10 { #expect(gate.judge(goodOrder()).isApproved) }
    }

    /// The bucket by the book: n tokens at most, one back each period / n, counted in 1/n of a period.
    private struct TokenBucket {
        let limit: Int64
        let period: Int64
        private var level: Int64
        private var last: Int64

        init(limit: Int64, period: Int64, start: Int64) {
            self.limit = limit
            self.period = period
            level = limit * period
            last = start
        }

        mutating func take(at time: Int64) -> Bool {
            level = min(limit * period, level + (time - last) * limit)
            last = time
            guard level >= period else { return false }
            level -= period
            return true
        }
    }

    @Test(
        "agrees with a token bucket, and no window holds more than burst and refill",
        arguments: [1, 2, 5, 8, 50] as [Int32])
    func agreesWithTokenBucket(_ limit: Int32) {
        var random = SeededRandom(seed: UInt64(limit))
        var gate = Gate(limits: perSecond(limit))
        var model = TokenBucket(limit: Int64(limit), period: second, start: noon.nanoseconds)
        var order = goodOrder()
        var passed: [Int64] = []
        for _ in 0..<3000 {
            let spacing = second / Int64(limit)
            let pauses = [0, 0, 0, spacing / 3, spacing - 1, spacing, spacing + 1, 2 * second]
            order.time = order.time + pauses[Int.random(in: 0..<pauses.count, using: &random)]
            let expected = model.take(at: order.time.nanoseconds)
            #expect(gate.judge(order).isApproved == expected)
            if expected { passed.append(order.time.nanoseconds) }
        }
        #expect(passed.count > 500)
        #expect(mostInAWindow(passed, second) <= 2 * Int(limit) - 1)
        #expect(mostInAWindow(passed, second / Int64(limit)) <= Int(limit))
    }

    /// The most times of a sorted list that lie in any half-open window.
    private func mostInAWindow(_ times: [Int64], _ window: Int64) -> Int {
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - window { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test("modifies of one order at one instant take one token; another order, or another instant, takes another")
    func coalesce() {
        var gate = Gate(limits: [.strategy: limits { $0.maxOrdersPerMinute = 2 }])
        func modify(_ id: UInt64, at time: Timestamp = noon) -> Bool {
            var order = goodOrder(.modify)
            order.orderID = id
            order.time = time
            return gate.judge(order).isApproved
        }
        #expect(modify(7) && modify(7) && modify(7))
        #expect(modify(8) && modify(8))
        #expect(!modify(7))
        #expect(!modify(8, at: noon + 1))
    }
}
