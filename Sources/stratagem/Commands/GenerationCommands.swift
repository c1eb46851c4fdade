import ArgumentParser

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Loads a strategy's code anew in the running host.",
        discussion: """
            The new generation takes over the memory of the running one and its place between two events. With --mode shadow \
            it runs beside it, and only its intents are compared, until `stratagem promote`. What cannot be loaded, or cannot \
            read the memory, changes nothing.
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable { case swap, shadow }

    @Argument(help: "The strategy.")
    var id: String

    @Option(help: "Whether it trades at once, or runs beside the active generation.")
    var mode = Mode.swap

    @Flag(help: "The new generation begins without the memory of the running one.")
    var discardMemory = false

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func run() throws {
        let answer = try HostClient(dataFolder: folder.dataDir).post(
            strategyPath(id, "reload"), .object([("mode", .string(mode.rawValue))] + memoryMember(discardMemory)))
        if output.json { Console.print(answer.text) }
        guard output.isForPeople else { return }
        guard mode == .shadow else { return Console.print(replacementText(answer)) }
        Console.print(
            "generation \(answer["generation"]?.shown ?? "–") of \(id.printable) runs as a shadow beside "
                + "\(answer["previous_generation"]?.shown ?? "–")")
        Console.print("compare with `stratagem generations \(id.printable)`, then `stratagem promote \(id.printable)`")
    }
}

struct RollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Puts an earlier generation of a strategy back in the running host.")

    @Argument(help: "The strategy.")
    var id: String

    @Option(help: ArgumentHelp("Which one; default: the one before the active one.", valueName: "n"))
    var generation: Int?

    @Flag(help: "It begins without the memory of the running one.")
    var discardMemory = false

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let generation, generation < 1 { throw ValidationError("--generation counts from 1") }
    }

    func run() throws {
        let number = generation.map { [("generation", JSON.number(String($0)))] } ?? []
        let answer = try HostClient(dataFolder: folder.dataDir).post(
            strategyPath(id, "rollback"), .object(number + memoryMember(discardMemory)))
        if output.json { Console.print(answer.text) }
        if output.isForPeople { Console.print(replacementText(answer)) }
    }
}

struct PromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Makes a strategy's shadow generation the active one, or ends it.")

    @Argument(help: "The strategy.")
    var id: String

    @Flag(help: "End the shadow instead.")
    var discard = false

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func run() throws {
        let client = try HostClient(dataFolder: folder.dataDir)
        let path = strategyPath(id, discard ? "shadow" : "promote")
        let answer = try client.good(
            client.send(HTTPRequest(method: discard ? "DELETE" : "POST", path: path)), path)
        if output.json { Console.print(answer.text) }
        guard output.isForPeople else { return }
        Console.print(
            discard
                ? "the shadow is gone; generation \(answer["current"]?.shown ?? "–") goes on" : replacementText(answer))
    }
}

struct GenerationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generations", abstract: "Lists the generations of a strategy's code in the running host.")

    @Argument(help: "The strategy.")
    var id: String

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func run() throws {
        let answer = try HostClient(dataFolder: folder.dataDir).get(strategyPath(id, "generations"))
        if output.json { Console.print(answer.text) }
        if output.isForPeople { GenerationsCommand.lines(answer).forEach(Console.print) }
    }

    static func lines(_ answer: JSON) -> [String] {
        var table = TextTable([
            ("generation", .right), ("state", .left), ("loaded", .left), ("plugin", .left), ("version", .left),
            ("sha256", .left),
        ])
        for generation in answer["generations"]?.elements ?? [] {
            table.add([
                generation["generation"]?.shown ?? "–", generation["state"]?.shown ?? "–",
                generation.moment("loaded_at"), generation["plugin"]?.shown ?? "–",
                generation["version"]?.shown ?? "–", String((generation["sha256"]?.shown ?? "–").prefix(16)),
            ])
        }
        return table.lines + shadowLines(answer["shadow"])
            + [
                "\(answer["loaded"]?.shown ?? "–") of \(answer["loaded_max"]?.shown ?? "–") images are in the host's memory"
            ]
    }

    private static func shadowLines(_ shadow: JSON?) -> [String] {
        guard let shadow, !shadow.isNull else { return [] }
        var lines = [
            "shadow \(shadow["generation"]?.shown ?? "–") since \(shadow.moment("since")): "
                + "\(shadow["equal"]?.shown ?? "–") answers alike, \(shadow["differing"]?.shown ?? "–") not"
        ]
        if let problem = shadow["problem"]?.string { lines.append("  it is not called any more: \(problem.printable)") }
        for difference in shadow["differences"]?.elements ?? [] {
            let texts = ["running", "shadow"].map { key in
                let intents = difference[key]?.elements.map(\.shown) ?? []
                return "\(key): \(intents.isEmpty ? "nothing" : intents.joined(separator: ", "))"
            }
            lines.append("  \(difference.moment("timestamp"))  \(texts.joined(separator: "; "))")
        }
        return lines
    }
}

private func strategyPath(_ id: String, _ part: String) -> String {
    "/api/strategies/\(HTTPRequest.encoded(id))/\(part)"
}

private func memoryMember(_ isDiscarded: Bool) -> [(key: String, value: JSON)] {
    isDiscarded ? [("memory", .string("discard"))] : []
}

private func replacementText(_ answer: JSON) -> String {
    let memory = answer["memory_kept"]?.bool == true ? "with" : "without"
    return "generation \(answer["generation"]?.shown ?? "–") of \(answer["id"]?.shown ?? "–") took over from "
        + "\(answer["previous_generation"]?.shown ?? "–") \(memory) its memory; the engine stood for "
        + "\(answer["pause_us"]?.shown ?? "–") µs"
}
