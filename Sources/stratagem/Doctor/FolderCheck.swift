import Configuration
import Glibc
import PluginHost

/// What `doctor` asks of the two folders and of the host that may run on them. It changes nothing.
struct FolderCheck {
    let strategies: String
    let dataDir: String

    /// The configuration as far as it can be read.
    func strategiesFolder() -> (StrategiesFolder?, [Diagnosis]) {
        guard FileSystem.isFolder(strategies) else {
            return (nil, [.problem("strategies", "there is no folder \(strategies)", fix: "name it with --strategies")])
        }
        let folder = StrategiesFolder.read(strategies)
        let errors = folder.findings.filter { $0.severity == .error }
        guard errors.isEmpty else {
            let findings = errors.map {
                Diagnosis.problem("strategies", "\($0)", fix: "mend it; `stratagem check` tells more")
            }
            return (folder, findings)
        }
        return (folder, [.ok("strategies", "\(strategies): \(folder.strategies.count) strategies")])
    }

    /// Bundled libraries are judged without running any of their code.
    func libraries() -> [Diagnosis] {
        guard let folder = PluginDiscovery.executableFolder else {
            return [.problem("libraries", "the executable's folder is not known", fix: "mount /proc")]
        }
        let discovery = PluginDiscovery(
            bundledFolder: folder, strategiesFolder: FileSystem.isFolder(strategies) ? strategies : nil)
        var findings = discovery.refusals.map { Diagnosis.problem("libraries", "\($0)", fix: "build it again") }
        if discovery.candidates.isEmpty {
            findings.append(
                .warning("libraries", "there are no plugins in \(folder)", fix: "build them: `swift build`"))
        } else {
            findings.append(.ok("libraries", "\(discovery.candidates.count) plugins can be loaded"))
        }
        return findings
    }

    func dataFolder() -> Diagnosis {
        guard FileSystem.exists(dataDir) else {
            let parent = dataDir.lastIndex(of: "/").map { String(dataDir[..<$0]) } ?? "."
            let above = parent.isEmpty ? "/" : parent
            if !FileSystem.exists(above) || access(above, W_OK | X_OK) == 0 {
                return .ok("data folder", "\(dataDir) will be made by the first host")
            }
            return .problem(
                "data folder", "\(dataDir) cannot be made in \(above)", fix: "name another with --data-dir")
        }
        guard FileSystem.isFolder(dataDir), access(dataDir, R_OK | W_OK | X_OK) == 0 else {
            return .problem(
                "data folder", "\(dataDir) is no folder that you may write to", fix: "name another with --data-dir")
        }
        var status = stat()
        if stat(dataDir, &status) == 0, status.st_mode & 0o002 != 0 {
            return .warning("data folder", "everybody may write to \(dataDir)", fix: "chmod o-w \(dataDir)")
        }
        return .ok("data folder", dataDir)
    }

    func host() -> Diagnosis {
        switch HostFile.read(from: dataDir) {
        case .none: return .ok("host", "none runs on this data folder")
        case .stale(let file):
            return .warning(
                "host", "process \(file.pid) ended without a word (started \(file.startedAt))",
                fix: "start it again: what was acknowledged is in the journal")
        case .damaged(let reason):
            return .problem("host", "host.json: \(reason)", fix: "stop the host, remove the file, start it again")
        case .running(let file): return answer(of: file)
        }
    }

    private func answer(of file: HostFile) -> Diagnosis {
        do throws(CommandError) {
            var client = try HostClient(dataFolder: dataDir)
            client.timeoutSeconds = 3
            let status = try client.send(HTTPRequest(path: "/health")).body["status"]?.string ?? "unknown"
            let text = "process \(file.pid) at \(file.url) is \(status.printable)"
            if status == "healthy" { return .ok("host", text) }
            return .warning("host", text, fix: "look at the host's output and /health")
        } catch {
            return .problem("host", error.what, fix: error.remedy)
        }
    }

    func stopFile() -> Diagnosis {
        guard StopFile.exists(in: dataDir) else { return .ok("stop file", "there is none") }
        let reason = StopFile.reason(in: dataDir)
        return .warning(
            "stop file", "trading is halted by \(StopFile.path(in: dataDir))\(reason.isEmpty ? "" : ": \(reason)")",
            fix: "remove it when trading may go on, and release the stop")
    }
}
