import ArgumentParser

/// `run` does this with itself. Hidden: for trying supervision out with any program.
struct SuperviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise", abstract: "Runs a program as `run` runs the host: again after each crash.",
        shouldDisplay: false)

    @Argument(help: "The program, and its arguments behind --.")
    var program: String

    @Argument(parsing: .postTerminator, help: "Arguments of the program.")
    var arguments: [String] = []

    @Option(help: ArgumentHelp("Restarts within the window.", valueName: "n"))
    var restarts = 20

    @Option(help: ArgumentHelp("Length of the window.", valueName: "seconds"))
    var window = 300.0

    @Option(help: ArgumentHelp("How long the program may take to stop.", valueName: "seconds"))
    var grace = 10.0

    func validate() throws {
        guard restarts >= 0, window > 0, window < 1e6, grace > 0, grace < 1e6 else {
            throw ValidationError("--restarts, --window and --grace must be above 0")
        }
    }

    func run() throws {
        var supervisor = Supervisor(executable: program)
        supervisor.policy.restartsMax = restarts
        supervisor.policy.windowNanoseconds = Int64(window * 1e9)
        supervisor.graceNanoseconds = Int64(grace * 1e9)
        Console.exit(try supervisor.run(arguments))
    }
}
