import ArgumentParser
import PluginHost

/// The host starts itself with this for each strategy of `isolation: worker`.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Runs one strategy for a host that has started it.", shouldDisplay: false)

    @Argument(help: "Bytes of memory that it may use.")
    var memory: UInt64

    func run() { WorkerMain.run([String(memory)]) }

    /// Without the parser, which takes longer than the start of a worker.
    static func runIfAsked(_ arguments: [String]) {
        guard arguments.count == 3, arguments[1] == configuration.commandName else { return }
        WorkerMain.run([arguments[2]])
    }
}
