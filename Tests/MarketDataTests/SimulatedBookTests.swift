import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Order books of the simulator")
struct SimulatedBookTests {
    private static let start = Timestamp(year: 2026, month: 1, day: 1)!

    /// Every record with the quote or book it belongs to.
    private static func run(seed: UInt64, seconds: Int64) -> [EventRecord] {
        var simulator = MarketSimulator(seed: seed, start: start)
        var output = OutputBuffer()
        simulator.next(until: start + seconds * 1_000_000_000, into: &output)
        return Array(output.records)
    }

    /// The books of a run with the record that follows each.
    private static func books(_ records: [EventRecord]) -> [(instrument: Int, book: OrderBook, next: EventRecord)] {
        var books: [(Int, OrderBook, EventRecord)] = []
        for (index, record) in records.enumerated() where record.kind == .depth {
            var book = OrderBook()
            var size = 1
            while records[index + size - 1].hasMore { size += 1 }
            records[index..<index + size].withUnsafeBufferPointer { book.apply($0.baseAddress!, count: size) }
            books.append((Int(record.instrument), book, records[index + size]))
        }
        return books
    }

    @Test(
        "each quote has its book right before it, at its time, and the best levels are the quote", arguments: [1, 2, 3])
    func quote(_ seed: UInt64) {
        let records = Self.run(seed: seed, seconds: 60)
        let books = Self.books(records)
        #expect(books.count == records.count { $0.kind == .quote } && books.count > 1000)
        for (instrument, book, next) in books {
            let quote = next.asQuote
            #expect(next.kind == .quote && Int(next.instrument) == instrument && next.timestamp == book.time)
            #expect(book.bids[0].price.raw == quote.bid_price && book.bids[0].quantity.raw == quote.bid_quantity)
            #expect(book.asks[0].price.raw == quote.ask_price && book.asks[0].quantity.raw == quote.ask_quantity)
        }
    }

    @Test("ten levels a side, sorted, not crossed, on tick and lot", arguments: [4, 5])
    func shape(_ seed: UInt64) {
        for (instrument, book, _) in Self.books(Self.run(seed: seed, seconds: 60)) {
            let terms = SimulatedMarket.instruments[instrument].terms
            #expect(book.bids.count == 10 && book.asks.count == 10 && book.bids[0].price < book.asks[0].price)
            for side in [book.bids, book.asks] {
                #expect(side.allSatisfy { $0.price.raw > 0 && $0.price.raw % terms.tick.raw == 0 })
                #expect(side.allSatisfy { $0.quantity >= terms.lot && $0.quantity.raw % terms.lot.raw == 0 })
            }
            #expect(zip(book.bids, book.bids.dropFirst()).allSatisfy { $0.price > $1.price })
            #expect(zip(book.asks, book.asks.dropFirst()).allSatisfy { $0.price < $1.price })
        }
    }

    @Test("far levels hold more than near ones, some prices are empty, and no two books of a minute are the same")
    func plausible() {
        let books = Self.books(Self.run(seed: 6, seconds: 60)).filter { $0.instrument == 3 }.map(\.book)
        func mean(_ level: Int) -> Double {
            books.map { Double($0.asks[level].quantity.raw) }.reduce(0, +) / Double(books.count)
        }
        #expect(mean(8) > mean(2) * 1.5)
        // Cardano's grid is one tick.
        let tick = SimulatedMarket.instruments[3].terms.tick.raw
        let steps = books.flatMap { book in
            zip(book.asks, book.asks.dropFirst()).map { ($1.price.raw - $0.price.raw) / tick }
        }
        #expect(steps.contains(1) && steps.contains { $0 > 1 } && steps.allSatisfy { $0 < 20 })
        let sizes = Set(books.map { $0.bids.map(\.quantity.raw) })
        #expect(sizes.count * 10 > books.count * 9)
    }

    @Test("a price behind the best keeps its size for seconds, so that a queue can be followed")
    func persistence() {
        let books = Self.books(Self.run(seed: 6, seconds: 60)).filter { $0.instrument == 4 }.map(\.book)
        var kept = 0
        var seen = 0
        for (before, after) in zip(books, books.dropFirst()) {
            for level in before.bids.dropFirst() {
                guard let later = after.bids.dropFirst().first(where: { $0.price == level.price }) else { continue }
                seen += 1
                // It still changes a little with its distance from the best price.
                if later.quantity.raw * 2 > level.quantity.raw && later.quantity.raw < level.quantity.raw * 2 {
                    kept += 1
                }
            }
        }
        #expect(seen > 500 && kept * 100 > seen * 80, "\(kept) of \(seen)")
    }
}
