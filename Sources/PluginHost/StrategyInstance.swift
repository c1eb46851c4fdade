internal import CStrategyABI
internal import CWorker
public import Trading

/// One strategy at work: an instance that a plugin made, configured and ready for events; in this process or in a worker.
///
/// It is used by one thread at a time and ends with its last reference. The engine calls `process(pointer, …)` itself.
public final class StrategyInstance: @unchecked Sendable {
    public let plugin: LoadedPlugin
    /// What `process` and `poll` take: the plugin's `strategy_instance_t`, or the way to a worker.
    public let pointer: UnsafeMutableRawPointer
    public let process: StrategyProcess
    /// Takes answers that have come after `process` returned; nil where there are none: in this process and in lock-step.
    public let poll: StrategyPoll?
    /// What keeps its worker from the rest of the machine, as the worker said before any of the plugin's code ran in it; nil
    /// in this process.
    public let confinement: Confinement?
    /// What an answer that came late belongs to; nil where there are none.
    public let position: StrategyPosition?
    /// As it was asked for: another instance in its place is made the same way.
    public var isolation: StrategyIsolation { worker.map { .worker($0.settings) } ?? .host }
    /// nil = it lives in this process.
    let worker: Worker?
    private let workerTexts: [(name: String, text: String)]

    private init(_ plugin: LoadedPlugin, _ functions: PluginFunctions, pointer: UnsafeMutableRawPointer) {
        self.plugin = plugin
        self.pointer = pointer
        process = functions.process
        poll = nil
        confinement = nil
        position = nil
        worker = nil
        workerTexts = []
    }

    init(plugin: LoadedPlugin, worker: Worker, receipt: WorkerReceipt) {
        self.plugin = plugin
        self.worker = worker
        pointer = UnsafeMutableRawPointer(worker.link)
        process = worker.settings.pace == .free ? worker_push : worker_exchange
        poll = worker.settings.pace == .free ? worker_collect : nil
        confinement = receipt.confinement
        position = worker.settings.pace == .free ? worker_position : nil
        workerTexts = receipt.parameterTexts
    }

    deinit {
        if let worker { worker.quit() } else { plugin.functions?.destroy(pointer) }
    }

    /// Makes and configures an instance. `instruments` are all that records may name by index, `bound` the indices
    /// that the strategy trades. On any problem the instance is destroyed and every reason returned.
    public static func create(
        _ plugin: LoadedPlugin, isolation: StrategyIsolation = .host, instruments: [Instrument], bound: [UInt32],
        seed: UInt64 = 0, parameters: [String: ParameterValue] = [:]
    ) -> Result<StrategyInstance, PluginRefusal> {
        let refuse = { (problems: [PluginProblem]) -> Result<StrategyInstance, PluginRefusal> in
            .failure(PluginRefusal(path: plugin.path, problems: problems))
        }
        let problems = instrumentProblems(instruments, bound)
        guard problems.isEmpty else { return refuse(problems) }
        if case .worker(let settings) = isolation {
            return createInWorker(
                plugin, settings, instruments: instruments, bound: bound, seed: seed, parameters: parameters)
        }
        guard let code = plugin.code else {
            return refuse([.creation("it is kept out of the host's memory; use isolation: worker")])
        }
        var message = PluginMessage()
        let made = instruments.map(strategy_instrument_v1_t.init).withUnsafeBufferPointer { table in
            bound.withUnsafeBufferPointer { indices in
                var config = strategy_config_v1_t()
                config.struct_size = UInt32(MemoryLayout<strategy_config_v1_t>.size)
                config.instrument_count = UInt32(table.count)
                config.instruments = table.baseAddress
                config.bound = indices.baseAddress
                config.bound_count = UInt32(indices.count)
                config.seed = seed
                return message.fill { code.functions.create(code.descriptor, &config, $0, $1) }
            }
        }
        guard let made else { return refuse([.creation(message.text)]) }
        let instance = StrategyInstance(plugin, code.functions, pointer: made)
        let refused = instance.configure(parameters)
        return refused.isEmpty ? .success(instance) : refuse(refused)
    }

    private static func instrumentProblems(_ instruments: [Instrument], _ bound: [UInt32]) -> [PluginProblem] {
        var problems: [PluginProblem] = []
        for instrument in instruments {
            problems += instrument.problems.map { .instrument("\(instrument.id): \($0)") }
        }
        for index in bound where index >= instruments.count {
            problems.append(.instrument("index \(index) is bound, but there are \(instruments.count) instruments"))
        }
        return problems
    }

    // MARK: Parameters

    /// Sets the given values over the defaults and has the plugin judge all together. Every problem is returned.
    private func configure(_ values: [String: ParameterValue]) -> [PluginProblem] {
        var problems: [PluginProblem] = []
        var refused: [PluginParameter] = []
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = plugin.parameters.first(where: { $0.name == name }) else {
                problems.append(.parameter(name: name, value: value.text, message: unknown(name)))
                continue
            }
            if let message = set(parameter, value) {
                problems.append(.parameter(name: name, value: value.text, message: message))
                refused.append(parameter)
            }
        }
        return problems + validate(standingIn: refused)
    }

    private func set(_ parameter: PluginParameter, _ value: ParameterValue) -> String? {
        guard let raw = parameter.raw(value) else { return "expected \(parameter.allowed)" }
        guard let set = plugin.functions?.parameters?.set else { return "the plugin cannot set it" }
        var record = strategy_value_v1_t()
        record.kind = parameter.kind.rawValue
        record.integer = raw.integer
        record.number = raw.number
        var message = PluginMessage()
        let status = message.fill { set(pointer, parameter.index, &record, $0, $1) }
        return status == 0 ? nil : message.text
    }

    /// `refused` parameters still have their defaults, which the message then says: its cause may lie there.
    private func validate(standingIn refused: [PluginParameter]) -> [PluginProblem] {
        guard let validate = plugin.functions?.parameters?.validate else { return [] }
        var message = PluginMessage()
        guard message.fill({ validate(pointer, $0, $1) }) != 0 else { return [] }
        let defaults = refused.map { "\($0.name) = \($0.text($0.standard))" }.joined(separator: ", ")
        let note = refused.isEmpty ? "" : " (judged with the default \(defaults))"
        return message.lines.map { .validation($0 + note) }
    }

    private func unknown(_ name: String) -> String {
        let names = plugin.parameters.map(\.name)
        guard !names.isEmpty else { return "\(plugin.id) has no parameters" }
        return "unknown parameter; \(plugin.id) has \(names.joined(separator: ", "))"
    }

    /// The values in force, as texts in the plugin's order; a value that the plugin does not give is left out.
    /// A worker's are those that it began with: they change with a new instance only.
    public var parameterTexts: [(name: String, text: String)] {
        guard worker == nil else { return workerTexts }
        guard let get = plugin.functions?.parameters?.get else { return [] }
        return plugin.parameters.compactMap { parameter in
            var record = strategy_value_v1_t()
            guard get(pointer, parameter.index, &record) == 0 else { return nil }
            let raw = PluginParameter.Raw(integer: record.integer, number: record.number)
            return (parameter.name, parameter.text(raw))
        }
    }

    /// Log lines below `level` (STRATEGY_LOG_*) are not written from now on.
    public func setLogLevel(_ level: UInt32) {
        if let worker {
            worker_set_log_level(worker.link, level)
        } else {
            plugin.functions?.log?.set_level?(pointer, level)
        }
    }
}

extension strategy_instrument_v1_t {
    /// The instrument's texts fit: `Instrument.problems` was empty.
    init(_ instrument: Instrument) {
        self.init()
        withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: instrument.id.utf8.prefix($0.count - 1)) }
        withUnsafeMutableBytes(of: &quote_currency) {
            $0.copyBytes(from: instrument.quoteCurrency.utf8.prefix($0.count - 1))
        }
        tick = instrument.terms.tick.raw
        lot = instrument.terms.lot.raw
        min_quantity = instrument.terms.minQuantity.raw
        max_quantity = instrument.terms.maxQuantity.raw
        multiplier = instrument.terms.multiplier
    }
}
