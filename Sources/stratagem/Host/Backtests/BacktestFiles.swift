import Glibc

/// Where backtests are kept: a folder for each, with what was asked and found, what it printed, and its report.
struct BacktestFiles: Sendable {
    private let path: String
    private static let jobBytesMax = 8 << 20
    private static let reportBytesMax = 64 << 20

    init(_ data: String) { path = data + "/backtests" }

    func folder(_ id: String) -> String { "\(path)/\(id)" }

    /// Oldest first, and the highest number that was ever seen. What cannot be read is passed over.
    func load() -> (jobs: [BacktestJob], lastNumber: Int) {
        var jobs: [BacktestJob] = []
        var last = 0
        for name in FileSystem.names(in: path) {
            guard name.hasPrefix("bt_"), let number = Int(name.dropFirst(3)) else { continue }
            last = max(last, number)
            guard let text = FileSystem.text(of: "\(path)/\(name)/job.json", bytesMax: BacktestFiles.jobBytesMax),
                let job: BacktestJob = JournalText.decode(text), job.number == number
            else { continue }
            jobs.append(job)
        }
        return (jobs.sorted { $0.number < $1.number }, last)
    }

    /// What was in the way; nil = nothing.
    func make(_ job: BacktestJob) -> String? {
        let folder = folder(job.id)
        if DataFolder.make(folder) != nil { return String(cString: strerror(errno)) }
        if let override = job.override, let problem = write(override.json, "\(folder)/override.json") { return problem }
        return store(job)
    }

    func store(_ job: BacktestJob) -> String? { write(JournalText.encode(job), "\(folder(job.id))/job.json") }

    func report(_ id: String) -> String? {
        FileSystem.text(of: "\(folder(id))/report.html", bytesMax: BacktestFiles.reportBytesMax)
    }

    /// What only the run needed.
    func clear(_ id: String) {
        for name in ["out", "err", "progress", "override.json"] { unlink("\(folder(id))/\(name)") }
    }

    func remove(_ id: String) {
        for name in FileSystem.names(in: folder(id)) { unlink("\(folder(id))/\(name)") }
        rmdir(folder(id))
    }

    private func write(_ text: String, _ file: String) -> String? {
        do throws(CommandError) {
            try ReplacedFile.write(text, to: file, mode: 0o600)
            return nil
        } catch {
            return error.what
        }
    }
}
