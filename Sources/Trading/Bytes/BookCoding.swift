// An order book in a checkpoint, as the feed left it and with what own orders took of it.

extension OrderBook {
    /// Whether the feed has shown a book; if so its time, then bids and asks: how many levels (u8), then price, quantity and
    /// what is taken of each.
    public func encode(into writer: inout ByteWriter) {
        writer.put(time != nil)
        guard let time else { return }
        writer.put(time)
        bids.encode(into: &writer)
        asks.encode(into: &writer)
    }

    public init(from reader: inout ByteReader) throws(CodingFault) {
        self.init()
        guard try reader.bool() else { return }
        time = try reader.timestamp()
        bids = try BookSide(from: &reader)
        asks = try BookSide(from: &reader)
    }
}

extension BookSide {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(UInt8(size))
        for level in self {
            writer.put(level.price)
            writer.put(level.quantity)
            writer.put(level.taken)
        }
    }

    /// A feed that changes single levels may leave them in any order.
    fileprivate init(from reader: inout ByteReader) throws(CodingFault) {
        self.init()
        let count = Int(try reader.number(UInt8.self))
        guard count <= BookSide.levelsMax else { throw reader.fault("\(count) levels of an order book") }
        for index in 0..<count {
            var level = BookLevel(price: try reader.fixed(), quantity: try reader.fixed())
            level.taken = try reader.fixed()
            guard level.price.raw > 0, level.quantity.raw > 0, level.taken.raw >= 0, level.taken <= level.quantity
            else { throw reader.fault("level \(index) is \(level)") }
            levels[index] = level
        }
        size = count
    }
}
