public import CStrategyABI

/// One price of an order book.
@frozen public struct BookLevel: Sendable, BitwiseCopyable, Equatable {
    public var price: Price
    /// As the feed shows it.
    public var quantity: Quantity
    /// What own orders took of it on paper since the feed wrote it.
    public var taken: Quantity = .zero

    @inlinable public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// One side of an order book, best price first, in fixed memory.
@frozen public struct BookSide: Sendable, BitwiseCopyable, RandomAccessCollection {
    @inlinable public static var levelsMax: Int { 10 }

    @usableFromInline var levels = InlineArray<10, BookLevel>(repeating: BookLevel(price: .zero, quantity: .zero))
    @usableFromInline var size = 0

    @inlinable public init() {}

    /// The levels of a side, best first; one out of order is left out.
    public init(_ levels: some Sequence<BookLevel>, _ side: Side) {
        for level in levels { append(level, side) }
    }

    @inlinable public var count: Int { size }
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { size }

    /// A level that the side has.
    @inlinable public subscript(_ level: Int) -> BookLevel {
        precondition(level >= 0 && level < size, "level \(level) of \(size)")
        return levels[level]
    }

    /// Adds a level behind the last one; one that is none, or not worse than that, is left out.
    @inlinable
    public mutating func append(_ level: BookLevel, _ side: Side) {
        guard size < BookSide.levelsMax, level.price.raw > 0, level.quantity.raw > 0 else { return }
        if size > 0 {
            let last = levels[size - 1].price
            guard side == .buy ? level.price < last : level.price > last else { return }
        }
        levels[size] = level
        size += 1
    }

    /// Replaces level `index`, or the first that is not there; without a quantity it goes, and the ones behind move up.
    mutating func put(_ level: BookLevel, at index: Int) {
        guard index <= count, index < BookSide.levelsMax else { return }
        if level.quantity.raw > 0, level.price.raw > 0 {
            levels[index] = level
            size = Swift.max(size, index + 1)
        } else if index < count {
            for behind in index + 1..<Swift.max(count, index + 1) { levels[behind - 1] = levels[behind] }
            size -= 1
        }
    }

    fileprivate mutating func removeAll() { size = 0 }

    fileprivate mutating func take(_ quantity: Quantity, at index: Int) {
        levels[index].taken = levels[index].taken + quantity
    }
}

/// The order book of one instrument as its feed shows it, ten levels a side, in fixed memory.
@frozen public struct OrderBook: Sendable, BitwiseCopyable {
    public internal(set) var bids = BookSide()
    public internal(set) var asks = BookSide()
    /// Of the newest depth event; nil = the feed has not shown a book yet.
    public internal(set) var time: Timestamp?

    public init() {}

    public init(bids: BookSide, asks: BookSide, at time: Timestamp) {
        self.bids = bids
        self.asks = asks
        self.time = time
    }

    /// The side that an order on `side` trades against.
    public func opposite(of side: Side) -> BookSide { side == .buy ? asks : bids }

    /// The side on which an order on `side` rests.
    public func own(_ side: Side) -> BookSide { side == .buy ? bids : asks }

    /// What the feed shows at `price` among the orders on `side`; nil = the price lies beyond the last level shown.
    public func shown(at price: Price, _ side: Side) -> Quantity? {
        let levels = own(side)
        for level in levels {
            if level.price == price { return level.quantity }
            if side == .buy ? price > level.price : price < level.price { return .zero }
        }
        return levels.isEmpty ? .zero : nil
    }

    /// An own order on `side` took `quantity` of a level that it met.
    public mutating func take(_ quantity: Quantity, ofLevel level: Int, by side: Side) {
        if side == .buy { asks.take(quantity, at: level) } else { bids.take(quantity, at: level) }
    }

    // MARK: - Records

    /// Takes in a depth record and the `count - 1` MORE records behind it: the whole book when there are any, else one
    /// level. What cannot be a level is left out.
    public mutating func apply(_ event: UnsafePointer<EventRecord>, count: Int) {
        let first = event.pointee.asDepth
        time = event.pointee.timestamp
        let level = BookLevel(price: Price(raw: first.price), quantity: Quantity(raw: first.quantity))
        guard count > 1 else {
            if first.side == Side.buy.rawValue { bids.put(level, at: Int(first.level)) }
            if first.side == Side.sell.rawValue { asks.put(level, at: Int(first.level)) }
            return
        }
        bids.removeAll()
        asks.removeAll()
        if first.side == Side.sell.rawValue { asks.append(level, .sell) } else { bids.append(level, .buy) }
        for index in 1..<count {
            let more = event[index]
            let levels = more.payload
            let isAsk = more.flags & UInt16(STRATEGY_DEPTH_ASK) != 0
            appendMore(levels.0, levels.3, isAsk)
            appendMore(levels.1, levels.4, isAsk)
            appendMore(levels.2, levels.5, isAsk)
        }
    }

    private mutating func appendMore(_ price: UInt64, _ quantity: UInt64, _ isAsk: Bool) {
        let level = BookLevel(
            price: Price(raw: Int64(bitPattern: price)), quantity: Quantity(raw: Int64(bitPattern: quantity)))
        if isAsk { asks.append(level, .sell) } else { bids.append(level, .buy) }
    }

    /// Records of a whole book: level 0 of the bids, three MORE records with the others, four with the asks.
    public static let recordCount = 8

    /// The whole book as one event.
    public func records(instrument: UInt32, time: Timestamp) -> InlineArray<8, EventRecord> {
        var depth = DepthLevel()
        depth.type = EventType.depth.rawValue
        depth.flags = UInt16(STRATEGY_FLAG_MORE)
        depth.instrument = instrument
        depth.time = time.nanoseconds
        depth.side = Side.buy.rawValue
        if let best = bids.first { (depth.price, depth.quantity) = (best.price.raw, best.quantity.raw) }
        var records = InlineArray<8, EventRecord>(repeating: EventRecord(bytesOf: depth))
        for index in 1..<OrderBook.recordCount {
            let isAsk = index > 3
            let level = isAsk ? (index - 4) * 3 : (index - 1) * 3 + 1
            var more = EventRecord()
            more.type = EventType.more.rawValue
            more.flags = UInt16(level) << UInt16(STRATEGY_DEPTH_SHIFT) | (isAsk ? UInt16(STRATEGY_DEPTH_ASK) : 0)
            if index < OrderBook.recordCount - 1 { more.flags |= UInt16(STRATEGY_FLAG_MORE) }
            more.instrument = instrument
            more.time = time.nanoseconds
            (more.payload.0, more.payload.3) = words(isAsk, level)
            (more.payload.1, more.payload.4) = words(isAsk, level + 1)
            (more.payload.2, more.payload.5) = words(isAsk, level + 2)
            records[index] = more
        }
        return records
    }

    private func words(_ isAsk: Bool, _ index: Int) -> (UInt64, UInt64) {
        guard index < (isAsk ? asks.size : bids.size) else { return (0, 0) }
        let level = isAsk ? asks.levels[index] : bids.levels[index]
        return (UInt64(bitPattern: level.price.raw), UInt64(bitPattern: level.quantity.raw))
    }
}
