import API
import Journal
import Trading

/// What became of requests with a key: kept seven days, over restarts, bounded; the oldest go first.
struct IdempotencyTable {
    private var records: [String: IdempotencyRecord] = [:]
    private var keys: [String] = []
    private static let capacity = 200_000
    private static let keptNanoseconds = 7 * 86_400 * Timestamp.nanosecondsPerSecond

    init(_ records: [IdempotencyRecord] = []) { for record in records { insert(record) } }

    private static func name(_ user: String, _ key: String) -> String { "\(user)\u{0}\(key)" }

    /// The earlier request of the same key; another request under it is a conflict.
    func find(_ key: IdempotencyKey, at wall: Timestamp) throws(HostRefusal) -> IdempotencyRecord? {
        guard let record = records[IdempotencyTable.name(key.user, key.key)],
            wall.nanoseconds - record.time.nanoseconds < IdempotencyTable.keptNanoseconds
        else { return nil }
        guard record.fingerprint == key.fingerprint else {
            throw .conflict("the idempotency key '\(key.key)' was used for another request")
        }
        return record
    }

    mutating func insert(_ record: IdempotencyRecord) {
        let name = IdempotencyTable.name(record.user, record.key)
        if records.updateValue(record, forKey: name) == nil { keys.append(name) }
        guard keys.count > IdempotencyTable.capacity else { return }
        for old in keys.prefix(IdempotencyTable.capacity / 10) { records[old] = nil }
        keys.removeFirst(IdempotencyTable.capacity / 10)
    }
}
