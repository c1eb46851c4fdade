import ArgumentParser
import Glibc

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Prints a token for the API: the local administrator's, or a user's after login.",
        discussion: """
            The local token is good for as long as the host runs. Use it as: \
            curl -H "Authorization: Bearer $(stratagem token)" http://127.0.0.1:8080/api/orders
            """)

    @Option(help: ArgumentHelp("Logs in as this user.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Where the password stands; - = standard input.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("The second factor's six digits.", valueName: "code"))
    var mfa: String?

    @OptionGroup var folder: DataFolderOption
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if user == nil, passwordFile != nil || mfa != nil {
            throw ValidationError("--password-file and --mfa need --user")
        }
    }

    func run() throws {
        let client = try HostClient(dataFolder: folder.dataDir)
        guard let user else {
            guard let token = client.file.token else {
                throw CommandError(
                    .environment, "the host has no local token", at: HostFile.path(in: folder.dataDir),
                    "log in with --user")
            }
            return show(token, .object([("token", .string(token)), ("url", .string(client.file.url))]))
        }
        var answer = try login(client, user, Password.read(from: passwordFile, prompt: "Password of \(user): "), mfa)
        if answer.body["mfa_required"]?.bool == true {
            throw CommandError(
                .usage, "the user has a second factor", at: user, "give its six digits with --mfa")
        }
        if answer.status == 401 {
            throw CommandError(.no, "the login was refused: \(answer.reason)", at: user, "check name and password")
        }
        answer.body = try client.good(answer, "/api/auth/login")
        guard let token = answer.body["accessToken"]?.string else {
            throw CommandError(.environment, "the host gave no token", at: client.file.url, "update the host")
        }
        show(token, answer.body)
    }

    /// The local administrator's token would answer for the user: a login carries none.
    private func login(
        _ client: HostClient, _ user: String, _ password: String, _ code: String?
    ) throws(CommandError) -> HostClient.Answer {
        var body: [(key: String, value: JSON)] = [("username", .string(user)), ("password", .string(password))]
        if let code { body.append(("mfa_token", .string(code))) }
        return try client.send(
            HTTPRequest(method: "POST", path: "/api/auth/login", token: "", body: .object(body)))
    }

    private func show(_ token: String, _ json: JSON) {
        if output.json { Console.print(json.text) } else if !output.quiet { Console.print(token) }
    }
}

/// A password from a file, standard input or the terminal.
enum Password {
    static let bytesMax = 4096

    /// The first line of the file; without one it is asked for on the terminal, which does not show it.
    static func read(from file: String?, prompt: String) throws(CommandError) -> String {
        if let file {
            let path = file == "-" ? "/dev/stdin" : file
            guard let text = FileSystem.text(of: path, bytesMax: bytesMax) else {
                throw CommandError(
                    .usage, "the password cannot be read: \(String(cString: strerror(errno)))", at: file,
                    "name a file whose first line is the password")
            }
            return try checked(text.split(separator: "\n", omittingEmptySubsequences: false).first ?? "", file)
        }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw CommandError(
                .usage, "there is no terminal to ask for the password", at: "/dev/tty", "give it with --password-file")
        }
        defer { close(terminal) }
        return try checked(ask(prompt, terminal), "/dev/tty")
    }

    /// Twice, so that a slip does not lock anybody out.
    static func readNew(from file: String?, user: String) throws(CommandError) -> String {
        let password = try read(from: file, prompt: "New password of \(user): ")
        if file != nil { return password }
        guard try read(from: nil, prompt: "The same again: ") == password else {
            throw CommandError(.usage, "the two passwords differ", at: user, "try again")
        }
        return password
    }

    private static func checked(_ line: Substring, _ place: String) throws(CommandError) -> String {
        let text = line.hasSuffix("\r") ? line.dropLast() : line
        guard !text.isEmpty else { throw CommandError(.usage, "the password is empty", at: place, "give one") }
        return String(text)
    }

    private static func ask(_ prompt: String, _ terminal: Int32) throws(CommandError) -> Substring {
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else {
            throw CommandError(
                .environment, "the terminal cannot be read without echo", at: "/dev/tty", "use --password-file")
        }
        _ = OutputFile.write(prompt, to: terminal)
        // Ctrl-C must not end us before the echo is back: it is read like a letter, and ends the line.
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
        silent.c_cc.11 = 3  // VEOL
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            _ = OutputFile.write("\n", to: terminal)
        }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = Glibc.read(terminal, &bytes, bytes.count)
        let line = bytes.prefix(max(count, 0)).prefix { $0 != 0x0a }
        if line.contains(3) {
            throw CommandError(.usage, "no password was given", at: "/dev/tty", "try again, or use --password-file")
        }
        return Substring(String(decoding: line, as: UTF8.self))
    }
}
