import Glibc
import MarketData

/// Where a recording is made, and where it goes when it is complete: until then nobody lists it.
struct RecordingPlace {
    let path: String
    private let folder: String
    private let name: String
    private let replaces: Bool
    /// A folder of this process, on the same disk.
    private let workFolder: String
    var unfinished: String { "\(workFolder)/\(name).rec" }

    /// Rows between two looks at the disk.
    private static let rowsPerLook = 1 << 20

    init(_ folder: String, name: String, replaces: Bool) throws(CommandError) {
        self.folder = folder
        self.name = name
        self.replaces = replaces
        path = "\(folder)/\(name).rec"
        workFolder = "\(folder)/.import-\(getpid())"
        guard replaces || !FileSystem.exists(path) else {
            throw CommandError(
                .usage, "there is a recording of this name already", at: path,
                "name another with --name, or take its place with --replace")
        }
        RecordingPlace.removeLeftovers(folder)
        if let missing = DataFolder.make(workFolder) {
            throw CommandError(
                .environment, "the folder could not be made: \(String(cString: strerror(errno)))", at: missing,
                "name a folder that you may write to with --data-dir")
        }
        if let obstacle = DataCollection.diskObstacle(folder) {
            clear()
            throw CommandError(.environment, obstacle, at: folder, "make room, or name another disk with --data-dir")
        }
    }

    /// Between two pieces of the file.
    func checkRoom(rows: Int) throws(MarketDataError) {
        guard rows % RecordingPlace.rowsPerLook < RecordingPlace.rowsPerLook / 8,
            let obstacle = DataCollection.diskObstacle(folder)
        else { return }
        throw MarketDataError(.diskFull, file: path, reason: obstacle, goodRows: rows)
    }

    func attempt<Value>(_ work: () throws(MarketDataError) -> Value) throws(CommandError) -> Value {
        do throws(MarketDataError) {
            return try work()
        } catch {
            switch error.code {
            case .diskFull, .unwritable, .syncFailed, .alreadyThere:
                throw CommandError(
                    .environment, error.reason, at: error.file, "make room, or name another disk with --data-dir")
            default: return try Recording.usable { () throws(MarketDataError) in throw error }
            }
        }
    }

    /// Puts the recording into its place.
    func finish() throws(CommandError) {
        try attempt { () throws(MarketDataError) in
            if replaces { RecordingReader.remove(path) }
            try RecordingReader.move(unfinished, to: path)
        }
    }

    /// Whatever is left of the work.
    func clear() {
        RecordingReader.remove(unfinished)
        rmdir(workFolder)
    }

    /// Of imports that were killed.
    private static func removeLeftovers(_ folder: String) {
        for entry in FileSystem.names(in: folder) where entry.hasPrefix(".import-") {
            guard let process = Int32(entry.dropFirst(".import-".count)), kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            for file in FileSystem.names(in: "\(folder)/\(entry)") { unlink("\(folder)/\(entry)/\(file)") }
            rmdir("\(folder)/\(entry)")
        }
    }
}
