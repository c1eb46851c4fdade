import Engine
import Trading

extension BenchTable {
    /// The view of the book and every rule over it, for orders that pass; ten of them are one measurement.
    mutating func addWholeGate() {
        for (id, hasProgram) in [("whole_gate", true), ("whole_gate_risk", false)] {
            let work = WholeGateWork(hasProgram: hasProgram)
            work.run()
            let clock = ContinuousClock()
            var batches: [Double] = []
            for _ in 0..<20_000 {
                work.moveMark()
                batches.append(clock.measure { work.askAll() } / .nanoseconds(1) / Double(GateMarket.strategies))
            }
            batches.sort()
            let method =
                "what-if of an order by batches of 10 after a quote, 10 strategies hold and work in 9 instruments, "
                + (hasProgram ? "every risk and compliance rule applies" : "every risk rule has a limit in each scope")
            add(id + "_median", batches[batches.count / 2], "ns/order", method)
            add(id + "_p99", batches[batches.count * 99 / 100], "ns/order", method)
            addAllocations(id + "_allocations", work, "order")
        }
    }

    mutating func addThroughput() {
        let clock = ContinuousClock()
        let work = ThroughputWork()
        let before = work.passed
        var rates: [Double] = []
        for _ in 0..<rounds {
            rates.append(Double(work.events) / (clock.measure { work.run() } / .seconds(1)))
            work.moveOn()
        }
        let count = UInt64(work.events * rounds)
        let (orders, fills) = (work.passed.orders - before.orders, work.passed.fills - before.fills)
        precondition(orders == count && fills == count, "of \(count) orders \(orders) passed and \(fills) were filled")
        add(
            "order_throughput", rates.sorted()[rates.count / 2], "orders/s",
            "quote, strategy, whole gate, venue, ledger in one thread: 10 strategies, 9 instruments, every risk rule")
        addAllocations("order_throughput_allocations", work, "order")
    }
}
