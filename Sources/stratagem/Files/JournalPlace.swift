import Configuration
import Journal

/// Where the database of a data folder is, and the words for what is in the way of using it.
enum JournalPlace {
    /// host.yaml may name another file than the usual one.
    static func path(_ settings: JournalSettings, dataDir: String) -> String {
        settings.path.hasPrefix("/") ? settings.path : "\(dataDir)/\(settings.path)"
    }

    /// For commands beside the host; the file must be there.
    static func existing(_ folders: FolderOptions) throws(CommandError) -> String {
        var settings = JournalSettings()
        if FileSystem.isFolder(folders.strategies) {
            settings = StrategiesFolder.read(folders.strategies).host.journal
        }
        let path = path(settings, dataDir: folders.dataDir)
        guard FileSystem.exists(path) else {
            throw CommandError(
                .environment, "there is no database", at: path,
                "start a host with `stratagem run`, which makes it, or name its folder with --data-dir")
        }
        return path
    }

    /// Runs `body` and gives the journal's errors their place.
    static func attempt<Value>(_ path: String, _ body: () throws(JournalError) -> Value) throws(CommandError) -> Value {
        do {
            return try body()
        } catch {
            throw CommandError(.environment, error.message, at: path, "mend that, and try again")
        }
    }
}
