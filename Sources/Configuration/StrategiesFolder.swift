internal import FoundationEssentials
internal import Glibc

/// The operator's folder: host.yaml, one folder a strategy, and the folder `models` for models of signals.
///
///     let folder = StrategiesFolder.read("strategies")
///     folder.findings.forEach { print($0) }   // strategies/sma/strategy.yaml:7: …
public struct StrategiesFolder: Sendable {
    public var path: String
    public var host = HostConfiguration()
    /// Those without an error, sorted by id.
    public var strategies: [StrategyConfiguration] = []
    /// Those with an error, as far as they could be read; they are not used.
    public var refusedStrategies: [StrategyConfiguration] = []
    public var refused: [String] { refusedStrategies.map(\.id) }
    /// Everything that is wrong or worth knowing, file by file.
    public var findings: [ConfigurationFinding] = []

    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// Reads everything; a missing folder or host.yaml means the defaults. Links are followed, hidden folders skipped.
    public static func read(_ path: String) -> StrategiesFolder {
        var folder = StrategiesFolder(path: path)
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return folder }
        guard isFolder else {
            folder.findings.append(ConfigurationFinding(file: path, message: "is not a folder"))
            return folder
        }
        folder.readHost()
        for name in folder.names(path)
        where !name.hasPrefix(".") && name != modelsName && folder.isFolder("\(path)/\(name)") {
            folder.readStrategy(name)
        }
        return folder
    }

    /// Where models of signals lie; no strategy has this name.
    public static let modelsName = "models"
    public var modelsPath: String { "\(path)/\(StrategiesFolder.modelsName)" }

    /// One strategy's folder as it is now, under a host.yaml that was read before; nothing when it is not there.
    public static func read(_ path: String, only id: String, host: HostConfiguration) -> StrategiesFolder {
        var folder = StrategiesFolder(path: path)
        folder.host = host
        if id != modelsName, folder.isFolder("\(path)/\(id)") { folder.readStrategy(id) }
        return folder
    }

    private mutating func readHost() {
        let file = "\(path)/host.yaml"
        reportMisspelled("host.yml", instead: "host.yaml", in: path)
        guard let bytes = bytes(file) else { return }
        let (host, found) = HostConfiguration.read(bytes, file: file)
        self.host = host
        findings += found
    }

    private mutating func readStrategy(_ id: String) {
        let folder = "\(path)/\(id)"
        let file = "\(folder)/strategy.yaml"
        let firstFinding = findings.count
        if !Identifier.isValid(id) {
            findings.append(
                ConfigurationFinding(file: folder, message: "a strategy's folder is named by \(Identifier.rule)"))
        }
        if id == StrategyConfiguration.reservedID {
            findings.append(
                ConfigurationFinding(
                    file: folder, message: "the host keeps orders of no strategy under '\(id)': rename the folder"))
        }
        reportMisspelled("strategy.yml", instead: "strategy.yaml", in: folder)
        var strategy = StrategyConfiguration(id: id, folder: folder)
        let hasFile = FileManager.default.fileExists(atPath: file)
        if hasFile, let bytes = bytes(file) {
            let (read, found) = StrategyConfiguration.read(bytes, id: id, folder: folder, file: file, host: host)
            strategy = read
            findings += found
        }
        if !findings[firstFinding...].contains(where: { $0.severity == .error }) {
            reportCode(strategy, hasFile ? file : folder, hasFile: hasFile)
        }
        if findings[firstFinding...].contains(where: { $0.severity == .error }) {
            refusedStrategies.append(strategy)
        } else {
            strategies.append(strategy)
        }
    }

    /// Where its code comes from: the plugin key, sources in the folder, or exactly one library there.
    private mutating func reportCode(_ strategy: StrategyConfiguration, _ place: String, hasFile: Bool) {
        guard strategy.plugin == nil else { return }
        let names = names(strategy.folder).filter { !$0.hasPrefix(".") }
        let libraries = names.filter { $0.hasSuffix(".so") }
        let sources = names.filter { name in [".swift", ".c", ".rs"].contains { name.hasSuffix($0) } }
        let message: String
        if !sources.isEmpty {
            findings += libraries.map {
                ConfigurationFinding(
                    severity: .warning, file: "\(strategy.folder)/\($0)",
                    message: "is not used: the sources beside it are compiled")
            }
            return
        } else if libraries.count == 1 {
            return
        } else if libraries.count > 1 {
            message =
                "the folder holds several libraries (\(libraries.joined(separator: ", "))); name one by plugin: ID"
        } else {
            let missing = hasFile ? "no plugin is named" : "there is no strategy.yaml"
            message = "\(missing) and the folder holds no library (.so) and no source"
        }
        findings.append(ConfigurationFinding(file: place, keyPath: hasFile ? "plugin" : "", message: message))
    }

    // MARK: Files

    private mutating func reportMisspelled(_ name: String, instead: String, in folder: String) {
        guard FileManager.default.fileExists(atPath: "\(folder)/\(name)") else { return }
        findings.append(
            ConfigurationFinding(
                severity: .warning, file: "\(folder)/\(name)", message: "is not read; name it \(instead)"))
    }

    /// The file's bytes, one more than allowed at most; nil with a finding when it cannot be read, or when it is missing.
    private mutating func bytes(_ file: String) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            findings.append(
                ConfigurationFinding(file: file, message: "cannot be read: \(String(cString: strerror(errno)))"))
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            findings.append(ConfigurationFinding(file: file, message: "is not a regular file"))
            return nil
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= YAMLSource.sizeLimitBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }
}
