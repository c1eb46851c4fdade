import Configuration
import Dispatch
import PluginHost

/// All that a live folder needs of a run's start.
struct LiveFolderPlan {
    let path: String
    /// What the folder held before it was read; nil = it could not be looked into.
    let scan: FolderScan?
    let settings: HostConfiguration
    let sources: any SourceChanges
    /// What every strategy trades, whatever its file names.
    let instrument: String?

    /// From now on changes of the folder take effect in the host.
    func follow(_ host: RunningHost, _ wiring: Wiring) -> LiveFolderRun {
        let folder = LiveFolder(host, path, settings, wiring, sources: sources, instrument: instrument)
        return LiveFolderRun(folder, path, since: scan, sources)
    }
}

/// A live folder and its watch, until the run's end.
final class LiveFolderRun: Sendable {
    private let watch: FolderWatch
    private let sources: any SourceChanges
    private let ended = DispatchSemaphore(value: 0)

    init(_ folder: LiveFolder, _ path: String, since scan: FolderScan?, _ sources: any SourceChanges) {
        self.sources = sources
        let watch = FolderWatch(path, since: scan) { folder.tell($0, .problem) }
        self.watch = watch
        Task.detached { [ended] in
            await folder.follow(watch)
            ended.signal()
        }
    }

    /// What is under way gets a moment to end; a compiler is ended, and what it was at is compiled at the next start.
    func stop() {
        watch.stop()
        sources.stop()
        _ = ended.wait(timeout: .now() + 2)
    }
}
