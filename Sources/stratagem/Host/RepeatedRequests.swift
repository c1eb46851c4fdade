import API
import Engine
import Journal
import Trading

// A request with an idempotency key is carried out once: the same key with the same request has the same answer.

extension HostCore {
    /// Carries out a request that orders, changes, cancels or closes; without a key always. An order or the gate's no is
    /// remembered. What a stop, a conflict or a fault in the request refuses is not: the same request may pass later.
    func once(
        _ key: IdempotencyKey?, _ work: (HostCore) throws(HostRefusal) -> OrderView
    ) throws(HostRefusal) -> Placed {
        guard let key else { return .order(try work(self)) }
        let wall = Timestamp(nanoseconds: WallClock.now)
        if let earlier = try idempotency.find(key, at: wall) { return try answer(earlier) }
        do throws(HostRefusal) {
            let view = try work(self)
            remember(key, order: view.order.id, answer: "", at: wall)
            return .order(view)
        } catch {
            switch error {
            case .denied(let findings), .awaitingApproval(_, let findings):
                remember(key, answer: Finding.text(findings), at: wall)
            default: break
            }
            throw error
        }
    }

    private func answer(_ record: IdempotencyRecord) throws(HostRefusal) -> Placed {
        guard record.orderID != 0 else { throw .denied(Finding.list(record.answer)) }
        guard let order = engine.workingOrder(id: record.orderID) ?? orders[record.orderID] else {
            return .earlier(record.orderID)
        }
        return .order(view(order))
    }

    func remember(_ key: IdempotencyKey, order: UInt64 = 0, answer: String, at wall: Timestamp) {
        let record = IdempotencyRecord(
            user: key.user, key: key.key, fingerprint: key.fingerprint, orderID: order, answer: answer, time: wall)
        idempotency.insert(record)
        notes.append(.idempotency(record))
    }
}
