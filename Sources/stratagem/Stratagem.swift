import ArgumentParser

@main
struct Stratagem: ParsableCommand {
    static let version = "0.3.0"

    static let configuration = CommandConfiguration(
        commandName: "stratagem",
        abstract: "Runs trading strategies from plugins; every order goes risk, compliance, execution.",
        discussion: """
            Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 the environment, 70 a bug.
            """,
        version: version,
        subcommands: [
            RunCommand.self, BacktestCommand.self, SweepCommand.self, CheckCommand.self, StrategiesCommand.self,
            BenchCommand.self,
            NewCommand.self, BuildCommand.self, ReloadCommand.self, RollbackCommand.self, PromoteCommand.self,
            GenerationsCommand.self, LogsCommand.self, FunctionsCommand.self, FeaturesCommand.self, ModelsCommand.self,
            PluginsCommand.self,
            OrdersCommand.self,
            SessionsCommand.self, ImportCommand.self, ReplayCommand.self, StopCommand.self, WhyCommand.self,
            TokenCommand.self,
            UserCommand.self,
            AuditCommand.self, BackupCommand.self, DoctorCommand.self, SuperviseCommand.self, WorkerCommand.self,
            ProbeCommand.self,
        ])

    /// Parses and runs; ends the process with the exit codes of the command line.
    static func main() {
        WorkerCommand.runIfAsked(CommandLine.arguments)
        do {
            var command = try parseAsRoot()
            try command.run()
            Console.finish()
        } catch is CheckFailed {
            Console.finish()
            Console.exit(CommandError.Code.no.rawValue)
        } catch let error as CommandError {
            fail(error)
        } catch {
            refuse(error)
        }
    }

    private static func fail(_ error: CommandError) -> Never {
        Console.finish()
        for detail in error.details { Console.error(detail) }
        Console.error(error.description)
        Console.exit(error.code.rawValue)
    }

    /// What the argument parser threw: a call for help, a wrong flag, or something that nobody expected.
    private static func refuse(_ error: any Error) -> Never {
        switch exitCode(for: error) {
        case .success:
            Console.print(fullMessage(for: error))
            Console.finish()
            Console.exit(0)
        case .validationFailure:
            let text = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
            let usage = text.first { $0.hasPrefix("Usage: ") }.map { String($0.dropFirst(7)) }
            Console.error(
                "error: \(message(for: error)) – command line – \(usage.map { "usage: \($0)" } ?? "see --help")")
            Console.exit(CommandError.Code.usage.rawValue)
        default:
            Console.error(
                "error: \(error) – stratagem – this is a bug, please report it with the command that you gave")
            Console.exit(CommandError.Code.bug.rawValue)
        }
    }
}
