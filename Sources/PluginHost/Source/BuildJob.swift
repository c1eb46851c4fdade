internal import Crypto

/// What one build does: which compiler, with which words, over which bytes.
struct BuildJob {
    struct Command {
        var program: String
        var arguments: [String]
    }

    let folder: String
    let sources: SourceFiles
    let compiler: String
    let kit: KitLocation
    /// Of everything that decides what comes out.
    let key: String
    let module: String
    /// The type that the host exports; nil = the sources export it themselves.
    private let exported: String?

    /// Inside of the workplace; the compiler runs in the sources' folder.
    static let sourcesName = "sources"
    static let exportName = "HostExport.swift"
    static let libraryName = "library.so"

    init(
        _ folder: String, _ toolchain: Toolchain, _ kit: Result<KitLocation, KitLocation.Missing>
    ) throws(BuildFailure) {
        self.folder = folder
        sources = try SourceFiles.read(folder).get()
        let language = sources.language
        guard let compiler = toolchain.compiler(for: language) else {
            throw BuildFailure(
                .environment, folder: folder,
                "no toolchain for \(language.name): \(language.compiler) is not on PATH; install it, or name its folder by "
                    + "\(Toolchain.variable)")
        }
        self.compiler = compiler
        switch kit {
        case .success(let kit): self.kit = kit
        case .failure(let missing): throw BuildFailure(.environment, folder: folder, "the kit: \(missing.text)")
        }
        exported = language == .swift ? try BuildJob.exportedType(sources, folder) : nil
        key = BuildJob.key(sources, compiler, self.kit)
        module = BuildJob.moduleName(folder, key)
    }

    // MARK: The strategy's type

    private static func exportedType(_ sources: SourceFiles, _ folder: String) throws(BuildFailure) -> String? {
        let types = StrategyTypes(sources.files)
        if types.exportsEntry { return nil }
        guard let type = types.found.first else {
            throw BuildFailure(
                .sources, folder: folder,
                "declares no strategy: write `struct MyIdea: Strategy { … }` in one of its files")
        }
        let place = { (type: StrategyTypes.Found, text: String) in
            CompilerMessage(.error, text, file: type.file, line: type.line)
        }
        guard types.found.count == 1 else {
            throw BuildFailure(
                .sources, folder: folder,
                "declares \(types.found.count) strategies; a folder holds one: move the others out",
                messages: types.found.map { place($0, "'\($0.name)' is a strategy, one of \(types.found.count)") })
        }
        if type.isPrivate {
            throw BuildFailure(
                .sources, folder: folder, "its strategy is private",
                messages: [place(type, "'\(type.name)' is private, so the host cannot export it; leave the word out")])
        }
        return type.name
    }

    private func exportText(_ type: String) -> String {
        """
        public import CStrategyABI
        import StrategyKit

        @c @implementation
        public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
            StrategyExport.entry(\(type).self, hostABI) { processBlock(\(type).self, $0, $1, $2, $3) }
        }

        """
    }

    // MARK: Names

    private static func key(_ sources: SourceFiles, _ compiler: String, _ kit: KitLocation) -> String {
        var hash = SHA256()
        func add(_ text: String) {
            hash.update(data: Array(text.utf8))
            hash.update(data: [0])
        }
        // Raised when the words for a compiler change, so that no library of an older host is taken.
        add("1")
        add(sources.language.rawValue)
        add(FileStamp.text(of: FileStamp.resolved(compiler)))
        if sources.language != .rust { add(kit.fingerprint) }
        for file in sources.files {
            add("\(file.name) \(file.bytes.count)")
            hash.update(data: file.bytes)
        }
        return hash.finalize().hexadecimal
    }

    /// "my-idea" → "my_idea_3fa94c21b7d0".
    private static func moduleName(_ folder: String, _ key: String) -> String {
        let name = folder.split(separator: "/").last.map(String.init) ?? ""
        let plain = name.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
        }
        let start = plain.first?.isLetter == true ? "" : "_"
        return start + String(plain.prefix(64)) + "_" + key.prefix(12)
    }

    // MARK: In the workplace

    func prepare(in place: String) throws(BuildFailure) {
        if let problem = sources.write(to: "\(place)/\(BuildJob.sourcesName)") { throw disk(problem) }
        guard let exported else { return }
        let path = "\(place)/\(BuildJob.exportName)"
        if case .failure(let failure) = FileBytes.create(path, Array(exportText(exported).utf8), mode: 0o600) {
            throw disk("\(path): \(failure)")
        }
    }

    func disk(_ problem: String) -> BuildFailure {
        BuildFailure(
            .environment, folder: folder, "could not be compiled: \(problem); make room, or look at the folder's rights"
        )
    }

    func commands(moduleCache: String) throws(BuildFailure) -> [Command] {
        let files = sources.compiled.map { "./" + $0 }
        switch sources.language {
        case .swift: return swift(files + (exported == nil ? [] : ["../" + BuildJob.exportName]), moduleCache)
        case .c: return c(files)
        case .rust: return rust(try rustRoot())
        }
    }

    private func swift(_ files: [String], _ moduleCache: String) -> [Command] {
        let flags = [
            "-emit-library", "-o", "../" + BuildJob.libraryName, "-module-name", module, "-parse-as-library", "-O",
            "-wmo",
            "-Xlinker", "--gc-sections", "-Xlinker", "--strip-debug",
        ]
        return [Command(program: compiler, arguments: flags + swiftFlags(moduleCache) + files + kit.objects)]
    }

    func swiftFlags(_ moduleCache: String) -> [String] {
        [
            "-swift-version", "6", "-I", kit.modules, "-I", kit.headers, "-module-cache-path", moduleCache,
            "-diagnostic-style", "llvm", "-no-color-diagnostics",
        ]
    }

    /// Tables of the contract grow at their end: a field that a strategy does not name is no mistake.
    var cFlags: [String] {
        ["-Wall", "-Wextra", "-Wno-missing-field-initializers", "-fdiagnostics-color=never", "-I", kit.headers]
    }

    private func c(_ files: [String]) -> [Command] {
        let flags = [
            "-shared", "-fPIC", "-O2", "-fvisibility=hidden", "-Wl,-z,noexecstack", "-Wl,-z,defs", "-o",
            "../" + BuildJob.libraryName,
        ]
        return [Command(program: compiler, arguments: cFlags + flags + files + ["-lm"])]
    }

    private func rust(_ root: String) -> [Command] {
        let flags = [
            "--crate-type", "cdylib", "--crate-name", module, "--edition", "2021", "-C", "opt-level=3", "-C",
            "panic=abort",
            "-C", "strip=debuginfo", "--error-format", "short", "-o", "../" + BuildJob.libraryName,
        ]
        return [Command(program: compiler, arguments: flags + [root])]
    }

    /// The file that names the others by `mod`.
    func rustRoot() throws(BuildFailure) -> String {
        let files = sources.compiled
        let own = (folder.split(separator: "/").last.map(String.init) ?? "") + ".rs"
        guard let root = files.count == 1 ? files[0] : files.first(where: { $0 == "lib.rs" || $0 == own }) else {
            throw BuildFailure(
                .sources, folder: folder,
                "holds several .rs files; call the one that names the others by mod lib.rs or \(own)")
        }
        return "./" + root
    }

    // MARK: What came of it

    /// nil = the command did its work.
    func failure(
        _ outcome: CompilerProcess.Outcome, of program: String, _ output: String, _ names: Set<String>,
        _ seconds: Double
    ) -> BuildFailure? {
        switch outcome.end {
        case .exited(0): return nil
        case .exited:
            let messages = CompilerOutput(output, files: names, hasFailed: true).messages
            return BuildFailure(.sources, folder: folder, "does not compile", messages: messages)
        case .signal(let number):
            let messages = CompilerOutput(output, files: names, hasFailed: false).messages
            return BuildFailure(
                .environment, folder: folder, "\(program) was ended by signal \(number); it may lack memory",
                messages: messages)
        case .timedOut:
            return BuildFailure(
                .sources, folder: folder, "was not compiled within \(Int(seconds)) s; make its expressions simpler")
        case .notStarted(let message):
            return BuildFailure(.environment, folder: folder, "\(program) could not be started: \(message)")
        }
    }

    /// The library must be a plugin; C and Rust may forget a part.
    func inspect(_ library: String) throws(BuildFailure) {
        let problems = ELFInspection(path: library).problems
        guard !problems.isEmpty else { return }
        throw BuildFailure(
            .sources, folder: folder, "compiles to a library that is no plugin",
            messages: problems.map { CompilerMessage(.error, "the library \($0.text)") })
    }
}

extension SHA256.Digest {
    var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
