import ArgumentParser
import PluginHost

/// The host starts itself with this for each strategy of `isolation: worker`.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Runs one strategy for a host that has started it.", shouldDisplay: false)

    @Argument(help: "Bytes of memory that it may use.")
    var memory: UInt64

    @Argument(help: "The library that it may read.")
    var library: String

    @Argument(help: "no-landlock: as on a kernel without it.")
    var without: String?

    func run() { WorkerMain.run([String(memory), library] + [without].compactMap { $0 }) }

    /// Without the parser, which takes longer than the start of a worker.
    static func runIfAsked(_ arguments: [String]) {
        guard arguments.count >= 4, arguments[1] == configuration.commandName else { return }
        WorkerMain.run(Array(arguments[2...]))
    }
}
