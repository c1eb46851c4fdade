import Glibc

/// The rows of a sweep on the disk, as they come: what was done stays done, whenever the sweep ends. The first line says what
/// the sweep is of; a row is a line, and one that was not written whole is cut off at the next start.
final class SweepFile {
    let path: String
    /// What is there already, by number.
    private(set) var rows: [Int: SweepRow] = [:]
    private let file: Int32

    private static let bytesMax = 2 << 30
    private static let headKey = "sweep"

    /// `identity` is all that makes one sweep another one. The file is made where it is missing, and begun anew where
    /// `restarts`; that of another sweep is refused.
    init(_ path: String, identity: SweepIdentity, restarts: Bool) throws(CommandError) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0o666)
        guard file >= 0 else { throw fault("made") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError(
                .environment, "another sweep writes it", at: path, "wait for its end, or name another --output")
        }
        guard let text = FileSystem.text(of: path, bytesMax: SweepFile.bytesMax) else { throw fault("read") }
        // A file without one whole line is what a start was killed over, or a new one.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        if !text.isEmpty {
            let isTornHead = lines.isEmpty && text.hasPrefix("{\"\(SweepFile.headKey)\":")
            let found = lines.first.flatMap { try? JSON(parsing: String($0))[SweepFile.headKey] }
            guard isTornHead || found != nil else {
                throw CommandError(.usage, "it is no file of a sweep", at: path, "name another one with --output")
            }
            if let found, !restarts { try check(found, identity) }
        }
        if restarts || lines.isEmpty {
            guard ftruncate(file, 0) == 0 else { throw fault("written") }
            try append(JSON.object([(SweepFile.headKey, identity.json)]).text)
            return
        }
        try takeRows(Array(lines.dropFirst()))
        let whole = lines.reduce(0) { $0 + $1.utf8.count + 1 }
        var end: UInt8 = 0
        guard pread(file, &end, 1, off_t(whole - 1)) == 1, end == 0x0A else {
            throw CommandError(.usage, "holds bytes that are no text", at: path, "begin anew with --restart")
        }
        guard ftruncate(file, off_t(whole)) == 0 else { throw fault("written") }
    }

    deinit { if file >= 0 { close(file) } }

    private func check(_ found: JSON, _ identity: SweepIdentity) throws(CommandError) {
        let differences = identity.differences(from: found)
        guard differences.isEmpty else {
            throw CommandError(
                .usage, "it is of another sweep, with other \(differences.joined(separator: ", "))", at: path,
                "name another --output, or begin anew with --restart")
        }
    }

    private func takeRows(_ lines: [Substring]) throws(CommandError) {
        for (place, line) in lines.enumerated() {
            guard let row = SweepRow(line: String(line)) else {
                throw CommandError(
                    .usage, "is no row of a sweep", at: "\(path):\(place + 2)",
                    "take the line out, or begin anew with --restart")
            }
            rows[row.number] = row
        }
    }

    func add(_ row: SweepRow) throws(CommandError) {
        try append(row.json.text)
        rows[row.number] = row
    }

    private func append(_ line: String) throws(CommandError) {
        let failure = OutputFile.write(line + "\n", to: file)
        guard failure == 0 else {
            errno = failure
            throw fault("written")
        }
    }

    private func fault(_ step: String) -> CommandError {
        CommandError(
            .environment, "could not be \(step): \(String(cString: strerror(errno)))", at: path,
            "name a file in a folder that you may write to, and make room")
    }
}
