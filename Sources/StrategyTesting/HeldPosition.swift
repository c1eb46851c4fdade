import CStrategyABI
import StrategyKit

/// A strategy's position in one instrument as the scenario keeps it, with its exact cost (price × quantity, 1e-17).
struct HeldPosition {
    var quantity: Quantity = .zero
    private var cost: Int128 = 0
    private var realized: Int128 = 0
    private var openedAt: Int64 = 0
    private var id: UInt64 = 0

    mutating func apply(_ side: Side, _ filled: Quantity, at price: Price, time: Timestamp) {
        let signed = side == .buy ? filled : -filled
        let closes = (quantity.raw < 0) != (signed.raw < 0) && quantity != .zero
        let closing = closes ? min(filled, quantity.magnitude) : .zero
        if closing > .zero {
            let part = cost * Int128(closing.raw) / Int128(quantity.magnitude.raw)
            let sold = Int128(price.raw) * Int128(closing.raw)
            realized += (quantity > .zero ? sold : -sold) - part
            cost -= part
            quantity += quantity > .zero ? -closing : closing
        }
        let opening = filled - closing
        guard opening > .zero else { return }
        if quantity == .zero {
            openedAt = time.nanoseconds
            id += 1
        }
        quantity += side == .buy ? opening : -opening
        cost += Int128(price.raw) * Int128(opening.raw) * (side == .buy ? 1 : -1)
    }

    func record(instrument: InstrumentIndex, time: Timestamp) -> strategy_position_v1_t {
        var record = strategy_position_v1_t()
        record.type = UInt16(STRATEGY_EVENT_POSITION)
        record.instrument = instrument
        record.time = time.nanoseconds
        record.quantity = quantity.raw
        record.average_price = quantity == .zero ? 0 : Int64(clamping: cost / Int128(quantity.raw))
        record.realized_pnl = Int64(clamping: realized / 1_000_000_000)
        record.opened_at = quantity == .zero ? 0 : openedAt
        record.position_id = quantity == .zero ? 0 : id
        return record
    }
}
