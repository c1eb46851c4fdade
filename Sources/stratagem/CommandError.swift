/// Why a command ends without its result: what is wrong, where, and what to do about it.
///
///     error: the data folder is in use – .stratagem – stop the other host or name another folder with --data-dir
struct CommandError: Error, CustomStringConvertible {
    /// The exit codes of the command line.
    enum Code: Int32 {
        /// The work ran and its answer is "no".
        case no = 1
        /// Wrong flags, a file that is not there, a configuration that cannot be used.
        case usage = 2
        /// Disk, permissions, a folder that is in use.
        case environment = 3
        /// A bug of this program.
        case bug = 70
    }

    var code: Code
    var what: String
    var place: String
    var remedy: String
    /// Every reason in full, one a line, printed before the error itself.
    var details: [String] = []

    init(_ code: Code, _ what: String, at place: String, _ remedy: String, details: [String] = []) {
        self.code = code
        self.what = what
        self.place = place
        self.remedy = remedy
        self.details = details
    }

    var description: String { "error: \(what) – \(place) – \(remedy)" }
}
