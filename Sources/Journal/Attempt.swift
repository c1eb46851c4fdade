import GRDB
import GRDBSQLite

/// Runs `body` and gives its errors the journal's words. `path` is the file that they are about.
func attempt<Value>(_ path: String, _ body: () throws -> Value) throws(JournalError) -> Value {
    do {
        return try body()
    } catch let error as JournalError {
        throw error
    } catch let error as DatabaseError {
        throw JournalError(error, path: path)
    } catch {
        throw JournalError(.other, "\(path): \(error)")
    }
}

extension JournalError {
    init(_ error: DatabaseError, path: String) {
        let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.diskFull, "\(path): the disk is full (\(detail)): make room, the journal goes on by itself")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.locked, "\(path): another process holds the database (\(detail)): end that process")
        case .SQLITE_READONLY:
            self.init(.readOnly, "\(path): the database cannot be written (\(detail)): check file system and rights")
        case .SQLITE_IOERR:
            self.init(.inputOutput, "\(path): reading or writing failed (\(detail)): check the disk")
        case .SQLITE_NOTADB:
            self.init(.notAJournal, "\(path): not a journal (\(detail)): name another path")
        case .SQLITE_CORRUPT:
            self.init(.corrupt, "\(path): the database is damaged (\(detail)): restore a backup")
        case .SQLITE_CANTOPEN:
            self.init(.cannotOpen, "\(path): cannot be opened (\(detail)): check the folder and its rights")
        case .SQLITE_CONSTRAINT:
            self.init(.conflict, "\(path): \(detail)")
        case .SQLITE_MISUSE:
            self.init(.closed, "\(path): the journal is closed (\(detail))")
        default: self.init(.other, "\(path): \(detail)")
        }
    }
}
