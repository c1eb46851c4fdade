import Controls
import Execution
import Portfolio
import Trading

// Protective pairs in a checkpoint, and what a stop in the middle of an event left of them. Which legs work stands in the
// working orders; here is what they should be.

/// A protective fill makes room among its strategy's other orders, one fact each, and the journal may end before the last.
struct RecoveryRoom {
    let strategy: Int32
    let instrument: Int
    let side: Side
    /// What the others may come to.
    let most: Quantity
}

extension Engine {
    /// Instruments (u32), strategies (u32); for each whether it is suspended, and by instrument its terms and progress.
    func encodeProtections(into writer: inout ByteWriter) {
        writer.put(count: instruments.count)
        writer.put(count: slots.count)
        for strategy in slots.indices {
            writer.put(slots[strategy].isProtectionSuspended)
            for instrument in 0..<instruments.count {
                let protection = protections[strategy * instruments.count + instrument]
                // No valid distance is zero.
                writer.put(protection.terms.stopLoss ?? .zero)
                writer.put(protection.terms.takeProfit ?? .zero)
                writer.put(protection.progress.rawValue)
            }
        }
    }

    mutating func decodeProtections(from reader: inout ByteReader) throws(CodingFault) {
        let kept = try reader.count(of: 0)
        let strategyCount = try reader.count(of: 1)
        guard kept <= instruments.count, strategyCount <= slots.count else {
            throw reader.fault("protection of \(strategyCount) strategies in \(kept) instruments")
        }
        for strategy in 0..<strategyCount {
            slots[strategy].isProtectionSuspended = try reader.bool()
            for instrument in 0..<kept {
                let stopLoss = try reader.fixed(Rate.self)
                let takeProfit = try reader.fixed(Rate.self)
                let terms = ProtectionTerms(
                    stopLoss: stopLoss == .zero ? nil : stopLoss, takeProfit: takeProfit == .zero ? nil : takeProfit)
                guard terms.isValid else { throw reader.fault("protection at \(terms)") }
                let cell = strategy * instruments.count + instrument
                protections[cell].terms = terms
                setProgress(cell, try reader.choice("progress of a protection"))
            }
        }
    }

    /// Others may not open the opposite with what a protective fill has closed.
    mutating func completeRoom(_ room: RecoveryRoom) {
        while let excess = orders.shrink(
            room.side, to: room.most, strategy: room.strategy, instrument: room.instrument, at: now)
        {
            tellShrunk(excess.slot, isEmpty: excess.isEmpty)
        }
    }

    /// No leg may close more than there is: one of a closed or turned position goes, one that is too large shrinks.
    mutating func fitLegs(strategy: Int, instrument: Int) {
        let held = ledger.position(strategy: strategy, instrument: instrument).quantity
        for kind in [OrderKind.stopLoss, .limit] {
            let slot = orders.protectiveLeg(kind, strategy: Int32(strategy), instrument: instrument)
            guard slot != OrderManager.none else { continue }
            let order = orders.order(slot)
            let most = max(0, -order.intent.side.sign * held.raw)
            if most == 0 {
                end(slot, as: .cancelled, .reduceOnly)
            } else if order.remaining.raw > most {
                _ = orders.shrink(slot, by: order.remaining - Quantity(raw: most), at: now)
                tellShrunk(slot)
            }
        }
    }
}
