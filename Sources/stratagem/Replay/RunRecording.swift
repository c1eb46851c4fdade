import CStrategyABI
import Configuration
import Engine
import Glibc
import MarketData
import PluginHost
import Trading

/// Records a run of the host: the market into `NAME.rec`, and every call of a strategy with its answer into `NAME.calls`, which
/// `replay` plays to today's code. Belongs to the engine's thread; two threads of their own write.
final class RunRecording {
    let name: String
    let log: CallLog
    private let folder: String
    private let market: SessionRecorder
    private let calls: SessionRecorder
    private var lastMemory: UInt64 = 0
    /// Why it ended before its run.
    private(set) var end: String?
    private var nextLook: Int64 = 0

    /// Records of the calls' file, 256 MB.
    static let callsMax = 4_000_000
    static let callsSuffix = ".calls"

    init(_ folder: String, name: String, _ universe: Universe, start: Timestamp, strategies: Int) throws(CommandError) {
        self.folder = folder
        self.name = name
        let market = try SessionRecorder("\(folder)/\(name).rec", universe, start: start, goesOn: false)
        do throws(CommandError) {
            calls = try SessionRecorder(
                RunRecording.callsPath(folder, name), universe, start: start, goesOn: false)
        } catch {
            // Its thread ends with it.
            _ = market.close()
            throw error
        }
        self.market = market
        log = CallLog(strategies: strategies)
    }

    static func callsPath(_ folder: String, _ name: String) -> String { "\(folder)/\(name)\(callsSuffix)" }

    func takeMarket(_ events: UnsafeBufferPointer<EventRecord>) { if end == nil { market.take(events) } }

    /// Hands what the engine has logged to the thread that writes it.
    func drain() {
        guard log.count > 0 else { return }
        if end == nil { calls.take(log.records) }
        log.clear()
    }

    /// What is called from here on. `memory`: what it remembers; it began anew without.
    func begin(_ slot: Int, _ code: RecordedCode, _ call: StrategyCall, memory: StrategyState?, at time: Timestamp) {
        var code = code
        code.memory = memory == nil ? .none : .saved
        write(slot, code, memory?.recorded ?? [], call, at: time)
    }

    /// The same where what it remembers is written down beside; the number is for `remember`.
    func beginLater(_ slot: Int, _ code: RecordedCode, _ call: StrategyCall, at time: Timestamp) -> UInt64 {
        lastMemory += 1
        var code = code
        code.memory = .later
        code.memoryNumber = lastMemory
        write(slot, code, [], call, at: time)
        return lastMemory
    }

    func remember(_ slot: Int, _ number: UInt64, _ memory: StrategyState?, at time: Timestamp) {
        let bytes = memory?.recorded ?? []
        log.append(
            CallLog.head(.memory, slot, time, UInt64(bytes.count), number, memory == nil ? 0 : 1),
            RecordedBytes.records(bytes))
    }

    private func write(_ slot: Int, _ code: RecordedCode, _ memory: [UInt8], _ call: StrategyCall, at time: Timestamp) {
        let text = Array(JournalText.encode(code).utf8)
        log.append(
            CallLog.head(.begin, slot, time, UInt64(text.count), UInt64(memory.count)),
            RecordedBytes.records(text) + RecordedBytes.records(memory))
        log.know(call, strategy: slot)
    }

    /// A few times a second: whether it may go on. True where it has ended just now.
    func look(_ clock: Int64) -> Bool {
        guard end == nil, clock >= nextLook else { return false }
        nextLook = clock + Timestamp.nanosecondsPerSecond
        if market.counts().records >= DataCollection.recordsMax {
            end = "it has \(DataCollection.recordsMax) events"
        } else if calls.counts().records >= RunRecording.callsMax {
            end = "it has \(RunRecording.callsMax) records of calls"
        } else {
            end = DataCollection.diskObstacle(folder)
        }
        return end != nil
    }

    /// When nothing more comes: writes what waits, and the ends. What could not be written is missing, and the files say so.
    func close() {
        drain()
        _ = market.close()
        _ = calls.close()
    }
}

extension RunRecording {
    private static let prefix = "run-"

    /// Records a run where that is wanted and can be done; a run is not kept from trading by it. A run of recorded data is not
    /// recorded once more.
    static func begin(
        _ core: HostCore, _ universe: Universe, _ settings: RecordingSettings, _ source: MarketSource
    ) -> (RunRecording?, notice: String?) {
        guard settings.keep, !source.isRecorded else { return (nil, nil) }
        let folder = DataFolder.recordings(core.dataPath)
        removeOldest(folder, bytesMax: Int64(settings.megabytesMax) << 20)
        do throws(CommandError) {
            if let obstacle = DataCollection.diskObstacle(core.dataPath) {
                throw CommandError(.environment, obstacle, at: folder, "make room")
            }
            let recording = try RunRecording(
                folder, name: freeName(folder), universe, start: core.startTime, strategies: core.strategies.count)
            core.record(recording)
            return (recording, nil)
        } catch {
            return (nil, "this run is not recorded: \(error.what) (\(error.place))")
        }
    }

    /// The time, and a number where that is taken.
    private static func freeName(_ folder: String) -> String {
        let second = Timestamp(
            nanoseconds: WallClock.now / Timestamp.nanosecondsPerSecond * Timestamp.nanosecondsPerSecond)
        let name = prefix + second.description.filter { $0 != "-" && $0 != ":" }
        let names = [name] + (2...1000).map { "\(name)-\($0)" }
        return names.first { !FileSystem.exists("\(folder)/\($0).rec") } ?? name
    }

    /// The names sort by time.
    private static func removeOldest(_ folder: String, bytesMax: Int64) {
        var files = FileSystem.names(in: folder).filter { $0.hasPrefix(prefix) }.map { name in
            (name: name, bytes: FileSystem.bytes(of: "\(folder)/\(name)") ?? 0)
        }
        var bytes = files.reduce(0) { $0 + $1.bytes }
        while bytes > bytesMax, let oldest = files.first?.name.split(separator: ".").first {
            for file in files where file.name.hasPrefix(oldest + ".") {
                unlink("\(folder)/\(file.name)")
                bytes -= file.bytes
            }
            files.removeAll { $0.name.hasPrefix(oldest + ".") }
        }
    }
}
