import Glibc
import PluginHost

/// Libraries by their content, so that code that once traded can be put back by another life of the host.
struct GenerationArchive: Sendable {
    private let folder: String

    init(dataPath: String) { folder = dataPath + "/generations/kept" }

    func path(_ sha256: String) -> String { "\(folder)/\(sha256).so" }

    func holds(_ path: String) -> Bool { path.hasPrefix(folder + "/") }

    func has(_ sha256: String) -> Bool { !sha256.isEmpty && FileSystem.exists(path(sha256)) }

    /// A second name for the copy that is in memory, which costs nothing. False = it could not be kept; the host does without.
    @discardableResult
    func keep(_ plugin: LoadedPlugin, _ sha256: String) -> Bool {
        guard !sha256.isEmpty else { return false }
        mkdir(folder, 0o700)
        return link(plugin.generationPath, path(sha256)) == 0 || errno == EEXIST
    }

    func removeAll(but wanted: Set<String>) {
        for name in FileSystem.names(in: folder)
        where name.hasSuffix(".so") && !wanted.contains(String(name.dropLast(3))) {
            unlink("\(folder)/\(name)")
        }
    }
}
