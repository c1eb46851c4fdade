internal import Dispatch
internal import Synchronization

/// Compiles strategies: a folder with sources becomes a library in the host's data folder.
///
///     let builder = SourceBuilder(folder: ".stratagem/builds")
///     switch await builder.build("strategies/my_idea") {
///     case .success(let built): loader.load(built.path)
///     case .failure(let failure): failure.messages.forEach { print($0) }
///     }
///
/// One build at a time, in the order of the calls; each has a folder of its own that goes with it. Sources that were
/// compiled before, with the same compiler and kit, are not compiled again.
public final class SourceBuilder: Sendable {
    public struct Limits: Sendable {
        /// A compiler that takes longer is killed, with all that it started.
        public var seconds = 60.0
        /// Builds that may wait for their turn.
        public var waitingMax = 64
        /// Libraries that are kept.
        public var librariesMax = 128

        public init() {}
    }

    public let toolchain: Toolchain
    public let kit: Result<KitLocation, KitLocation.Missing>
    private let limits: Limits
    let cache: BuildCache
    private let queue = DispatchQueue(label: "stratagem.builds", qos: .utility)
    private let waiting = Mutex(0)
    /// The compiler that runs now; 0 = none, -1 = none any more.
    private let compiler = Mutex<Int32>(0)

    /// `folder` is made where it is missing.
    public init(
        folder: String, toolchain: Toolchain = .find(),
        kit: Result<KitLocation, KitLocation.Missing> = KitLocation.ofExecutable(), limits: Limits = Limits()
    ) {
        self.toolchain = toolchain
        self.kit = kit
        self.limits = limits
        cache = BuildCache(folder: folder, librariesMax: limits.librariesMax)
    }

    /// Whether a folder holds sources, and so is compiled. They win over a library that lies beside them.
    public static func hasSources(_ folder: String) -> Bool { language(of: folder) != nil }

    /// nil = it holds no source.
    public static func language(of folder: String) -> SourceLanguage? { SourceFiles.language(of: folder) }

    /// Compiles the sources of a strategy's folder, after the builds that were asked for before.
    public func build(_ folder: String) async -> Result<BuiltLibrary, BuildFailure> {
        guard enter() else { return .failure(tooMany(folder)) }
        return await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result { () throws(BuildFailure) in try self.library(of: folder) })
                self.leave()
            }
        }
    }

    /// As `build`, for a caller that may wait.
    public func buildAndWait(_ folder: String) -> Result<BuiltLibrary, BuildFailure> {
        inTurn(folder) { () throws(BuildFailure) in try library(of: folder) }
    }

    /// The library that a folder came to last, whatever its sources say now: what ran before a restart.
    public func lastLibrary(of folder: String) -> String? { cache.last(of: folder) }

    /// Ends the compiler that runs, and starts no other: the host stops.
    public func stop() {
        compiler.withLock { process in
            if process > 0 { CompilerProcess.kill(process) }
            process = -1
        }
    }

    private func enter() -> Bool {
        waiting.withLock { count in
            guard count < limits.waitingMax else { return false }
            count += 1
            return true
        }
    }

    private func leave() { waiting.withLock { $0 -= 1 } }

    private func tooMany(_ folder: String) -> BuildFailure {
        BuildFailure(
            .environment, folder: folder, "\(limits.waitingMax) builds are waiting; try again when they are done")
    }

    // MARK: One build

    func inTurn<Value: Sendable>(
        _ folder: String, _ work: () throws(BuildFailure) -> Value
    ) -> Result<Value, BuildFailure> {
        guard enter() else { return .failure(tooMany(folder)) }
        defer { leave() }
        return queue.sync { Result { () throws(BuildFailure) in try work() } }
    }

    private func library(of folder: String) throws(BuildFailure) -> BuiltLibrary {
        let start = MonotonicTime.now
        let job = try BuildJob(folder, toolchain, kit)
        let kept = cache.library(job)
        let library = if let kept { kept } else { try compile(job) }
        cache.remember(library.module, of: folder)
        return library.taking(since: start)
    }

    private func compile(_ job: BuildJob) throws(BuildFailure) -> BuiltLibrary {
        let place = try cache.workplace(job)
        defer { cache.remove(place) }
        try job.prepare(in: place)
        let names = job.sources.names
        let output = try run(job, try job.commands(moduleCache: cache.moduleCache), names, in: place)
        try job.inspect("\(place)/\(BuildJob.libraryName)")
        let messages = CompilerOutput(output, files: names, hasFailed: false).messages
        return try cache.keep(job, "\(place)/\(BuildJob.libraryName)", messages)
    }

    /// Runs commands one after another; what they wrote.
    func run(
        _ job: BuildJob, _ commands: [BuildJob.Command], _ names: Set<String>, in place: String
    ) throws(BuildFailure) -> String {
        var output = ""
        for command in commands {
            let outcome = runProcess(command.program, command.arguments, in: place)
            if compiler.withLock({ $0 < 0 }) {
                throw BuildFailure(.environment, folder: job.folder, "was not compiled: the host stops")
            }
            output += outcome.output
            if let failure = job.failure(outcome, of: command.program, output, names, limits.seconds) { throw failure }
        }
        return output
    }

    func runProcess(_ program: String, _ arguments: [String], in place: String) -> CompilerProcess.Outcome {
        let process = CompilerProcess(
            program: program, arguments: arguments, folder: "\(place)/\(BuildJob.sourcesName)", seconds: limits.seconds)
        defer { compiler.withLock { $0 = min($0, 0) } }
        return process.run { id in
            compiler.withLock { running in
                if running < 0 { CompilerProcess.kill(id) } else { running = id }
            }
        }
    }
}

extension BuiltLibrary {
    fileprivate func taking(since start: Int64) -> BuiltLibrary {
        var library = self
        library.seconds = Double(MonotonicTime.now - start) / 1e9
        return library
    }
}
