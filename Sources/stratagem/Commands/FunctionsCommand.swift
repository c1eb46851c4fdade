import ArgumentParser

struct FunctionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "functions", abstract: "Lists the functions of a running strategy's plugin, or calls one.",
        discussion: """
            Each call is tried in a process of its own first: one that crashes, hangs or gives back garbage there leaves the \
            strategy as it is.
            """)

    @Argument(help: "The strategy's id.")
    var strategy: String

    @Argument(help: "The function to call.")
    var name: String?

    @Argument(help: ArgumentHelp("Its arguments; the elements of a list stand between commas.", valueName: "key=value"))
    var arguments: [String] = []

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for argument in arguments where argument.firstIndex(of: "=").map({ $0 == argument.startIndex }) ?? true {
            throw ValidationError("'\(argument.printable)' is not KEY=VALUE")
        }
    }

    func run() throws {
        let client = try HostClient(dataFolder: folder.dataDir)
        let path = "/api/strategies/\(HTTPRequest.encoded(strategy))/functions"
        let list = try client.get(path)
        guard let name else {
            if output.json { Console.print(list.text) }
            if output.isForPeople { FunctionsCommand.table(list["functions"]?.elements ?? []).forEach(Console.print) }
            return
        }
        let function = list["functions"]?.elements.first { $0["name"]?.string == name }
        let body = JSON.object(arguments.map { FunctionsCommand.member($0, of: function) })
        let call = "\(path)/\(HTTPRequest.encoded(name))"
        let answer = try client.send(HTTPRequest(method: "POST", path: call, body: body))
        if !answer.isGood { FunctionsCommand.faults(answer.body).forEach(Console.error) }
        let result = try client.good(answer, call)
        if output.json { Console.print(result.text) }
        if output.isForPeople { Console.print(result["result"]?.shown ?? "–") }
    }

    /// KEY=VALUE as the function's schema wants it; what is no number where one is wanted goes as a text, and the host says
    /// what is wrong with it.
    private static func member(_ text: String, of function: JSON?) -> (key: String, value: JSON) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let key = parts[0]
        let value = parts.count > 1 ? parts[1] : ""
        let schema = function?["parameters"]?["properties"]?[key]
        switch schema?["type"]?.string {
        case "number", "integer": return (key, number(value))
        case "boolean": return (key, value == "true" || value == "false" ? .boolean(value == "true") : .string(value))
        case "array": return (key, .array(value.split(separator: ",").map { number(String($0)) }))
        default: return (key, .string(value))
        }
    }

    private static func number(_ text: String) -> JSON {
        if let value = try? JSON(parsing: text), case .number = value { value } else { .string(text) }
    }

    private static func faults(_ body: JSON) -> [String] {
        (body["error"]?["details"]?["faults"]?.elements ?? []).map { fault in
            "\(fault["path"]?.shown ?? ""): \(fault["message"]?.shown ?? "")"
        }
    }

    static func table(_ functions: [JSON]) -> [String] {
        guard !functions.isEmpty else { return ["its plugin has no functions"] }
        var table = TextTable([("function", .left), ("arguments", .left), ("result", .left), ("meaning", .left)])
        for function in functions {
            let required = (function["parameters"]?["required"]?.elements ?? []).compactMap(\.string)
            var arguments: [String] = []
            if case .object(let members) = function["parameters"]?["properties"] {
                arguments = members.map { "\($0.key): \(type($0.value))\(required.contains($0.key) ? "" : "?")" }
            }
            table.add([
                function["name"]?.shown ?? "–", arguments.isEmpty ? "–" : arguments.joined(separator: ", "),
                function["result"].map(type) ?? "–", function["description"]?.shown ?? "",
            ])
        }
        return table.lines
    }

    private static func type(_ schema: JSON) -> String {
        if let word = schema["type"]?.string { return word == "array" ? "numbers" : word }
        return schema["anyOf"]?.elements.first?["type"]?.shown ?? "any"
    }
}
