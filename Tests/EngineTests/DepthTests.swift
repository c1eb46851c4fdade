import CStrategyABI
import Engine
import ScriptedStrategies
import Testing
import Trading

@Suite("Feeds with order books")
struct DepthTests {
    /// Bids from 99 down, asks from 101 up, ten levels of one unit each.
    static func book(_ minute: Int64, levels: Int64 = 10, best: Int64 = 99) -> [EventRecord] {
        let bids = (0..<levels).map { BookLevel(price: Price(best - $0), quantity: 1) }
        let asks = (0..<levels).map { BookLevel(price: Price(best + 2 + $0), quantity: 1) }
        let book = OrderBook(bids: BookSide(bids, .buy), asks: BookSide(asks, .sell), at: .minute(minute))
        let records = book.records(instrument: 0, time: .minute(minute))
        return (0..<OrderBook.recordCount).map { records[$0] }
    }

    private static let all = EventType.marketEvents | EventType.depth.mask

    @Test("the engine keeps the ten levels, in calm blocks and event by event", arguments: [true, false])
    func keeps(_ isCalm: Bool) {
        let bench = Bench(.small([.quotes, .depth]), [ScriptedStrategy()], events: DepthTests.all)
        let events = DepthTests.book(1, best: 50) + [.quote(1, 50, 52)] + DepthTests.book(2) + [.quote(2, 99, 101)]
        if isCalm { bench.feed(events) } else { bench.feedOneByOne(events) }
        #expect(bench.engine.depth(instrument: 0).time == .minute(2))
        let levels = bench.engine.depthLevels(instrument: 0)
        #expect(levels.bids.map(\.price) == (0..<10).map { Price(99 - $0) })
        #expect(levels.asks.map(\.price) == (0..<10).map { Price(101 + $0) })
        #expect(bench.strategies[0].seen.map(\.type).filter { $0 <= 5 } == events.map(\.type))
        #expect(bench.engine.mark(0) == 100)
    }

    @Test("a book without quotes is the quote: it marks, also where nobody asked for it")
    func marks() {
        let bench = Bench(.small([.depth, .trades, .bars]), [ScriptedStrategy()])
        bench.feed(DepthTests.book(1) + [.trade(2, 90), .flat(3, 80)])
        #expect(bench.engine.mark(0) == 100)
    }

    @Test("a feed without depth takes no notice of it")
    func ignored() {
        let bench = Bench(.small(.quotes), script: [[.submit(.buy, 1, tag: 1)]])
        bench.feed([.quote(1, 99, 101)] + DepthTests.book(2))
        #expect(bench.engine.depth(instrument: 0).time == nil && bench.position() == 0)
        bench.feed(.quote(3, 99, 101))
        #expect(bench.position() == 1)
    }

    @Test("an order on a quote walks the next book, level by level, and the ledger has every fill")
    func walks() {
        let bench = Bench(.small([.quotes, .depth]), script: [[.submit(.buy, 3, tag: 1)]])
        bench.feed(DepthTests.book(1) + [.quote(1, 99, 101)] + DepthTests.book(2) + [.quote(2, 99, 101)])
        let fills = bench.facts.compactMap { if case .orderFilled(let fill) = $0 { fill } else { nil } }
        #expect(fills.map(\.price) == [101, 102, 103] && fills.allSatisfy { $0.quantity == 1 })
        #expect(bench.position() == 3)
        #expect(bench.engine.depth(instrument: 0).asks.map(\.taken).prefix(4) == [1, 1, 1, 0])
        #expect(bench.engine.depth(instrument: 0).asks.allSatisfy { $0.quantity == 1 })
    }

    @Test("runs in blocks and event by event are the same to the byte")
    func blocks() {
        func run(_ feed: (Bench, [EventRecord]) -> Void) -> [UInt8] {
            let script: [[IntentRecord]] = [[], [.submit(.buy, 3, tag: 1)], [], [.submit(.sell, 3, tag: 2)], []]
            let bench = Bench(.small([.quotes, .depth]), script: script)
            var events: [EventRecord] = []
            for minute in Int64(1)..<9 {
                events += DepthTests.book(minute, best: 90 + minute)
                events.append(.quote(minute, Price(90 + minute), Price(92 + minute)))
            }
            feed(bench, events)
            #expect(bench.position() == 0 && bench.facts.count > 8)
            return bench.canonicalBytes
        }
        #expect(run { $0.feed($1) } == run { $0.feedOneByOne($1) })
    }
}
