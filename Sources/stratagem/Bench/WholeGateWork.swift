import CStrategyABI
import Engine
import Trading

/// The whole gate for one order after the other: the view of the book and every rule over it, nothing sent. A quote moves the
/// mark of an instrument, then each strategy asks for an order in it.
final class WholeGateWork: BenchWork {
    private var engine: Engine
    private let intents: [OrderIntent]
    private var quotes = GateMarket.quotes(rounds: 2)
    private var round = 0
    static let orders = 4100
    var events: Int { WholeGateWork.orders }

    init(hasProgram: Bool) {
        let market = GateMarket(hasProgram: hasProgram)
        var engine = market.engine()
        // Of positions of one unit they shrink none.
        intents = (0..<GateMarket.instruments).flatMap { instrument in
            (0..<GateMarket.strategies).map {
                market.order($0, instrument, instrument % 2 == 0 ? .buy : .sell, Quantity(raw: 3 * Quantity.one.raw))
            }
        }
        for intent in intents {
            let findings = engine.assess(intent)
            if !findings.isEmpty { fatalError("an order of the benchmark would be denied: \(findings)") }
        }
        for index in quotes.indices { quotes[index].time += 1_000_000_000 }
        self.engine = engine
    }

    func run() {
        for _ in 0..<(events / GateMarket.strategies) {
            moveMark()
            askAll()
        }
    }

    /// The next instrument's quote.
    func moveMark() {
        round += 1
        let index = round % quotes.count
        quotes[index].time += Int64(round) * 1_000_000
        quotes.withUnsafeBufferPointer { engine.run(UnsafeBufferPointer(rebasing: $0[index...index])) }
    }

    /// An order of each strategy in that instrument.
    func askAll() {
        let first = round % GateMarket.instruments * GateMarket.strategies
        for index in first..<(first + GateMarket.strategies) { _ = engine.failedRules(intents[index]) }
    }
}
