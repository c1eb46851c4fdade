import Trading

/// The last orders of one strategy that passed: enough to know one again. Bounded; the oldest make room.
struct RecentOrders: BitwiseCopyable {
    struct Entry: BitwiseCopyable {
        var time: Int64 = .min
        var quantity: Int64 = 0
        var price: Int64 = 0
        var stopPrice: Int64 = 0
        var instrument: UInt32 = 0
        var side: UInt8 = 0
        var kind: UInt8 = 0
        var timeInForce: UInt8 = 0

        init() {}

        init(_ intent: OrderIntent, at time: Timestamp) {
            self.time = time.nanoseconds
            quantity = intent.quantity.raw
            price = intent.price.raw
            stopPrice = intent.stopPrice.raw
            instrument = intent.instrument
            side = intent.side.rawValue
            kind = intent.kind.rawValue
            timeInForce = intent.timeInForce.rawValue
        }

        func isSame(as other: Entry) -> Bool {
            quantity == other.quantity && price == other.price && stopPrice == other.stopPrice
                && instrument == other.instrument && side == other.side && kind == other.kind
                && timeInForce == other.timeInForce
        }
    }

    static let capacity = 16
    private(set) var entries = InlineArray<16, Entry>(repeating: Entry())
    /// Where the next one goes.
    private(set) var next = 0

    mutating func add(_ entry: Entry) {
        entries[next] = entry
        next = (next + 1) % RecentOrders.capacity
    }

    /// When the same order passed last; nil = not among those that are kept.
    static func lastTime(of entry: Entry, in recent: UnsafePointer<RecentOrders>) -> Int64? {
        // They come first. A subscript would copy all of them each time.
        let entries = UnsafeRawPointer(recent).assumingMemoryBound(to: Entry.self)
        var newest = Int64.min
        for index in 0..<RecentOrders.capacity where entries[index].isSame(as: entry) {
            newest = max(newest, entries[index].time)
        }
        return newest == .min ? nil : newest
    }

    /// Oldest first.
    func encode(into writer: inout ByteWriter) {
        var kept = 0
        for index in 0..<RecentOrders.capacity where entries[index].time != .min { kept += 1 }
        writer.put(UInt8(kept))
        for offset in 0..<RecentOrders.capacity {
            let entry = entries[(next + offset) % RecentOrders.capacity]
            guard entry.time != .min else { continue }
            writer.put(entry.time)
            writer.put(entry.quantity)
            writer.put(entry.price)
            writer.put(entry.stopPrice)
            writer.put(entry.instrument)
            writer.put(entry.side)
            writer.put(entry.kind)
            writer.put(entry.timeInForce)
        }
    }

    init() {}

    init(from reader: inout ByteReader) throws(CodingFault) {
        self.init()
        let kept = try reader.number(UInt8.self)
        guard kept <= RecentOrders.capacity else { throw reader.fault("\(kept) recent orders") }
        for _ in 0..<kept {
            var entry = Entry()
            entry.time = try reader.instant("time of a recent order").nanoseconds
            entry.quantity = try reader.number()
            entry.price = try reader.number()
            entry.stopPrice = try reader.number()
            entry.instrument = try reader.number()
            entry.side = try reader.number()
            entry.kind = try reader.number()
            entry.timeInForce = try reader.number()
            add(entry)
        }
    }
}
