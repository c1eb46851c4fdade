import CStrategyABI
import Testing
import Trading

@Suite("Order book")
struct OrderBookTests {
    private static let time = Timestamp(nanoseconds: 7)

    private static func level(_ price: Int64, _ quantity: Int64) -> BookLevel {
        BookLevel(price: Price(raw: price), quantity: Quantity(raw: quantity))
    }

    private static func apply(_ records: [EventRecord], to book: inout OrderBook) {
        records.withUnsafeBufferPointer { book.apply($0.baseAddress!, count: $0.count) }
    }

    private static func one(_ side: Side, _ index: UInt8, _ price: Int64, _ quantity: Int64) -> [EventRecord] {
        [
            EventRecord(
                DepthLevel(
                    instrument: 0, time: time, side: side, level: index, price: Price(raw: price),
                    quantity: Quantity(raw: quantity)))
        ]
    }

    private static let asks = [level(10, 1), level(12, 2), level(15, 3)]

    private static func book() -> OrderBook {
        OrderBook(bids: BookSide([level(9, 4)], .buy), asks: BookSide(asks, .sell), at: time)
    }

    @Test("a book becomes records and the same book again, whatever its sides hold", arguments: [0, 1, 3, 4, 9, 10])
    func roundTrip(_ count: Int) {
        let bids = (0..<Int64(count)).map { Self.level(100 - $0, $0 + 1) }
        let asks = (0..<Int64(10 - count)).map { Self.level(101 + $0, $0 + 50) }
        let book = OrderBook(bids: BookSide(bids, .buy), asks: BookSide(asks, .sell), at: Self.time)
        let records = book.records(instrument: 3, time: Self.time)
        var other = Self.book()
        Self.apply((0..<OrderBook.recordCount).map { records[$0] }, to: &other)
        #expect(Array(other.bids) == bids && Array(other.asks) == asks && other.time == Self.time)
        for index in 0..<OrderBook.recordCount {
            #expect(records[index].instrument == 3 && records[index].hasMore == (index < 7))
            #expect(records[index].kind == (index == 0 ? .depth : .more))
        }
    }

    @Test("one record changes one level, adds one behind the last, or takes one away and the others move up")
    func oneLevel() {
        var book = Self.book()
        Self.apply(Self.one(.sell, 1, 13, 9), to: &book)
        #expect(book.asks.map(\.price.raw) == [10, 13, 15] && book.asks[1].quantity.raw == 9)
        Self.apply(Self.one(.sell, 3, 20, 5), to: &book)
        Self.apply(Self.one(.sell, 0, 10, 0), to: &book)
        #expect(book.asks.map(\.price.raw) == [13, 15, 20])
        Self.apply(Self.one(.sell, 2, 20, 0), to: &book)
        #expect(book.asks.map(\.price.raw) == [13, 15] && Array(book.bids) == [Self.level(9, 4)])
    }

    @Test("what cannot be a level is left out", arguments: [(3, 5), (10, 1), (255, 1)] as [(UInt8, Int64)])
    func garbage(_ index: UInt8, _ quantity: Int64) {
        var book = Self.book()
        Self.apply(Self.one(.buy, index, 5, quantity), to: &book)
        Self.apply(Self.one(.buy, 1, -5, quantity), to: &book)
        Self.apply(Self.one(.sell, index == 3 ? 200 : index, 5, -quantity), to: &book)
        #expect(Array(book.bids) == [Self.level(9, 4)] && Array(book.asks) == Self.asks)
        let unsorted = [Self.level(10, 1), Self.level(10, 1), Self.level(9, 1), Self.level(11, -4), Self.level(12, 1)]
        #expect(BookSide(unsorted, .sell).map(\.price.raw) == [10, 12])
        #expect(BookSide((1...30).map { Self.level($0, 1) }, .sell).count == 10)
    }

    @Test("says what is shown at a price, nothing between levels, and nil beyond the last")
    func shown() {
        let book = Self.book()
        func asks(_ price: Int64) -> Int64? { book.shown(at: Price(raw: price), .sell)?.raw }
        #expect([8, 10, 11, 12, 15].map(asks) == [0, 1, 0, 2, 3] && asks(16) == nil)
        #expect(book.shown(at: Price(raw: 9), .buy)?.raw == 4 && book.shown(at: Price(raw: 8), .buy) == nil)
        #expect(OrderBook().shown(at: Price(raw: 8), .buy) == .zero)
    }

    @Test("what was taken is remembered until the level is written again")
    func taken() {
        var book = Self.book()
        book.take(Quantity(raw: 2), ofLevel: 1, by: .buy)
        #expect(book.asks.map(\.taken.raw) == [0, 2, 0] && book.bids[0].taken == .zero)
        Self.apply(Self.one(.sell, 0, 10, 1), to: &book)
        #expect(book.asks[1].taken.raw == 2)
        Self.apply(Self.one(.sell, 1, 12, 2), to: &book)
        #expect(book.asks[1].taken == .zero)
    }
}
