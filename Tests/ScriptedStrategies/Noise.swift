public import CStrategyABI
public import Trading

extension IntentRecord {
    /// Every record is noise; one in two has a type, side, kind and numbers that let it come farther.
    public static func noise(_ random: inout Dice) -> IntentRecord {
        var words = (0..<8).map { _ in random.next() }
        if random.chance(1, in: 3) { words = words.map { $0 >> UInt64(random.number(0...63)) } }
        var record = IntentRecord().with(words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }, at: 0)
        guard random.chance(1, in: 2) else { return record }
        record.type = random.chance(1, in: 2) ? UInt16(STRATEGY_INTENT_SUBMIT) : UInt16(random.number(0...11))
        record.flags = UInt16(random.number(0...1))
        record.instrument = UInt32(random.number(0...3))
        record.tag = UInt64(random.number(0...20))
        guard record.type == UInt16(STRATEGY_INTENT_SUBMIT), random.chance(3, in: 4) else { return record }
        return record.changed {
            $0.expire_time = 0
            $0.options = UInt8(random.number(0...(random.chance(1, in: 4) ? 7 : 1)))
            $0.side = UInt8(random.number(1...2))
            $0.kind = UInt8(random.number(1...5))
            $0.time_in_force = UInt8(random.number(1...5))
            if $0.time_in_force == UInt8(STRATEGY_TIF_GTD) { $0.expire_time = random.number(1...2) << 61 }
            $0.trail = random.chance(3, in: 4) ? random.number(1...9) * 100_000_000 : Int64(bitPattern: random.next())
            $0.quantity =
                random.chance(1, in: 2) ? random.number(1...500) * 1_000_000 : Int64(bitPattern: random.next())
            $0.price = $0.kind & 1 == 0 ? random.number(80...120) * 1_000_000_000 : 0
            $0.stop_price = $0.kind >= 3 ? random.number(80...120) * 1_000_000_000 : 0
        }
    }
}
