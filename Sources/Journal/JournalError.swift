/// Why the journal cannot do what it was asked.
public struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Written by a newer version of the program; the file was left as it is.
        case newerVersion
        /// Written by an older version, which a tool does not bring up to date; the file was left as it is.
        case olderVersion
        /// The file is no journal: another kind of file, or another program's database.
        case notAJournal
        /// The file is a database that is damaged.
        case corrupt
        /// A row of facts or a checkpoint does not have the checksum that was stored with it.
        case damagedFacts
        /// Commits would not be on the disk when they are acknowledged.
        case notDurable
        /// No file, no folder or no permission.
        case cannotOpen
        /// The disk, or the room that the file may take, is full.
        case diskFull
        /// Another process holds the lock.
        case locked
        case readOnly
        case inputOutput
        /// What was to be stored contradicts what is stored: the same id twice.
        case conflict
        case closed
        case other
    }

    public var code: Code
    /// What, where and what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
