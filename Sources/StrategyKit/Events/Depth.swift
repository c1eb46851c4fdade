public import CStrategyABI

/// The order book as the feed shows it, up to ten levels a side. Like the other records it is a view, valid during the
/// callback that got it; `bids` and `asks` are copies that may be kept.
///
///     mutating func onDepth(_ depth: Depth, _ context: inout Context) {
///         let near = depth.bids.prefix(3).reduce(Quantity.zero) { $0 + $1.quantity }
///     }
@frozen public struct Depth {
    @usableFromInline let record: UnsafePointer<strategy_depth_v1_t>
    @usableFromInline let more: UnsafePointer<strategy_event_v1_t>
    @usableFromInline let moreCount: Int

    @inlinable @inline(__always)
    init(_ event: UnsafePointer<strategy_event_v1_t>, moreCount: Int) {
        record = UnsafeRawPointer(event).assumingMemoryBound(to: strategy_depth_v1_t.self)
        more = event + 1
        self.moreCount = moreCount
    }

    @inlinable public var instrument: InstrumentIndex { record.pointee.instrument }
    @inlinable public var time: Timestamp { Timestamp(nanoseconds: record.pointee.time) }
    /// The event holds the whole book; else just one level of it has changed, `changedLevel`.
    @inlinable public var isWholeBook: Bool { moreCount > 0 }
    /// Best first; empty when the event holds one level only.
    @inlinable public var bids: DepthLevels { DepthLevels(self, .buy) }
    @inlinable public var asks: DepthLevels { DepthLevels(self, .sell) }
    /// Side, number (0 = best), price and new quantity of the level that changed; quantity zero takes it away, and the
    /// levels behind it move up. Nil for a whole book.
    @inlinable public var changedLevel: (side: Side, number: Int, level: DepthLevel)? {
        guard !isWholeBook, let side = Side(rawValue: record.pointee.side) else { return nil }
        return (side, Int(record.pointee.level), firstLevel)
    }

    @inlinable var firstLevel: DepthLevel {
        DepthLevel(price: Price(raw: record.pointee.price), quantity: Quantity(raw: record.pointee.quantity))
    }
}

/// One price of the order book.
@frozen public struct DepthLevel: Equatable, Sendable {
    public let price: Price
    public let quantity: Quantity

    @inlinable public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// The levels of one side, best first, in fixed memory: making one allocates nothing.
@frozen public struct DepthLevels: RandomAccessCollection {
    @usableFromInline var levels = InlineArray<10, DepthLevel>(repeating: DepthLevel(price: .zero, quantity: .zero))
    public private(set) var count = 0

    @inlinable
    init(_ depth: Depth, _ side: Side) {
        guard depth.isWholeBook else { return }
        if depth.record.pointee.side == side.rawValue { append(depth.firstLevel) }
        for index in 0..<depth.moreCount {
            let more = depth.more[index]
            let isAsk = more.flags & UInt16(STRATEGY_DEPTH_ASK) != 0
            guard isAsk == (side == .sell) else { continue }
            append(more.payload.0, more.payload.3)
            append(more.payload.1, more.payload.4)
            append(more.payload.2, more.payload.5)
        }
    }

    @inlinable
    mutating func append(_ price: UInt64, _ quantity: UInt64) {
        append(
            DepthLevel(
                price: Price(raw: Int64(bitPattern: price)), quantity: Quantity(raw: Int64(bitPattern: quantity))))
    }

    @usableFromInline
    mutating func append(_ level: DepthLevel) {
        guard level.quantity > .zero, count < levels.count else { return }
        levels[count] = level
        count += 1
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }
    public subscript(_ level: Int) -> DepthLevel {
        precondition(level >= 0 && level < count, "level \(level) of \(count)")
        return levels[level]
    }
}
