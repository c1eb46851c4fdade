internal import CProcess
internal import FoundationEssentials
internal import Glibc

/// The child's side: `stratagem probe` does this and ends.
public enum ProbeRun {
    static let reportDescriptor: Int32 = 3
    /// A request with a large state in it.
    private static let requestMax = 200 << 20

    /// False when there was no request to read.
    public static func run() -> Bool {
        guard fcntl(reportDescriptor, F_GETFD) >= 0, let bytes = input(),
            let request = try? JSONDecoder().decode(ProbeRequest.self, from: Data(bytes))
        else { return false }
        limit(request.limits)
        // The thread that started this process waits for it.
        _ = process_signal_at_parents_end(SIGKILL)
        let report = ProbeReport()
        let confinement =
            request.isConfined ? Confinement.enter(library: request.library, usesLandlock: true) : nil
        var work = ProbeWork(request, report, confinement)
        work.run()
        report.write(.done)
        // Exit handlers are the library's code too.
        _exit(0)
    }

    private static func input() -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= requestMax {
            let count = read(0, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 {
                // From here on there is nothing to read.
                let nowhere = open("/dev/null", O_RDONLY)
                if nowhere > 0 {
                    dup2(nowhere, 0)
                    close(nowhere)
                }
                return bytes
            }
            bytes += chunk[..<count]
        }
        return nil
    }

    private static func limit(_ limits: ProbeLimits) {
        func set(_ kind: __rlimit_resource, _ value: UInt64) {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            setrlimit(__rlimit_resource_t(kind.rawValue), &limit)
        }
        set(RLIMIT_DATA, limits.memoryBytes)
        set(RLIMIT_CPU, limits.cpuSeconds)
        set(RLIMIT_FSIZE, limits.fileBytes)
        set(RLIMIT_NOFILE, limits.descriptors)
        set(RLIMIT_CORE, 0)
        alarm(limits.seconds)
        // The host's threads go first.
        _ = nice(5)
    }
}

/// Where the child writes what it does and finds, a line each.
final class ProbeReport {
    private let encoder = JSONEncoder()

    func write(_ line: ProbeLine) {
        guard let document = try? encoder.encode(line) else { return }
        let bytes = Array(document) + [UInt8(ascii: "\n")]
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(ProbeRun.reportDescriptor, $0.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            written += count
        }
    }

    func begin(_ step: ProbeStep) { write(.step(step)) }
}

/// What the child does with the library.
struct ProbeWork {
    private let request: ProbeRequest
    private let report: ProbeReport
    private var confinement: Confinement?

    init(_ request: ProbeRequest, _ report: ProbeReport, _ confinement: Confinement?) {
        self.request = request
        self.report = report
        self.confinement = confinement
    }

    mutating func run() {
        let threads = ConformancePass.threadCount
        report.begin(.initialise)
        let plugin: LoadedPlugin
        switch PluginLoader.open(
            request.library, number: 1, original: request.library, announcing: report.begin)
        {
        case .failure(let refusal): return report.write(.refused(refusal.problems))
        case .success(let loaded): plugin = loaded
        }
        report.write(.identity(id: plugin.id, version: plugin.version))
        var made = instance(of: plugin)
        guard made != nil else { return }
        confinement?.instanceMade()
        if request.work == .call, let instance = made { return call(plugin, instance) }
        if request.skipped.contains(.destroy), let instance = made {
            _ = Unmanaged.passRetained(instance)
        } else {
            report.begin(.destroy)
        }
        made = nil
        guard request.work == .check else { return }
        var pass = ConformancePass(plugin, request, report, threadsBefore: threads)
        pass.run()
    }

    private func instance(of plugin: LoadedPlugin) -> StrategyInstance? {
        report.begin(.create)
        let setting = request.setting
        switch setting.instance(of: plugin) {
        case .failure(let refusal):
            report.write(.refused(refusal.problems))
            return nil
        case .success(let instance):
            guard let memory = setting.memory else { return instance }
            report.begin(.restore)
            let state = StrategyState(
                schemaVersion: memory.version, schemaHash: memory.hash, bytes: Array(memory.bytes))
            if case .failure(let refusal) = instance.restoreState(state) {
                report.write(.refused(refusal.problems))
                return nil
            }
            return instance
        }
    }

    private func call(_ plugin: LoadedPlugin, _ instance: StrategyInstance) {
        guard let function = plugin.exportedFunctions.first(where: { $0.name == request.function }) else {
            return report.write(.failure(.arguments("there is no function \(request.function)")))
        }
        report.begin(.call)
        switch instance.call(function, request.arguments) {
        case .success(let value): report.write(.value(value))
        case .failure(let failure): report.write(.failure(failure))
        }
        // What it did to the instance shows when that is saved.
        guard plugin.hasState else { return }
        report.begin(.saveState)
        if case .failure(let refusal) = instance.saveState() { report.write(.refused(refusal.problems)) }
    }
}

extension ProbeSetting {
    func instance(of plugin: LoadedPlugin) -> Result<StrategyInstance, PluginRefusal> {
        StrategyInstance.create(
            plugin, instruments: instruments.map(\.instrument), bound: bound, seed: seed,
            parameters: parameters.mapValues { .text($0) })
    }
}
