import GRDB
import GRDBSQLite
import Trading

/// A prepared statement whose values are put in from left to right, without a copy of each in between.
struct BoundStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private var index: Int32 = 0
    /// Of the first value that could not be put in.
    private var fault = SQLITE_OK

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private mutating func note(_ result: Int32) {
        if result != SQLITE_OK, fault == SQLITE_OK { fault = result }
    }

    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    mutating func put(_ value: some FixedWidthInteger) {
        index += 1
        note(sqlite3_bind_int64(handle, index, Int64(truncatingIfNeeded: value)))
    }

    mutating func put(_ value: Double) {
        index += 1
        note(sqlite3_bind_double(handle, index, value))
    }

    mutating func put(_ value: Bool) { put(value ? 1 : 0) }
    mutating func put(_ value: Timestamp) { put(value.nanoseconds) }
    mutating func put(_ value: some FixedPoint) { put(value.raw) }

    mutating func put(_ value: Timestamp?) {
        if let value { put(value.nanoseconds) } else { putNull() }
    }

    mutating func put(_ value: String?) {
        guard var value else { return putNull() }
        // A text of SQLite ends at its first NUL when it is read.
        if value.utf8.contains(0) { value = String(value.map { $0 == "\0" ? "\u{FFFD}" : $0 }) }
        index += 1
        let result = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                guard let base = text.baseAddress else {
                    return sqlite3_bind_text(handle, index, "", 0, BoundStatement.copied)
                }
                return sqlite3_bind_text64(
                    handle, index, base, UInt64(text.count), BoundStatement.copied, UInt8(SQLITE_UTF8))
            }
        }
        note(result)
    }

    /// Decimal text, as `Money.description` writes it.
    mutating func put(_ value: Money) {
        index += 1
        var result = SQLITE_OK
        DecimalText.withText(value.raw, scale: Money.decimals) { text in
            result = sqlite3_bind_text(
                handle, index, text.assumingMemoryBound(to: CChar.self).baseAddress, Int32(text.count),
                BoundStatement.copied)
        }
        note(result)
    }

    mutating func put(_ bytes: [UInt8]) {
        index += 1
        let result = bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, raw.count > 0 else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob64(handle, index, base, UInt64(raw.count), BoundStatement.copied)
        }
        note(result)
    }

    mutating func putNull() {
        index += 1
        note(sqlite3_bind_null(handle, index))
    }

    /// Runs the statement and makes it ready for the next row.
    mutating func run() throws {
        let result = fault == SQLITE_OK ? sqlite3_step(handle) : fault
        index = 0
        defer { sqlite3_reset(handle) }
        guard result == SQLITE_DONE || result == SQLITE_ROW else {
            let connection = sqlite3_db_handle(handle)
            throw DatabaseError(
                resultCode: ResultCode(rawValue: fault == SQLITE_OK ? sqlite3_extended_errcode(connection) : fault),
                message: String(cString: sqlite3_errmsg(connection)), sql: statement.sql)
        }
    }
}
