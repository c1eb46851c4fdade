import Crypto
import HTTPTypes
import NIOCore
import Trading

extension OperationContext {
    /// The header Idempotency-Key, with the fingerprint of the order as it was understood: a body that means the same (other
    /// spacing, "0.50" for 0.5, a default that is spelt out) is the same request. `requestID` stands in for the header.
    func idempotencyKey(for order: OrderRequest, or requestID: String? = nil) throws(APIError) -> IdempotencyKey? {
        try idempotencyKey(or: requestID) { order.writeCanonical(&$0, operation: operationID) }
    }

    /// The same for a change, a cancel or a close of what has an id.
    func idempotencyKey(for id: String, change: OrderChange = OrderChange()) throws(APIError) -> IdempotencyKey? {
        try idempotencyKey { json in
            json.object { json in
                json.field("operation", operationID)
                json.field("id", id)
                json.nullable("quantity", change.quantity)
                json.nullable("price", change.price)
                json.nullable("stop_price", change.stopPrice)
                json.nullable("time_in_force", change.timeInForce?.name)
            }
        }
    }

    private func idempotencyKey(or requestID: String? = nil, _ write: (inout JSONWriter) -> Void) throws(APIError)
        -> IdempotencyKey?
    {
        let header = headers[.idempotencyKey]
        guard let key = header ?? requestID else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            let path = header == nil ? "requestId" : "Idempotency-Key"
            throw .invalid([RequestFault(path: path, message: "must have 1 to 255 visible ASCII characters")])
        }
        var json = JSONWriter()
        write(&json)
        let digest = SHA256.hash(data: Array(json.buffer.readableBytesView))
        let fingerprint = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return IdempotencyKey(user: keyOwner, key: key, fingerprint: fingerprint)
    }
}

extension OrderRequest {
    /// Journalled fingerprints outlive the process: names and order of these fields must stay.
    fileprivate func writeCanonical(_ json: inout JSONWriter, operation: String) {
        json.object { json in
            json.field("operation", operation)
            json.field("strategy", strategy)
            json.field("instrument", instrument)
            json.field("side", side.name)
            json.field("kind", kind.name)
            json.field("quantity", quantity)
            json.nullable("price", price)
            json.nullable("stop_price", stopPrice)
            json.field("time_in_force", timeInForce.name)
            json.field("is_live", isLive)
            // What came later stands only where it is asked for: fingerprints of before stay what they were.
            if reduceOnly { json.field("reduce_only", true) }
            guard !conditions.isNone else { return }
            json.field("trail", conditions.trail.raw)
            json.field("trail_is_fraction", conditions.trail.isFraction)
            json.field("expire_time", conditions.expireTime)
            json.field("post_only", conditions.postOnly)
            guard conditions.hasBracket else { return }
            json.field("stop_loss", conditions.stopLoss)
            json.field("take_profit", conditions.takeProfit)
        }
    }
}
