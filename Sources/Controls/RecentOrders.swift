import Trading

/// The last orders of one strategy that passed: enough to know one again. Bounded; the oldest make room.
struct RecentOrders: BitwiseCopyable {
    struct Entry: BitwiseCopyable {
        var time: Int64 = .min
        var quantity: Int64 = 0
        var price: Int64 = 0
        /// Stop price and conditions as one number: equal for the same.
        var stopTerms: Int64 = 0
        var instrument: UInt32 = 0
        var side: UInt8 = 0
        var kind: UInt8 = 0
        var timeInForce: UInt8 = 0

        init() {}

        init(_ intent: OrderIntent, at time: Timestamp) {
            self.time = time.nanoseconds
            quantity = intent.quantity.raw
            price = intent.price.raw
            stopTerms = intent.stopPrice.raw ^ Entry.mark(of: intent.conditions)
            instrument = intent.instrument
            side = intent.side.rawValue
            kind = intent.kind.rawValue
            timeInForce = intent.timeInForce.rawValue
        }

        /// 0 where nothing is asked for, so that such an order is what it always was in a checkpoint. Each field goes through a
        /// step of SplitMix64 (Steele, Lea, Flood 2014).
        private static func mark(of conditions: OrderConditions) -> Int64 {
            guard !conditions.isNone else { return 0 }
            var mark: UInt64 = 0
            func mix(_ field: Int64) {
                mark = (mark ^ UInt64(bitPattern: field)) &+ 0x9e37_79b9_7f4a_7c15
                mark = (mark ^ (mark >> 30)) &* 0xbf58_476d_1ce4_e5b9
                mark = (mark ^ (mark >> 27)) &* 0x94d0_49bb_1331_11eb
                mark ^= mark >> 31
            }
            mix(conditions.stopLoss.raw)
            mix(conditions.takeProfit.raw)
            mix(conditions.expireTime.nanoseconds)
            mix(conditions.trail.raw)
            mix((conditions.trail.isFraction ? 1 : 0) | (conditions.postOnly ? 2 : 0))
            return Int64(bitPattern: mark)
        }

        func isSame(as other: Entry) -> Bool {
            quantity == other.quantity && price == other.price && stopTerms == other.stopTerms
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
            writer.put(entry.stopTerms)
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
            entry.stopTerms = try reader.number()
            entry.instrument = try reader.number()
            entry.side = try reader.number()
            entry.kind = try reader.number()
            entry.timeInForce = try reader.number()
            add(entry)
        }
    }
}
