import FoundationEssentials
import Glibc
import PluginHost

/// What `doctor` asks of the compilers, and of the kit that strategies are compiled against. What a strategy of the folder
/// needs is a problem where it is missing; what none needs is worth knowing.
struct ToolchainCheck {
    let toolchain = Toolchain.find()
    /// Languages of the source strategies that are there.
    let needed: Set<SourceLanguage>

    init(strategies: String) {
        let folders = FileSystem.names(in: strategies).filter { !$0.hasPrefix(".") }.map { "\(strategies)/\($0)" }
        needed = Set(folders.compactMap(SourceBuilder.language(of:)))
    }

    func findings() -> [Diagnosis] { SourceLanguage.allCases.map(compiler) + [kit()] }

    private func compiler(_ language: SourceLanguage) -> Diagnosis {
        let name = language == .c ? "clang or cc" : language == .swift ? "swiftc" : "rustc"
        guard let path = toolchain.compiler(for: language) else {
            return finding(
                language, "\(name) is not on PATH",
                fix:
                    "install it for \(language.name) strategies from source, or name its folder by \(Toolchain.variable)"
            )
        }
        guard let version = ToolchainCheck.firstLine(of: path) else {
            return finding(language, "\(path) does not say its version", fix: "try it by hand, or install it again")
        }
        return .ok("toolchain", "\(path): \(version)")
    }

    private func kit() -> Diagnosis {
        let kit = KitLocation.ofExecutable()
        guard case .success(let found) = kit else {
            let text = kit.missing?.text ?? ""
            return finding(.swift, text, fix: "without it no Swift or C source is compiled", part: "kit")
        }
        guard toolchain.swiftc != nil else { return .ok("kit", found.modules) }
        return trial(found)
    }

    /// The proof: a small strategy is compiled. Another Swift than the one that the kit was built with cannot.
    private func trial(_ kit: KitLocation) -> Diagnosis {
        let files = FileManager.default
        let folder = files.temporaryDirectory.path + "/stratagem-doctor-\(getpid())"
        defer { try? files.removeItem(atPath: folder) }
        let strategy =
            "import StrategyKit\nstruct Trial: Strategy { static let info = StrategyInfo(id: \"Trial\", name: \"\") }\n"
        do {
            try files.createDirectory(atPath: folder + "/trial", withIntermediateDirectories: true)
            try Data(strategy.utf8).write(to: URL(filePath: folder + "/trial/trial.swift"))
        } catch {
            return .warning("kit", "no strategy could be compiled for a trial in \(folder)", fix: "make room there")
        }
        switch SourceBuilder(folder: folder + "/builds", toolchain: toolchain).buildAndWait(folder + "/trial") {
        case .success(let built):
            return .ok("kit", "\(kit.modules): a strategy compiles in \(NumberText.fixed(built.seconds, 1)) s")
        case .failure(let failure):
            let reason = failure.errors.first?.text ?? failure.reason
            return finding(
                .swift, "\(kit.modules): a strategy does not compile: \(reason)",
                fix: "build the host again with this swiftc, or name the other one's folder by \(Toolchain.variable)",
                part: "kit")
        }
    }

    private func finding(
        _ language: SourceLanguage, _ text: String, fix: String, part: String = "toolchain"
    ) -> Diagnosis {
        needed.contains(language) ? .problem(part, text, fix: fix) : .warning(part, text, fix: fix)
    }

    /// Of what the program says about its version.
    private static func firstLine(of program: String) -> String? {
        let quoted =
            "'" + program.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        guard let pipe = popen("\(quoted) --version 2>/dev/null </dev/null", "re") else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, pipe)
        guard pclose(pipe) == 0, count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != 0x0a }, as: UTF8.self).printable
    }
}

extension Result where Failure == KitLocation.Missing {
    fileprivate var missing: KitLocation.Missing? { if case .failure(let missing) = self { missing } else { nil } }
}
