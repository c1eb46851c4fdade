internal import CWorker
internal import Glibc
internal import Trading

/// What the process does that `isolation: worker` starts: it confines itself, loads one plugin, and serves one strategy.
public enum WorkerMain {
    /// `arguments` are those behind the word `worker`: bytes of memory, the library, and "no-landlock" where it is to do
    /// without. Does not return; 2 = it was not started by a host.
    public static func run(_ arguments: [String]) -> Never {
        guard arguments.count >= 2, let memory = UInt64(arguments[0]), let desk = worker_desk_open(WORKER_MEMORY) else {
            let text = "error: a worker is started by the host – stratagem worker – set isolation: worker\n"
            _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            exit(2)
        }
        close(WORKER_MEMORY)
        let bench = WorkerBench(desk, confine(memory, arguments))
        withExtendedLifetime(bench) {
            worker_serve(
                desk,
                { context, operation, payload, size in
                    let bench = Unmanaged<WorkerBench>.fromOpaque(context!).takeUnretainedValue()
                    bench.act(operation, UnsafeRawBufferPointer(start: payload, count: payload == nil ? 0 : size), size)
                }, Unmanaged.passUnretained(bench).toOpaque())
        }
        exit(0)
    }

    private static func confine(_ memory: UInt64, _ arguments: [String]) -> Confinement {
        let unlimited = worker_limit(memory)
        var confinement = Confinement.enter(
            library: arguments[1], usesLandlock: !arguments[2...].contains("no-landlock"))
        if unlimited == 0 {
            confinement.measures.append("memory limit")
        } else {
            confinement.gaps.append("its memory is not limited: \(String(cString: strerror(unlimited)))")
        }
        return confinement
    }
}

/// The strategy in a worker, and the host's questions about it.
private final class WorkerBench {
    private let desk: OpaquePointer
    private var confinement: Confinement
    private var plugin: LoadedPlugin?
    private var instance: StrategyInstance?

    init(_ desk: OpaquePointer, _ confinement: Confinement) {
        self.desk = desk
        self.confinement = confinement
    }

    func act(_ operation: UInt32, _ payload: UnsafeRawBufferPointer, _ size: Int) {
        switch operation {
        case UInt32(WORKER_LOG_LEVEL): instance?.setLogLevel(UInt32(size))
        case UInt32(WORKER_QUIT): instance = nil
        default:
            var writer = ByteWriter()
            do {
                try answer(operation, [UInt8](payload), &writer)
                reply(0, writer.bytes)
            } catch {
                writer.removeAll()
                PluginProblem.encode(error.problems, into: &writer)
                reply(1, writer.bytes)
            }
        }
    }

    private func reply(_ status: UInt32, _ bytes: [UInt8]) {
        let size = min(bytes.count, Int(WORKER_TRANSFER_SIZE))
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { worker_desk_transfer(desk).copyMemory(from: start, byteCount: size) }
        }
        worker_reply(desk, status, size)
    }

    private func answer(
        _ operation: UInt32, _ payload: [UInt8], _ writer: inout ByteWriter
    ) throws(PluginRefusalReasons) {
        var reader = ByteReader(payload)
        do {
            switch WorkerOperation(rawValue: operation) {
            case .describe:
                let plugin = try load(WorkerLibrary(from: &reader))
                plugin.encodeDescription(into: &writer)
            case .create: try create(WorkerOrder(from: &reader)).encode(into: &writer)
            case .save: try save().encode(into: &writer)
            case .restore: try restore(WorkerMemory(payload))
            case .call: try writer.put(bytes: call(payload))
            case nil: throw PluginRefusalReasons([.creation("the worker does not know operation \(operation)")])
            }
        } catch let reasons as PluginRefusalReasons {
            throw reasons
        } catch {
            throw PluginRefusalReasons([.creation("the worker was asked what makes no sense: \(error)")])
        }
    }

    private func load(_ library: WorkerLibrary) throws(PluginRefusalReasons) -> LoadedPlugin {
        if let plugin { return plugin }
        switch PluginLoader.open(library.copy, number: library.generation, original: library.original) {
        case .success(let loaded):
            plugin = loaded
            return loaded
        case .failure(let refusal): throw PluginRefusalReasons(refusal.problems)
        }
    }

    private func create(_ order: WorkerOrder) throws(PluginRefusalReasons) -> WorkerReceipt {
        let plugin = try load(order.library)
        switch StrategyInstance.create(
            plugin, instruments: order.instruments, bound: order.bound, seed: order.seed, parameters: order.parameters)
        {
        case .success(let made):
            instance = made
            confinement.instanceMade()
            worker_desk_bind(desk, made.process, made.pointer)
            return WorkerReceipt(parameterTexts: made.parameterTexts, confinement: confinement)
        case .failure(let refusal): throw PluginRefusalReasons(refusal.problems)
        }
    }

    private func save() throws(PluginRefusalReasons) -> WorkerMemory {
        switch instance?.saveState() {
        case .success(let state): return WorkerMemory(state: state, sequence: worker_desk_consumed(desk))
        case .failure(let refusal): throw PluginRefusalReasons(refusal.problems)
        case nil: throw PluginRefusalReasons([.state("there is no instance")])
        }
    }

    private func call(_ payload: [UInt8]) throws(PluginRefusalReasons) -> [UInt8] {
        guard let instance else { throw PluginRefusalReasons([.creation("there is no instance")]) }
        return instance.answer(payload)
    }

    private func restore(_ memory: WorkerMemory) throws(PluginRefusalReasons) {
        guard let instance, let state = memory.state else {
            throw PluginRefusalReasons([.state("there is no instance, or nothing to restore")])
        }
        if case .failure(let refusal) = instance.restoreState(state) { throw PluginRefusalReasons(refusal.problems) }
    }
}
