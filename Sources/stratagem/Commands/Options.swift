import ArgumentParser
import Glibc

/// Flags of every command.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @Flag(help: "Print nothing on standard output, except the object of --json.")
    var quiet = false

    /// Text for people is wanted.
    var isForPeople: Bool { !json && !quiet }
}

/// Folders of a command that loads plugins.
struct FolderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder with host.yaml and one folder a strategy.", valueName: "dir"))
    var strategies = "strategies"

    @Option(help: ArgumentHelp("The folder for what the host keeps; made where it is missing.", valueName: "dir"))
    var dataDir = ".stratagem"
}

extension CommandError {
    static func missingFolder(_ path: String) -> CommandError {
        CommandError(
            .usage, "there is no such folder", at: path,
            "run this where the strategies folder is, or name it with --strategies")
    }
}

enum FileSystem {
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Sorted; empty where the folder cannot be read.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
