import API
import Configuration
import Engine
import Journal
import PluginHost
import Signals
import Synchronization
import Trading

/// Makes a library out of a strategy's source files.
protocol SourceChanges: Sendable {
    /// `folder` holds at least one source file. The library's path, or what the compiler said, with file and line.
    func build(_ folder: String) async -> Result<String, RefusedStrategy>
    /// Ends the build that is under way; the host stops.
    func stop()
}

extension SourceChanges {
    func stop() {}
}

/// The strategies folder of a running host: what comes, changes and goes in it takes effect without a restart. A folder is read
/// and made ready beside the engine, and takes its place between two events; one that cannot be used is listed with every
/// reason, and what ran before runs on. Changes of one folder follow one another, folders do not wait for each other.
final class LiveFolder: Sendable {
    private let host: RunningHost
    private let path: String
    /// As it was read at the start: host.yaml takes effect then.
    private let settings: HostConfiguration
    private let wiring: Wiring
    /// What every strategy trades, whatever its file names.
    private let instrument: String?
    private let sources: (any SourceChanges)?
    /// Libraries in memory by their file, so that the same bytes are not loaded twice.
    private let loaded = Mutex<[String: LoadedPlugin]>([:])
    private static let loadedMax = 1000
    /// SHA-256 of each file whose code was taken into service. Code that a rollback brought back is not undone by a file that
    /// is as it was.
    private let taken = Mutex<[String: String]>([:])

    init(
        _ host: RunningHost, _ path: String, _ settings: HostConfiguration, _ wiring: Wiring,
        sources: (any SourceChanges)? = nil, instrument: String? = nil
    ) {
        self.host = host
        self.path = path
        self.settings = settings
        self.wiring = wiring
        self.instrument = instrument
        self.sources = sources
    }

    /// Takes the watch's changes until it is stopped, and comes back when the last one is done.
    func follow(_ watch: FolderWatch) async {
        var works: [String: Task<Void, Never>] = [:]
        for await change in watch.changes {
            if works.count >= LiveFolder.worksMax {
                for work in works.values { await work.value }
                works.removeAll()
            }
            let before = works[change.id]
            works[change.id] = Task {
                await before?.value
                await take(change)
            }
        }
        for work in works.values { await work.value }
    }

    /// For the operator.
    func tell(_ text: String, _ kind: Activity.Kind = .note) {
        _ = host.askNow { $0.activity.add(kind, -1, $0.engine.now, text) }
    }

    // MARK: One change

    func take(_ change: FolderChange) async {
        if change.kinds.contains(.host) {
            await run { self.tell("host.yaml has changed: that takes effect when the host is started again") }
            return
        }
        if change.id == StrategiesFolder.modelsName {
            await run { self.takeModels() }
            return
        }
        let built = await build(change)
        for _ in 0..<LiveFolder.attemptsMax {
            switch await run({ self.attempt(change, built) }) {
            case .done, nil: return
            case .outdated: continue
            case .newCode(let configuration, let plugin, let code):
                return await reload(configuration, plugin, code)
            case .newConfiguration(let adoption):
                if await configure(adoption) { return }
            }
        }
        await run {
            self.tell("\(change.id) was changed again and again while its folder was read; save a file again", .problem)
        }
    }

    /// Signals that are made from now on are of the new models.
    private func takeModels() {
        guard let before = host.askNow({ $0.models }) else { return }
        let models = ModelShelf(folder: "\(path)/\(StrategiesFolder.modelsName)", before: before)
        for notice in models.notices(for: settings.signals) { tell(notice, .problem) }
        guard host.askNow({ $0.models = models }) != nil else { return }
        tell("models of signals: \(models.models.map(\.name).joined(separator: ", "))")
    }

    /// What reads files, or waits for the engine.
    @discardableResult
    private func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T? {
        try? await BlockingWork.run(work)
    }

    /// Someone else may change the strategy over the API again and again.
    private static let attemptsMax = 5
    private static let worksMax = 1000

    private enum Step {
        case done
        /// Someone else has changed the strategy in the meantime.
        case outdated
        case newCode(StrategyConfiguration, LoadedPlugin, FolderCode)
        case newConfiguration(FolderAdoption)
    }

    /// nil = there is nothing to build.
    private func build(_ change: FolderChange) async -> Result<String, RefusedStrategy>? {
        let folder = "\(path)/\(change.id)"
        guard let sources, hasSources(folder) else { return nil }
        let areNew = change.kinds.contains(.source) || change.kinds.contains(.added)
        let hasCode = await run { self.host.askNow { $0.folderBasis(change.id).plugin != nil } ?? true } ?? true
        return areNew || !hasCode ? await sources.build(folder) : nil
    }

    private func hasSources(_ folder: String) -> Bool {
        FileSystem.names(in: folder).contains { name in
            !name.hasPrefix(".") && [".swift", ".c", ".rs"].contains(where: name.hasSuffix)
        }
    }

    /// Reads the folder and hands it to the engine's thread.
    private func attempt(_ change: FolderChange, _ built: Result<String, RefusedStrategy>?) -> Step {
        let id = change.id
        let folder = "\(path)/\(id)"
        guard let basis = host.askNow({ $0.folderBasis(id) }) else { return .done }
        guard FileSystem.isFolder(folder) else {
            // Of a strategies folder that is gone as a whole nothing is known.
            if FileSystem.isFolder(path) { _ = host.askNow { $0.abandon(id, folder) } }
            return .done
        }
        if case .failure(let refusal) = built {
            _ = host.askNow { $0.keepOut(refusal) }
            return .done
        }
        let hash = FileHash.sha256("\(folder)/strategy.yaml")
        let read = StrategiesFolder.read(path, only: id, host: settings)
        // A file that cannot be read says nothing; its library is what it was.
        let isInHost = read.strategies.isEmpty ? basis.plugin?.isInMemory ?? false : read.inHost.contains(id)
        let code: FolderCode = CrashPage.during(id) { self.code(in: folder, basis, built: built, inHost: isInHost) }
        switch prepare(id, basis, code, read, hash) {
        case .failure(let refusal):
            _ = host.askNow { $0.keepOut(refusal, code) }
            return .done
        case .success(.nothing):
            _ = host.askNow { $0.mendFolder(id, folder, code) }
            remember(code)
            return .done
        case .success(.newCode(let configuration, let plugin)): return .newCode(configuration, plugin, code)
        case .success(.newConfiguration(let adoption)): return .newConfiguration(adoption)
        case .success(.adoption(var adoption)):
            adoption.takeUpMemory(basis)
            let adopted = host.askNow { [adoption] in $0.adopt(adoption) }
            if adopted == .done { remember(code) }
            return adopted == .outdated ? .outdated : .done
        }
    }

    /// New code takes over between two events; until then, and where it is refused, the old one runs on.
    private func reload(_ configuration: StrategyConfiguration, _ plugin: LoadedPlugin, _ code: FolderCode) async {
        // Live, it shows what it would do until a person promotes it.
        let request = ReloadRequest(mode: configuration.executionMode == .live ? .shadow : .swap)
        do {
            _ = try await host.reload(configuration.id, request, plugin, by: HostCore.fileOperator)
            await run { _ = self.host.askNow { $0.mendFolder(configuration.id, configuration.folder, code) } }
            remember(code)
        } catch {
            let finding = configuration.finding("", "the new library is not taken: \(error.text)")
            let refusal = RefusedStrategy(
                id: configuration.id, findings: [finding], account: configuration.account)
            await run { _ = self.host.askNow { $0.keepOut(refusal, code) } }
        }
    }

    /// A changed file of a strategy that runs. False = someone else has changed the strategy in the meantime.
    private func configure(_ adoption: FolderAdoption) async -> Bool {
        let id = adoption.wired.id
        do {
            let plan = try await host.ask { core throws(HostRefusal) in try core.plan(adoption) }
            _ = try await host.replace(plan, by: HostCore.fileOperator)
            await run { _ = self.host.askNow { $0.finish(adoption) } }
            remember(adoption.code)
            return true
        } catch {
            let now = await run { self.host.askNow { $0.folderBasis(id).updatedAt } ?? nil } ?? nil
            guard now == adoption.basis else { return false }
            let finding = adoption.wired.configuration.finding("", error.text)
            let refusal = RefusedStrategy(id: id, findings: [finding])
            await run { _ = self.host.askNow { $0.keepOut(refusal, adoption.code) } }
            return true
        }
    }

    // MARK: Reading

    private enum Prepared {
        /// It runs so already.
        case nothing
        /// The file is the same, the code is not.
        case newCode(StrategyConfiguration, LoadedPlugin)
        /// The code is the same, and runs.
        case newConfiguration(FolderAdoption)
        case adoption(FolderAdoption)
    }

    /// All that the folder is to run with.
    private func prepare(
        _ id: String, _ basis: FolderBasis, _ code: FolderCode, _ read: StrategiesFolder, _ hash: String
    ) -> Result<Prepared, RefusedStrategy> {
        guard var configuration = read.strategies.first else {
            return .failure(RefusedStrategy(id: id, findings: read.findings.filter { $0.severity == .error }))
        }
        let isSameFile = hash == basis.fileHash
        if let instrument { configuration.instruments = [instrument] }
        if isSameFile { configuration = basis.override.applied(to: configuration) }
        var catalog = basis.catalog
        catalog.replace(inFolderOf: id, folder: configuration.folder, with: code.plugins, refused: code.refusals)
        // One that has failed comes back by itself or with other files, not with the same ones.
        if basis.isWired, isSameFile, case .success(let plugin) = configuration.plugin(in: catalog) {
            if plugin.generation == basis.plugin?.generation { return .success(.nothing) }
            if basis.isInService { return .success(.newCode(configuration, plugin)) }
        }
        let place = Wiring.Place(slot: basis.slot ?? basis.slotCount, account: basis.account)
        return wiring.wire(configuration, catalog, place, read.findings).flatMap { wired in
            names(wired, basis).map { names in
                let adoption = FolderAdoption(
                    wired: wired, fileHash: hash, override: isSameFile ? basis.override : StrategyOverride(),
                    dropsOverride: !isSameFile && basis.override != StrategyOverride(), basis: basis.updatedAt,
                    names: names, code: code,
                    warnings: read.findings.filter { $0.severity == .warning } + wired.warnings)
                let isSameCode =
                    wired.plugin.generation == basis.plugin?.generation && configuration.isolation == basis.isolation
                return basis.isInService && isSameCode ? .newConfiguration(adoption) : .adoption(adoption)
            }
        }
    }

    /// Who has which slot; a new strategy gets its number for ever.
    private func names(_ wired: WiredStrategy, _ basis: FolderBasis) -> Result<[KnownNames.Strategy], RefusedStrategy> {
        guard basis.slot == nil else { return .success([]) }
        let refuse = { (message: String) -> Result<[KnownNames.Strategy], RefusedStrategy> in
            .failure(
                RefusedStrategy(
                    id: wired.id, findings: [wired.configuration.finding("", message)],
                    account: wired.configuration.account))
        }
        guard !basis.isFull else {
            return refuse("the journal knows \(basis.slotCount) strategies, which is all that a host keeps apart")
        }
        let name = KnownNames.Strategy(id: wired.id, account: wired.configuration.account).name
        do {
            return .success(try host.journal.register(.strategy, [name]).map(KnownNames.Strategy.init(name:)))
        } catch {
            return refuse("the journal could not take its name: \(error.message); mend that and save the file again")
        }
    }

    // MARK: Libraries

    /// The folder's libraries, or the one that was built of its sources, in memory.
    private func code(
        in folder: String, _ basis: FolderBasis, built: Result<String, RefusedStrategy>?, inHost: Bool
    ) -> FolderCode {
        var code = FolderCode()
        var files = PluginDiscovery.libraries(in: folder).map { "\(folder)/\($0)" }
        if case .success(let library) = built {
            files = [library]
        } else if sources != nil, hasSources(folder), let plugin = basis.plugin {
            // What was built of them is in memory.
            code.plugins = [plugin]
            return code
        }
        for file in files {
            code.hashes[file] = FileHash.sha256(file)
            switch plugin(file, code.hashes[file] ?? "", basis, inHost: inHost) {
            case .success(let plugin): code.plugins.append(plugin)
            case .failure(let refusal):
                // A library that was built lies elsewhere; its author knows the folder.
                let path = built == nil ? refusal.path : folder
                code.refusals.append(PluginRefusal(path: path, problems: refusal.problems))
            }
        }
        return code
    }

    private func plugin(
        _ file: String, _ hash: String, _ basis: FolderBasis, inHost: Bool
    ) -> Result<LoadedPlugin, PluginRefusal> {
        let isInMemory = inHost || basis.catalog.workers == nil
        if let running = basis.plugin, running.path == file, running.isInMemory == isInMemory, basis.isWired,
            taken.withLock({ $0[file] }) == hash
        {
            return .success(running)
        }
        let known = [basis.plugin, loaded.withLock { $0[file] }].compactMap { $0 } + basis.catalog.plugins
        if let same = known.first(where: {
            $0.path == file && !hash.isEmpty && $0.isInMemory == isInMemory
                && FileHash.sha256($0.generationPath) == hash
        }) {
            return .success(same)
        }
        let made = basis.catalog.load(file, inHost: inHost)
        if case .success(let plugin) = made {
            loaded.withLock { loaded in
                if loaded.count >= LiveFolder.loadedMax { loaded.removeAll() }
                loaded[file] = plugin
            }
        }
        return made
    }

    private func remember(_ code: FolderCode) {
        taken.withLock { taken in
            if taken.count >= LiveFolder.loadedMax { taken.removeAll() }
            taken.merge(code.hashes) { $1 }
        }
    }
}
