import GRDB
import Glibc

extension Journal {
    /// Writes a copy of the journal, as it is at this moment, to a new file; trading goes on meanwhile.
    ///
    /// The copy appears under its name when it is complete, is its owner's alone, and can be opened as a journal.
    /// A file that is there already is not replaced.
    public func backup(to target: String) throws(JournalError) {
        try Journal.backup(to: target) { copy throws(JournalError) in
            // In one step within one read transaction: the writer goes on and cannot make it start over.
            try attempt(target) { try pool.read { try $0.backup(to: copy, path: target) } }
        }
    }

    /// The same for a tool: a copy of the journal at `path`, on which a host may run.
    public static func backup(of path: String, to target: String) throws(JournalError) {
        try backup(to: target) { copy throws(JournalError) in
            try JournalFile.read(path: path) { try $0.backup(to: copy, path: target) }
        }
    }

    private static func backup(
        to target: String, _ fill: (DatabaseQueue) throws(JournalError) -> Void
    ) throws(JournalError) {
        guard access(target, F_OK) != 0 else {
            throw JournalError(.cannotOpen, "\(target): there is a file of this name already: name another")
        }
        let partial = target + ".partial"
        unlink(partial)
        defer { unlink(partial) }
        try JournalFile.createPrivately(partial)
        let copy = try attempt(target) { try DatabaseQueue(path: partial) }
        try fill(copy)
        try attempt(target) { try copy.close() }
        guard link(partial, target) == 0 else { throw JournalFile.cannotOpen(target) }
        try Journal.syncFolder(of: target)
    }

    /// Reads the whole file and says what does not fit together; empty = nothing. Takes long in a big one.
    public func check() throws(JournalError) -> [String] {
        try attempt(path) {
            try pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check").filter { $0 != "ok" } }
        }
    }

    /// The new name is on the disk, too.
    private static func syncFolder(of path: String) throws(JournalError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalFile.cannotOpen(folder) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw JournalFile.cannotOpen(folder) }
    }
}

extension Database {
    fileprivate func backup(to copy: DatabaseQueue, path: String) throws {
        try copy.writeWithoutTransaction { try backup(to: $0, pagesPerStep: -1) }
    }
}
