import ArgumentParser
import Glibc

struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Throws an emergency stop, or releases one.",
        discussion: """
            Modes: stop (no new orders), reduce (only orders that shrink a position), cancel (stop and cancel all orders), \
            flatten (cancel and close all positions). Where no host answers, a file STOP in the data folder halts the whole \
            system of the next one. A stop stays in force over restarts until it is released.
            """)

    enum Scope: String, ExpressibleByArgument, CaseIterable { case system, account, agent, instrument }
    enum Mode: String, ExpressibleByArgument, CaseIterable { case stop, reduce, cancel, flatten }

    @Option(help: "What to stop; an agent is a strategy.")
    var scope = Scope.system

    @Option(help: ArgumentHelp("The account, strategy or instrument.", valueName: "id"))
    var target: String?

    @Option(help: "What happens to orders and positions.")
    var mode: Mode?

    @Flag(help: "An exercise: recorded, and in the way of nothing.")
    var drill = false

    @Option(help: ArgumentHelp("Releases this stop; needs --reason.", valueName: "stop"))
    var release: String?

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: String?

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let release {
            guard reason?.isEmpty == false else { throw ValidationError("--release needs --reason") }
            guard !release.isEmpty, target == nil, mode == nil, !drill, scope == .system else {
                throw ValidationError("--release takes nothing but the stop's id and --reason")
            }
        } else if scope == .system, target != nil {
            throw ValidationError("--target needs --scope account, agent or instrument")
        } else if scope != .system, target?.isEmpty != false {
            throw ValidationError("--scope \(scope.rawValue) needs --target")
        }
    }

    func run() throws {
        if let release { return try lift(release) }
        var body: [(key: String, value: JSON)] = [
            ("reason", .string(words)), ("triggered_by", .string(StopCommand.user)), ("scope", .string(scope.rawValue)),
        ]
        if let target { body.append(("target_id", .string(target))) }
        if let mode { body.append(("mode", .string(mode.rawValue))) }
        if drill { body.append(("drill", .boolean(true))) }
        let answer: HostClient.Answer
        let client: HostClient
        do {
            client = try HostClient(dataFolder: folder.dataDir)
            answer = try client.send(
                HTTPRequest(method: "POST", path: "/api/v1/emergency-stop", body: .object(body)))
        } catch {
            return try leaveFile(because: error.what)
        }
        // What the command got wrong is for the operator to mend; whatever else is in the way, trading has to stop.
        guard answer.isGood || answer.status == 400 || answer.status == 404 else {
            return try leaveFile(because: "the host refused: \(answer.reason)")
        }
        report(try client.good(answer, "/api/v1/emergency-stop"))
    }

    private func report(_ answer: JSON) {
        if output.json { Console.print(answer.text) }
        guard output.isForPeople else { return }
        let id = answer["stop_id"]?.shown ?? "–"
        Console.print("\(drill ? "drill" : "stop") \(id) is \(drill ? "recorded" : "in force")")
        for part in answer["affected_components"]?.elements ?? [] { Console.print("  \(part.shown)") }
        if !drill { Console.print("release it with: stratagem stop --release \(id) --reason TEXT") }
    }

    /// The way that needs nobody: a file.
    private func leaveFile(because problem: String) throws {
        guard !drill else {
            throw CommandError(
                .environment, "the drill did not take place: \(problem)", at: folder.dataDir,
                "start a host with `stratagem run`")
        }
        let data = try DataFolder(folder.dataDir)
        try StopFile.write(in: data.path, reason: words)
        let path = StopFile.path(in: data.path)
        if output.json {
            Console.print(
                JSON.object([
                    ("stop_file", .string(path)), ("scope", .string("system")), ("problem", .string(problem)),
                ]).text)
        }
        guard output.isForPeople else { return }
        Console.print("\(problem); wrote \(path)")
        let width = scope == .system ? "" : ": the file stops the whole system, not one \(scope.rawValue) alone"
        Console.print("a host that still runs there stops trading, and the next one starts halted\(width)")
    }

    private func lift(_ id: String) throws {
        let path = "/api/v1/emergency-stop/\(HTTPRequest.encoded(id))"
        let client = try HostClient(dataFolder: folder.dataDir)
        let answer = try client.good(
            client.send(
                HTTPRequest(
                    method: "DELETE", path: path,
                    body: .object([
                        ("authorized_by", .string(StopCommand.user)), ("resolution_reason", .string(words)),
                    ]))), path)
        if output.json { Console.print(answer.text) }
        if output.isForPeople { Console.print("\(id.printable) is released") }
    }

    private var words: String { reason.flatMap { $0.isEmpty ? nil : $0 } ?? "stratagem stop" }

    /// Who runs the command, as the system knows them.
    static var user: String {
        if let entry = getpwuid(getuid()) { return String(cString: entry.pointee.pw_name) }
        return "uid \(getuid())"
    }
}
