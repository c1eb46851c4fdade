import ArgumentParser
import Configuration
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

extension OutputOptions {
    /// The result of a command that has one sentence to say.
    func tell(_ text: String, _ members: [(key: String, value: JSON)]) {
        if json { Console.print(JSON.object(members).text) }
        if isForPeople { Console.print(text.printable) }
    }
}

/// Where the API listens. A flag wins over the environment, and that over host.yaml.
struct ListenOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address that the API listens on; default: host.yaml.", valueName: "host"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "Port of the API, 0 = any free one; default: STRATAGEM_PORT, then host.yaml.", valueName: "port"))
    var port: UInt16?

    func apply(to settings: inout APISettings) throws(CommandError) {
        if let host { settings.host = host }
        if let port {
            settings.port = port
        } else if let text = getenv("STRATAGEM_PORT").map({ String(cString: $0) }), !text.isEmpty {
            guard let port = UInt16(text) else {
                throw CommandError(
                    .usage, "'\(text.printable)' is no port", at: "STRATAGEM_PORT", "set it to 0…65535, or unset it")
            }
            settings.port = port
        }
    }
}

/// The ports of services, beside the API's.
struct ServicePortOptions: ParsableArguments {
    @Flag(help: "Opens a port for each service too: 3000, 8001-8006, 8010-8012, 8022, 8024, 8025, 8047, 8081.")
    var servicePorts = false

    @Option(help: ArgumentHelp("Adds 0…57000 to those ports; default: host.yaml.", valueName: "n"))
    var servicePortOffset: Int?

    func validate() throws {
        if let servicePortOffset, !(0...57_000).contains(servicePortOffset) {
            throw ValidationError("--service-port-offset must be 0…57000")
        }
    }

    func apply(to settings: inout APISettings) {
        if servicePorts { settings.servicePorts = true }
        if let servicePortOffset { settings.servicePortOffset = servicePortOffset }
    }
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

    /// nil where there is no such file.
    static func bytes(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// A small file; nil where it cannot be read (`errno` says why) or is larger.
    static func text(of path: String, bytesMax: Int) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = read(file, &chunk, chunk.count)
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
            guard bytes.count <= bytesMax else {
                errno = EFBIG
                return nil
            }
        }
    }
}
