import ArgumentParser
import PluginHost

/// The host tries libraries with this, in a child process. Hidden: `stratagem check FILE` is the command for people.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Tries a library, as its standard input says; reports on descriptor 3.",
        shouldDisplay: false)

    @Argument(help: "The library, for those who look at the list of processes.")
    var file: String

    func run() throws {
        guard ProbeRun.run() else {
            throw CommandError(
                .usage, "there is no request", at: "probe", "use `stratagem check \(file.printable)`")
        }
    }
}
