import ArgumentParser
import Configuration
import Features
import PluginHost

struct PluginsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins",
        abstract: "Lists the libraries that can be loaded, their SHA-256, and why others are not.",
        discussion: """
            host.yaml says which drop-ins may be loaded: plugins.allow lists the SHA-256 of their files, \
            plugins.require_signature asks for a file FILE.so.sig with an Ed25519 signature of one of plugins.keys.
            """)

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let data = try DataFolder(folders.dataDir)
        let folder = StrategiesFolder.read(folders.strategies)
        let catalog = PluginCatalog(
            StrategyCode(data, showsProgress: output.isForPeople).discover(folders.strategies),
            loader: PluginLoader(data, folder.host.plugins),
            workers: WorkerSettings(.lockStep, folder.host.faults), inHost: folder.inHost)
        if output.json { Console.print(json(catalog).text) }
        if output.isForPeople { text(catalog).forEach(Console.print) }
    }

    private func text(_ catalog: PluginCatalog) -> [String] {
        var table = TextTable([
            ("plugin", .left), ("version", .left), ("trust", .left), ("functions", .right), ("sha256", .left),
            ("file", .left),
        ])
        for plugin in catalog.plugins {
            table.add([
                plugin.id, plugin.version, plugin.trust.text, String(plugin.exportedFunctions.count), plugin.sha256,
                plugin.path,
            ])
        }
        let lines = table.isEmpty ? ["no plugins"] : table.lines
        let refused = catalog.refusals.map(\.description)
        return (refused.isEmpty ? lines : lines + [""] + refused).map(\.printable)
    }

    private func json(_ catalog: PluginCatalog) -> JSON {
        .object([
            (
                "plugins",
                .array(
                    catalog.plugins.map { plugin in
                        .object([
                            ("id", .string(plugin.id)), ("version", .string(plugin.version)),
                            ("trust", .string(plugin.trust.text)), ("sha256", .string(plugin.sha256)),
                            ("functions", .array(plugin.exportedFunctions.map { .string($0.name) })),
                            ("features", .array(plugin.features.names.map { .string($0) })),
                            ("path", .string(plugin.path)),
                        ])
                    })
            ),
            (
                "refused",
                .array(
                    catalog.refusals.map { refusal in
                        .object([
                            ("path", .string(refusal.path)),
                            ("reasons", .array(refusal.problems.map { .string($0.text) })),
                        ])
                    })
            ),
        ])
    }
}
