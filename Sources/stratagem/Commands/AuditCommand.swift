import API
import ArgumentParser
import Journal
import Trading

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The log of every decision: proves it, exports it, moves old parts into files.",
        discussion: "Works on the database of the data folder, whether a host runs there or not.",
        subcommands: [AuditVerifyCommand.self, AuditExportCommand.self, AuditRotateCommand.self])
}

struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Proves the decision log's hash chain and the signatures of its heads.",
        discussion: """
            Names each row that was changed, is missing or was written anew. Write the head down elsewhere, and give it to \
            --expect the next time: the chain must still go through it. Exit code 1: the log is not whole.
            """)

    @Option(help: ArgumentHelp("A head that was written down before; some row must have it.", valueName: "head"))
    var expect: String?

    @Option(
        help: ArgumentHelp(
            "The public key of the signatures, 64 hexadecimal digits; default: that of audit.key in the data folder.",
            valueName: "hex"))
    var key: String?

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (name, text) in [("--expect", expect), ("--key", key)] {
            guard let text, AuditReport.bytes(text) == nil else { continue }
            throw ValidationError("\(name) must be 64 hexadecimal digits")
        }
    }

    func run() throws {
        let path = try JournalPlace.existing(folders)
        let result = try JournalPlace.attempt(path) { () throws(JournalError) in
            let own = try AuditKey.existing(at: folders.dataDir + "/audit.key")?.publicKey
            let keys = key.flatMap(AuditReport.bytes) ?? own
            return try Journal.verifyAudit(
                path: path,
                AuditExpectation(head: expect.flatMap(AuditReport.bytes), publicKeys: keys.map { [$0] } ?? []))
        }
        output.tell(
            result.isWhole
                ? "the audit log is whole: \(result.rows) rows, \(result.signedHeads) signed heads"
                    + (result.segments > 0 ? ", \(result.segments) parts in files" : "")
                    + "\nhead \(result.head.text) at row \(result.head.sequence)"
                : "the audit log is NOT whole: \(result.problemCount) problems in \(result.rows) rows", json(result))
        guard !result.isWhole else { return }
        if output.isForPeople { for problem in result.problems { Console.print("  " + problem.description.printable) } }
        throw CheckFailed()
    }

    private func json(_ result: AuditVerification) -> [(key: String, value: JSON)] {
        [
            ("valid", .boolean(result.isWhole)), ("rows", .integer(result.rows)), ("parts", .integer(result.segments)),
            ("signed_heads", .integer(result.signedHeads)), ("head", .string(result.head.text)),
            ("head_sequence", .integer(result.head.sequence)),
            ("expected_at", result.expectedAt.map { .integer($0) } ?? .null),
            (
                "problems",
                .array(
                    result.problems.map {
                        .object([
                            ("sequence", $0.sequence.map { .integer($0) } ?? .null), ("text", .string($0.text)),
                        ])
                    })
            ),
        ]
    }
}

struct AuditExportCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, jsonl }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints the decision log as JSON lines or as a table.",
        discussion: "All rows in their order, or those of a day and an account. Old parts are read from their files.")

    @Option(help: ArgumentHelp("Only this day of wall time, UTC: 2026-01-31.", valueName: "day"))
    var day: String?

    @Option(help: ArgumentHelp("Only rows of this account.", valueName: "id"))
    var account: String?

    @Option(help: "How the rows are written.")
    var format = Format.jsonl

    @OptionGroup var folders: FolderOptions

    func validate() throws {
        if let day, day.utf8.count != 10 || InstantText.parse(day) == nil {
            throw ValidationError("--day must be a day like 2026-01-31")
        }
    }

    private struct Names {
        var strategies: [String]
        var accounts: [String]
        var instruments: [String]
    }

    func run() throws {
        let path = try JournalPlace.existing(folders)
        if format == .csv { Console.print(AuditLine.csvHeader) }
        try JournalPlace.attempt(path) { () throws(JournalError) in
            try Journal.readAudit(
                path: path,
                names: { ids in
                    // A strategy's name has its account behind it.
                    Names(
                        strategies: try ids(.strategy).map { KnownNames.Strategy(name: $0).id },
                        accounts: try ids(.account), instruments: try ids(.instrument))
                }, filter: { try filter($0, path) },
                { names, rows in
                    for row in rows {
                        let line = AuditLine(row, names.strategies, names.accounts, names.instruments)
                        Console.print(format == .csv ? line.csvText : line.jsonText)
                    }
                })
        }
    }

    private func filter(_ names: Names, _ path: String) throws(JournalError) -> AuditFilter {
        var filter = AuditFilter(from: day.flatMap(InstantText.parse))
        filter.to = filter.from.map { $0 + Timestamp.nanosecondsPerDay }
        if let account {
            guard let number = names.accounts.firstIndex(of: account) else {
                throw JournalError(
                    .other, "no account '\(account)' in \(path): it knows \(names.accounts.joined(separator: ", "))")
            }
            filter.account = number
        }
        return filter
    }
}

struct AuditRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Moves old rows of the decision log into files; the chain goes through them.",
        discussion: """
            The files are made in the folder audit beside the database, 50,000 rows each. Keep them there: verify and export \
            read them. The newest row always stays in the database.
            """)

    @Option(help: ArgumentHelp("Rows of earlier days are moved, UTC: 2026-01-31.", valueName: "day"))
    var before: String

    @OptionGroup var folders: FolderOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if InstantText.parse(before) == nil { throw ValidationError("--before must be a day like 2026-01-31") }
    }

    func run() throws {
        guard let time = InstantText.parse(before) else { return }
        let path = try JournalPlace.existing(folders)
        let moved = try JournalPlace.attempt(path) { () throws(JournalError) in
            try Journal.rotateAudit(path: path, before: time)
        }
        output.tell(
            moved.rows == 0 ? "no row is older" : "moved \(moved.rows) rows into \(moved.files.count) files",
            [("rows", .integer(moved.rows)), ("files", .array(moved.files.map { .string($0) }))])
    }
}
