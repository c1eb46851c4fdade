internal import CWorker
internal import Synchronization
internal import Trading

// A strategy whose instance lives in a worker.

extension StrategyInstance {
    static func createInWorker(
        _ plugin: LoadedPlugin, _ settings: WorkerSettings, instruments: [Instrument], bound: [UInt32], seed: UInt64,
        parameters: [String: ParameterValue]
    ) -> Result<StrategyInstance, PluginRefusal> {
        let refuse = { (problems: [PluginProblem]) -> Result<StrategyInstance, PluginRefusal> in
            .failure(PluginRefusal(path: plugin.path, problems: problems))
        }
        let worker: Worker
        switch Worker.start(settings, library: plugin.generationPath) {
        case .success(let started): worker = started
        case .failure(let problem): return refuse([problem])
        }
        let order = WorkerOrder(
            library: WorkerLibrary(original: plugin.path, copy: plugin.generationPath, generation: plugin.generation),
            instruments: instruments, bound: bound, seed: seed, parameters: parameters)
        var writer = ByteWriter()
        order.encode(into: &writer)
        switch worker.ask(.create, writer.bytes, within: settings.startNanoseconds) {
        case .failure(let reasons):
            worker.quit()
            return refuse(reasons.problems)
        case .success(let bytes):
            var reader = ByteReader(bytes)
            guard let receipt = try? WorkerReceipt(from: &reader) else {
                worker.quit()
                return refuse([.creation("its worker answered what makes no sense")])
            }
            worker.isWatched.store(true, ordering: .sequentiallyConsistent)
            return .success(StrategyInstance(plugin: plugin, worker: worker, receipt: receipt))
        }
    }
}

extension PluginLoader {
    /// Has the library at `path` judged and copied as `load` does, and then described by a worker: none of its code runs in
    /// this process, and an instance of it can be made in workers only.
    public func describe(
        _ path: String, _ settings: WorkerSettings, origin: LibraryOrigin = .dropIn
    ) -> Result<LoadedPlugin, PluginRefusal> {
        copy(path, origin: origin).flatMap { copy in
            let refuse = { (problems: [PluginProblem]) -> Result<LoadedPlugin, PluginRefusal> in
                self.discard(copy)
                return .failure(PluginRefusal(path: path, problems: problems))
            }
            let worker: Worker
            switch Worker.start(settings, library: copy.path) {
            case .success(let started): worker = started
            case .failure(let problem): return refuse([problem])
            }
            defer { worker.quit() }
            var writer = ByteWriter()
            WorkerLibrary(original: path, copy: copy.path, generation: copy.number).encode(into: &writer)
            switch worker.ask(.describe, writer.bytes, within: settings.startNanoseconds) {
            case .failure(let reasons): return refuse(reasons.problems)
            case .success(let bytes):
                do {
                    return .success(
                        copy.marked(
                            try LoadedPlugin.described(
                                bytes, original: path, copy: copy.path, generation: copy.number)))
                } catch {
                    return refuse([.description("its worker answered what makes no sense: \(error)")])
                }
            }
        }
    }
}
