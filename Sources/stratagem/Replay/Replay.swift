import CStrategyABI
import Configuration
import MarketData
import PluginHost
import Trading

/// Plays the calls of a recorded run to the code of today, and finds out where that says something else.
struct Replay {
    /// Whose code is called, and what it is compared with.
    struct Outcome {
        let slot: Int
        let strategy: ReplayedStrategy
    }

    let recording: MappedRecording
    let folder: StrategiesFolder
    let catalog: PluginCatalog
    /// Only this one; nil = all.
    var only: String?
    /// Values above those of the strategy.
    var parameters: [String: ParameterValue] = [:]
    /// Code that is to be judged, in the place of the strategy's own.
    var candidate: LoadedPlugin?

    private(set) var outcomes: [Outcome] = []
    /// What could not be compared, and why.
    private(set) var notes: [String] = []

    init(_ recording: MappedRecording, _ folder: StrategiesFolder, _ catalog: PluginCatalog) {
        self.recording = recording
        self.folder = folder
        self.catalog = catalog
    }

    mutating func run(progress: ProgressLine) throws(CommandError) {
        let memories = try memories()
        var running: [Int: ReplayedStrategy] = [:]
        var reader = CallReader(recording)
        var done = 0
        while let entry = try reader.next() {
            switch entry {
            case .call(let slot, let events, let intents):
                running[slot]?.take(events, intents)
                done += 1 + events.count + intents.count
                if done & 1023 == 0 { progress.show(done, of: recording.recordCount) }
            case .replaced(let slot):
                if let ended = running.removeValue(forKey: slot) {
                    ended.end()
                    notes.append(
                        "\(ended.code.strategy): its code was replaced while it ran; what is behind that was not compared"
                    )
                }
            case .gap:
                for slot in running.keys.sorted() { running[slot]?.end() }
                running.removeAll()
                notes.append("calls are missing in the recording; what is behind that was not compared")
            case .begin(let slot, let code, let memory, _):
                running[slot]?.end()
                running[slot] = nil
                guard only == nil || only == code.strategy else { continue }
                guard let saved = memory ?? memories[code.memoryNumber] ?? (code.memory == .none ? [] : nil) else {
                    notes.append(
                        "\(code.strategy): what it remembered is not in the recording, so it was not compared from there"
                    )
                    continue
                }
                let strategy = ReplayedStrategy(code, try instance(code, memory: code.memory == .none ? nil : saved))
                running[slot] = strategy
                outcomes.append(Outcome(slot: slot, strategy: strategy))
            case .memory: break
            }
        }
        for slot in running.keys.sorted() { running[slot]?.end() }
        progress.end()
    }

    /// They were written down some time after they were true.
    private func memories() throws(CommandError) -> [UInt64: [UInt8]] {
        var found: [UInt64: [UInt8]] = [:]
        var reader = CallReader(recording)
        while let entry = try reader.next() {
            if case .memory(let number, let bytes?) = entry { found[number] = bytes }
        }
        return found
    }

    // MARK: The code

    private func instance(_ code: RecordedCode, memory: [UInt8]?) throws(CommandError) -> StrategyInstance {
        let configured = folder.strategies.first { $0.id == code.strategy }
        let plugin = try plugin(code, configured)
        let configuration = configured ?? StrategyConfiguration(id: code.strategy, folder: folder.path)
        let made = StrategyInstance.create(
            plugin, isolation: isolation(of: configuration, plugin),
            instruments: recording.header.instruments.map(\.instrument), bound: code.instruments.map { UInt32($0) },
            seed: code.seed, parameters: values(code, configured, plugin))
        switch made {
        case .failure(let refusal): throw refused(code, refusal, "it cannot be made")
        case .success(let instance):
            guard let memory else { return instance }
            guard let state = StrategyState(recorded: memory) else {
                throw CommandError(
                    .usage, "what \(code.strategy) remembered is damaged", at: recording.name, "name another session")
            }
            if case .failure(let refusal) = instance.restoreState(state) {
                throw refused(code, refusal, "it does not take up what it remembered then")
            }
            return instance
        }
    }

    /// Code that is judged does not come into this process.
    private func isolation(of configuration: StrategyConfiguration, _ plugin: LoadedPlugin) -> StrategyIsolation {
        if candidate != nil, let workers = catalog.workers { return .worker(workers) }
        return catalog.isolation(of: configuration, plugin)
    }

    private func refused(_ code: RecordedCode, _ refusal: PluginRefusal, _ what: String) -> CommandError {
        CommandError(
            .no, "\(code.strategy): \(what): \(refusal.problems.map(\.text).joined(separator: "; "))",
            at: recording.name, "mend the strategy, or its parameters")
    }

    private func plugin(
        _ code: RecordedCode, _ configured: StrategyConfiguration?
    ) throws(CommandError) -> LoadedPlugin {
        if let candidate { return candidate }
        if let configured {
            switch configured.plugin(in: catalog) {
            case .success(let plugin): return plugin
            case .failure(let refused): throw CommandError.configuration(configured.folder, refused.findings)
            }
        }
        guard let plugin = catalog.plugin(id: code.plugin) else {
            throw CommandError(
                .no, "there is no strategy \(code.strategy) and no plugin \(code.plugin) any more", at: folder.path,
                "put it back, or leave it out with --strategy", details: catalog.refusals.map(\.description))
        }
        return plugin
    }

    /// Those in force then, with what its strategy.yaml has come to say otherwise since, and what was asked for.
    private func values(
        _ code: RecordedCode, _ configured: StrategyConfiguration?, _ plugin: LoadedPlugin
    ) -> [String: ParameterValue] {
        // One that the code of today does not have any more is not its parameter.
        let names = Set(plugin.parameters.map(\.name))
        var values = code.parameters.filter { names.contains($0.key) }.mapValues { ParameterValue.text($0) }
        for (name, value) in configured?.parameterValues ?? [:] where code.configured[name] != value.text {
            values[name] = value
        }
        return values.merging(parameters) { _, asked in asked }
    }
}
