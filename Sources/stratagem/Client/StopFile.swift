import Glibc

/// A file named STOP in the data folder: an emergency stop of the whole system that needs no host, no network and no
/// database. Its content is for people; its being there is what counts.
enum StopFile {
    static func path(in folder: String) -> String { folder + "/STOP" }

    /// A name that cannot be looked up counts as there: halted is the safe side.
    static func exists(in folder: String) -> Bool {
        var status = stat()
        return lstat(path(in: folder), &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
    }

    /// What is in it, for whoever shows the stop; "" where nothing can be read.
    static func reason(in folder: String) -> String {
        let text = FileSystem.text(of: path(in: folder), bytesMax: 1 << 12) ?? ""
        return text.split(separator: "\n").first.map { String($0).printable } ?? ""
    }

    static func write(in folder: String, reason: String) throws(CommandError) {
        try ReplacedFile.write(reason.printable + "\n", to: path(in: folder), mode: 0o600)
    }
}
