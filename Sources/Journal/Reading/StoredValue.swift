import GRDB
import Trading

// Values of a row. What is not of its type says that the file is damaged; nothing traps.

extension Row {
    func get<Value: DatabaseValueConvertible>(_ column: String, _ type: Value.Type = Value.self) throws -> Value {
        let stored: DatabaseValue = self[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw JournalError(.corrupt, "\(column) \(stored) is damaged: restore a backup of the journal")
        }
        return value
    }

    /// nil = NULL.
    func optional<Value: DatabaseValueConvertible>(_ column: String, _ type: Value.Type = Value.self) throws -> Value? {
        let stored: DatabaseValue = self[column]
        return stored.isNull ? nil : try get(column)
    }

    /// Unsigned numbers are stored as the signed ones of the same bits.
    func id(_ column: String) throws -> UInt64 { UInt64(bitPattern: try get(column)) }
    func time(_ column: String) throws -> Timestamp { Timestamp(nanoseconds: try get(column)) }
    func optionalTime(_ column: String) throws -> Timestamp? {
        try optional(column, Int64.self).map(Timestamp.init(nanoseconds:))
    }

    /// Empty for NULL.
    func bytes(_ column: String) throws -> [UInt8] {
        let stored: DatabaseValue = self[column]
        switch stored.storage {
        case .null: return []
        case .blob(let data): return [UInt8](data)
        default: throw JournalError(.corrupt, "\(column) \(stored) is damaged: restore a backup of the journal")
        }
    }
}
