import CStrategyABI
import Foundation
import PluginHost
import Testing
import Trading

/// What the tests of workers have in common: where the host's executable is, a market of two instruments, and trades.
enum WorkerBooth {
    static let missing: Comment = "needs the built executable beside the tests, and a C compiler"
    static var isUsable: Bool {
        Workshop.hasCompiler && FileManager.default.isExecutableFile(atPath: executable)
    }

    /// It lies beside the test bundle, in the build folder.
    static let executable: String = {
        if let folder = PluginDiscovery.executableFolder,
            FileManager.default.isExecutableFile(atPath: folder + "/stratagem")
        {
            return folder + "/stratagem"
        }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.path + "/.build/debug/stratagem"
    }()

    /// The machine may be busy: budgets that mean something else are generous.
    static func settings(_ pace: WorkerSettings.Pace, budgetMilliseconds: Int64 = 20_000) -> WorkerSettings {
        var settings = WorkerSettings(pace)
        settings.executable = executable
        settings.budgetNanoseconds = budgetMilliseconds * 1_000_000
        settings.startNanoseconds = 60_000_000_000
        return settings
    }

    static let instruments = ["AAA", "BBB"].map { id in
        Instrument(
            id: id, quoteCurrency: "USDT",
            terms: InstrumentTerms(
                tick: Price(raw: 10_000_000), lot: Quantity(raw: 1), minQuantity: Quantity(raw: 1),
                maxQuantity: Quantity.one))
    }

    static func trades(_ count: Int) -> [strategy_event_v1_t] {
        (0..<count).map { index in
            var event = strategy_event_v1_t()
            event.type = UInt16(STRATEGY_EVENT_TRADE)
            event.time = Int64(index) * 1_000_000
            event.payload.0 = UInt64(100_000_000_000 + index % 7 * 1_000_000_000)
            return event
        }
    }

    static func wait(seconds: Double = 60, until isTrue: () -> Bool) -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        while !isTrue() {
            guard Date() < deadline else { return false }
            usleep(500)
        }
        return true
    }
}

/// Calls a strategy as the engine would, and keeps all that it writes.
final class Caller {
    let instance: StrategyInstance
    private(set) var consumed: [Int] = []
    private(set) var intents: [[UInt8]] = []
    private var records = [strategy_intent_v1_t](repeating: strategy_intent_v1_t(), count: 1024)

    init(_ instance: StrategyInstance) { self.instance = instance }

    /// Gives all events in blocks of these sizes in turn; false = the strategy is out of service.
    @discardableResult
    func run(_ events: [strategy_event_v1_t], blocks: [Int] = [1, 3, 256, 17, 4096]) -> Bool {
        events.withUnsafeBufferPointer { buffer in
            var index = 0
            var turn = 0
            while index < buffer.count {
                let size = min(blocks[turn % blocks.count], buffer.count - index)
                turn += 1
                let done = call { instance.process(instance.pointer, buffer.baseAddress! + index, size, &$0) }
                guard done > 0 else { return false }
                consumed.append(done)
                index += done
            }
            return true
        }
    }

    /// Takes what has come since; false = out of service.
    func poll() -> Bool {
        guard let poll = instance.poll else { return true }
        return call { poll(instance.pointer, &$0) } == 0
    }

    private func call(_ body: (inout strategy_intents_v1_t) -> Int) -> Int {
        records.withUnsafeMutableBufferPointer { buffer in
            var block = strategy_intents_v1_t()
            block.records = buffer.baseAddress
            block.capacity = buffer.count
            let result = body(&block)
            for index in 0..<min(block.count, buffer.count) {
                intents.append(withUnsafeBytes(of: buffer[index]) { Array($0) })
            }
            return result
        }
    }
}
