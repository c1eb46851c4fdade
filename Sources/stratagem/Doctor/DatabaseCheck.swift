import Journal
import Trading

/// What `doctor` asks of the database: can it be read, is it whole, how far back would a start have to go.
struct DatabaseCheck {
    let path: String

    /// A start replays some hundred thousand facts in a second; this many make it slow.
    private static let factsMany: UInt64 = 5_000_000

    func findings() -> [Diagnosis] {
        guard FileSystem.exists(path) else { return [.ok("database", "\(path) will be made by the first host")] }
        do {
            let examination = try Journal.examine(path: path)
            guard examination.damages.isEmpty else {
                return examination.damages.map {
                    .problem("database", "\(path): \($0)", fix: "stop the host and restore a backup")
                }
            }
            return [whole(examination)]
        } catch {
            return [.problem("database", error.message, fix: DatabaseCheck.fix(error.code))]
        }
    }

    private func whole(_ examination: JournalExamination) -> Diagnosis {
        var text =
            "\(path): version \(examination.version), whole, \(NumberText.fixed(Double(examination.bytes) / 1e6, 1)) MB, "
            + "\(examination.facts) facts, "
        if let time = examination.checkpointTime {
            let seconds = Double(WallClock.now - time.nanoseconds) / 1e9
            text += "last checkpoint \(NumberText.duration(seconds: max(seconds, 0))) ago"
            text += " and \(examination.factsSinceCheckpoint) facts back"
        } else {
            text += "no checkpoint yet"
        }
        guard examination.factsSinceCheckpoint > DatabaseCheck.factsMany else { return .ok("database", text) }
        return .warning("database", text, fix: "the next start takes long: lower journal.checkpoint_seconds")
    }

    private static func fix(_ code: JournalError.Code) -> String {
        switch code {
        case .newerVersion: "use the newer program, or another --data-dir"
        case .olderVersion: "start a host"
        case .corrupt, .notAJournal, .damagedFacts: "restore a backup, or move the file away"
        case .cannotOpen, .readOnly: "check who owns the file and its folder"
        default: "mend that"
        }
    }
}
