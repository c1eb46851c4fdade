import Configuration
import PluginHost

/// The compiler of a host that runs, for folders whose sources change.
struct LiveSources: SourceChanges {
    let builder: SourceBuilder

    func build(_ folder: String) async -> Result<String, RefusedStrategy> {
        await builder.build(folder).map(\.path).mapError(LiveSources.refusal)
    }

    func stop() { builder.stop() }

    /// Every error with file, line and column.
    private static func refusal(_ failure: BuildFailure) -> RefusedStrategy {
        let id = failure.folder.split(separator: "/").last.map(String.init) ?? failure.folder
        return RefusedStrategy(id: id, findings: failure.refusal.findings)
    }
}
