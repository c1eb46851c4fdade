import API
import ArgumentParser
import Glibc
import Journal
import Trading

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Who may log in to the API: adds, lists, disables, changes passwords.",
        discussion: """
            Works on the database of the data folder, whether a host runs there or not. A new password and disabling end \
            all logins of the user: tokens that were handed out before are good until they expire, and not renewed.
            """,
        subcommands: [
            UserAddCommand.self, UserPasswordCommand.self, UserListCommand.self, UserDisableCommand.self,
            UserEnableCommand.self, UserResetFactorCommand.self,
        ])
}

/// Where the password of `user add` and `user passwd` comes from.
struct PasswordOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Its first line is the password, - = standard input; without it the terminal is asked.", valueName: "file"))
    var passwordFile: String?

    /// As it is stored.
    func hash(of user: String) throws(CommandError) -> String {
        let password = try Password.readNew(from: passwordFile, user: user)
        do {
            return try PasswordHash.make(password)
        } catch {
            throw CommandError(.environment, "the password cannot be hashed: \(error)", at: user, "make room in memory")
        }
    }
}

struct UserAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Adds a user.")

    @Argument(help: ArgumentHelp("At most 100 letters.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("viewer reads, trader trades, admin does all.", valueName: "role"))
    var role: String

    @OptionGroup var password: PasswordOption
    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let isName =
            (1...100).contains(name.count) && name.printable == name && !name.hasPrefix(" ") && !name.hasSuffix(" ")
        guard isName else { throw ValidationError("a name has 1…100 letters, and no spaces around it") }
        guard Role(rawValue: role) != nil else {
            throw ValidationError("--role must be one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }

    func run() throws {
        let users = try UserStore(folders)
        guard try users.find(name) == nil else { throw users.taken(name) }
        try users.add(name, hash: password.hash(of: name), role: role)
        output.tell("added \(name), \(role)", [("username", .string(name)), ("role", .string(role))])
    }
}

struct UserPasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Changes a user's password, and ends all logins of the user.")

    @Argument(help: ArgumentHelp("Whose.", valueName: "name"))
    var name: String

    @OptionGroup var password: PasswordOption
    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let users = try UserStore(folders)
        let user = try users.known(name)
        let hash = try password.hash(of: name)
        try users.change { store throws(JournalError) in _ = try store.setPassword(user: user.id, hash: hash) }
        // The random one of the first start is good for nothing any more.
        if name == "admin" { unlink(FirstAdmin.passwordFile(in: folders.dataDir)) }
        output.tell("changed the password of \(name)", [("username", .string(name))])
    }
}

struct UserListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists all users, oldest first.")

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let users = try UserStore(folders).all()
        if output.json { Console.print(JSON.object([("users", .array(users.map(\.json)))]).text) }
        guard output.isForPeople else { return }
        guard !users.isEmpty else { return Console.print("no users") }
        var table = TextTable([("name", .left), ("role", .left), ("since", .left), ("state", .left)])
        for user in users {
            table.add([
                user.username.printable, user.roles.joined(separator: " "), user.createdAt.secondText,
                user.isDisabled ? "disabled" : "enabled",
            ])
        }
        table.lines.forEach(Console.print)
    }
}

struct UserDisableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Lets a user log in no more, and ends all logins of the user.")

    @Argument(help: ArgumentHelp("Whom.", valueName: "name"))
    var name: String

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws { try UserStore(folders).setDisabled(name, true, output) }
}

struct UserEnableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Lets a disabled user log in again.")

    @Argument(help: ArgumentHelp("Whom.", valueName: "name"))
    var name: String

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws { try UserStore(folders).setDisabled(name, false, output) }
}

struct UserResetFactorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-mfa",
        abstract: "Takes a user's second factor away: for a lost telephone without recovery codes.")

    @Argument(help: ArgumentHelp("Whose.", valueName: "name"))
    var name: String

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let users = try UserStore(folders)
        let user = try users.known(name)
        var hadOne = false
        try users.change { store throws(JournalError) in hadOne = try store.removeSecondFactor(user: user.id) }
        output.tell(
            hadOne ? "took the second factor of \(name) away" : "\(name) has no second factor",
            [("username", .string(name)), ("reset", .boolean(hadOne))])
    }
}

/// The users of a data folder, with words for what can be wrong about them.
private struct UserStore {
    private let path: String
    private let store: IdentityStore

    init(_ folders: FolderOptions) throws(CommandError) {
        let path = try JournalPlace.existing(folders)
        self.path = path
        store = try JournalPlace.attempt(path) { () throws(JournalError) in try Journal.openIdentity(path: path) }
    }

    func change(_ body: (IdentityStore) throws(JournalError) -> Void) throws(CommandError) {
        try JournalPlace.attempt(path) { () throws(JournalError) in try body(store) }
    }

    func all() throws(CommandError) -> [UserRecord] {
        try JournalPlace.attempt(path) { () throws(JournalError) in try store.users() }
    }

    func find(_ name: String) throws(CommandError) -> UserRecord? {
        try JournalPlace.attempt(path) { () throws(JournalError) in try store.user(name: name) }
    }

    func known(_ name: String) throws(CommandError) -> UserRecord {
        if let user = try find(name) { return user }
        let names = try all().map(\.username).joined(separator: ", ")
        throw CommandError(
            .usage, "there is no user '\(name)'", at: path,
            names.isEmpty ? "add one with `user add`" : "name one of \(names)")
    }

    func add(_ name: String, hash: String, role: String) throws(CommandError) {
        do {
            try store.addUser(name: name, passwordHash: hash, roles: [role], at: Timestamp(nanoseconds: WallClock.now))
        } catch {
            if error.code == .conflict { throw taken(name) }
            throw CommandError(.environment, error.message, at: path, "mend that, and try again")
        }
    }

    func taken(_ name: String) -> CommandError {
        CommandError(
            .usage, "there is a user '\(name)' already", at: path,
            "choose another name, or change it with `user passwd`")
    }

    func setDisabled(_ name: String, _ isDisabled: Bool, _ output: OutputOptions) throws(CommandError) {
        let user = try known(name)
        try change { store throws(JournalError) in _ = try store.setDisabled(user: user.id, isDisabled) }
        output.tell(
            "\(isDisabled ? "disabled" : "enabled") \(name)",
            [("username", .string(name)), ("disabled", .boolean(isDisabled))])
    }
}

extension UserRecord {
    fileprivate var json: JSON {
        .object([
            ("username", .string(username)), ("roles", .array(roles.map { .string($0) })),
            ("created_at", .string(createdAt.description)), ("disabled", .boolean(isDisabled)),
        ])
    }
}
