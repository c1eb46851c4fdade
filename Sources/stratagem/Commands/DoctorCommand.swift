import ArgumentParser
import Configuration

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks toolchain, libraries, folders, port, database, clock and disk.",
        discussion: "Each line is ok, warning or problem, with what to do. Exit code 1 when there is a problem.")

    @OptionGroup var folders: FolderOptions
    @OptionGroup var listen: ListenOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let findings = try examine(FolderCheck(strategies: folders.strategies, dataDir: folders.dataDir))
        let problems = findings.count { $0.grade == .problem }
        let warnings = findings.count { $0.grade == .warning }
        if output.json {
            Console.print(
                JSON.object([
                    ("problems", .integer(problems)), ("warnings", .integer(warnings)),
                    ("findings", .array(findings.map(\.json))),
                ]).text)
        }
        if output.isForPeople {
            Diagnosis.lines(findings).forEach(Console.print)
            Console.print(
                "\(problems) problem\(problems == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
        }
        if problems > 0 { throw CheckFailed() }
    }

    private func examine(_ check: FolderCheck) throws(CommandError) -> [Diagnosis] {
        let (folder, strategies) = check.strategiesFolder()
        var api = folder?.host.api ?? APISettings()
        try listen.apply(to: &api)
        let host = check.host()
        var isOurs = false
        if case .running(let file) = HostFile.read(from: check.dataDir),
            HostClient.authority(of: file.url)?.port == api.port
        {
            isOurs = true
        }
        var findings = ToolchainCheck(strategies: folders.strategies).findings() + check.libraries() + strategies
        findings += [check.dataFolder(), host]
        findings += DatabaseCheck(path: JournalPlace.path(folder?.host.journal ?? .init(), dataDir: check.dataDir))
            .findings()
        findings.append(check.stopFile())
        findings.append(MachineCheck.port(api.host, api.port, isOurs: isOurs))
        findings += [
            MachineCheck.clock(), MachineCheck.diskSpace(of: DoctorCommand.nearest(check.dataDir)),
            MachineCheck.descriptors(), MachineCheck.isolation(),
        ]
        return findings
    }

    /// The folder itself, or the one above it that is there.
    private static func nearest(_ path: String) -> String {
        var path = path
        while !FileSystem.exists(path) {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        return path
    }
}
