import ArgumentParser
import Journal

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the database of the data folder, also while a host runs on it.",
        discussion: """
            The copy is the database of one moment, readable by its owner alone. To go back to it, stop the host and put it \
            in the place of the database, without the files -wal and -shm beside that.
            """)

    @Argument(help: ArgumentHelp("A new file; one that is there is not replaced.", valueName: "file"))
    var file: String

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !FileSystem.exists(file) else {
            throw CommandError(.usage, "there is a file of this name already", at: file, "name another")
        }
        let path = try JournalPlace.existing(folders)
        try JournalPlace.attempt(path) { () throws(JournalError) in try Journal.backup(of: path, to: file) }
        let bytes = FileSystem.bytes(of: file) ?? 0
        output.tell(
            "copied \(path) to \(file), \(NumberText.fixed(Double(bytes) / 1e6, 2)) MB",
            [("file", .string(file)), ("bytes", .integer(bytes))])
    }
}
