import CStrategyABI
import Foundation
import PluginHost
import Testing
import Trading

private typealias Fault = FaultyPlugin.Fault

/// A bad strategy in a worker, with others beside it.
@Suite("Faults in workers", .serialized, .enabled(if: WorkerBooth.isUsable, WorkerBooth.missing))
struct WorkerFaultTests {
    let folder: TemporaryFolder
    let loader: PluginLoader

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/generations")
    }

    private func faulty(
        _ fault: Fault, _ pace: WorkerSettings.Pace, library: String? = nil, usesLandlock: Bool = true
    ) throws -> Caller {
        let path = try library ?? Workshop.library(FaultyPlugin.source, flags: ["-shared", "-pthread"])
        let isHang = [.endlessLoop, .stop, .sleep, .scribbledPage].contains(fault)
        var settings = WorkerBooth.settings(pace, budgetMilliseconds: isHang ? 300 : 20_000)
        settings.memoryMaxBytes = 256 << 20
        settings.usesLandlock = usesLandlock
        return Caller(
            try StrategyInstance.create(
                try loader.describe(path, settings).get(), isolation: .worker(settings),
                instruments: WorkerBooth.instruments, bound: [0],
                parameters: ["fault": .integer(fault.rawValue)]
            ).get())
    }

    private func neighbours() throws -> [Caller] {
        let plugin = try loader.load(try Workshop.library(PluginSources.good())).get()
        return try (0..<5).map { _ in
            Caller(
                try StrategyInstance.create(
                    plugin, isolation: .worker(WorkerBooth.settings(.free)), instruments: WorkerBooth.instruments,
                    bound: [0]
                ).get())
        }
    }

    /// Gives events to all until the bad one is out of service and its end is known; then a few more to the others.
    private func run(_ bad: Caller, beside others: [Caller]) throws -> WorkerEnd {
        let events = WorkerBooth.trades(30)
        var given = 0
        let isOver = WorkerBooth.wait {
            bad.run(events)
            _ = bad.poll()
            for other in others { _ = other.run(events) && other.poll() }
            given += events.count
            usleep(2000)
            return bad.instance.end != nil
        }
        #expect(isOver)
        for other in others { other.run(events) }
        given += events.count
        let goesOn = bad.run(events)
        #expect(!goesOn, "one whose worker is gone takes no more events")
        for other in others {
            #expect(WorkerBooth.wait { other.poll() && other.intents.count == given / 3 })
            #expect(other.instance.end == nil)
        }
        return try #require(bad.instance.end)
    }

    fileprivate static let endings: [(Fault, [WorkerEnd.Cause])] = [
        (.segmentationFault, [.signal(11)]), (.abort, [.signal(6)]), (.exit, [.exited(code: 0)]),
        (.endlessLoop, [.hung(milliseconds: 300)]), (.allocation, [.signal(11)]),
        (.stop, [.hung(milliseconds: 300)]), (.sleep, [.hung(milliseconds: 300)]), (.stackOverflow, [.signal(11)]),
        (.trap, [.signal(4), .signal(5)]),
    ]

    @Test("a strategy that crashes, hangs or ends is out of service alone, and its end is told", arguments: endings)
    fileprivate func ends(_ fault: Fault, _ causes: [WorkerEnd.Cause]) throws {
        for pace in [WorkerSettings.Pace.free, .lockStep] {
            let end = try run(try faulty(fault, pace), beside: pace == .free ? try neighbours() : [])
            #expect(causes.contains(end.cause), "\(fault) \(pace): \(end)")
        }
    }

    @Test("what it writes over the shared memory is its own fault", arguments: [Fault.scribbledPage, .scribbledRing])
    fileprivate func scribbles(_ fault: Fault) throws {
        let bad = try faulty(fault, .free)
        guard fault == .scribbledRing else {
            let end = try run(bad, beside: try neighbours())
            switch end.cause {
            // Or it falls over what it has written itself.
            case .brokenRing, .hung, .signal: break
            default: Issue.record("\(fault): \(end)")
            }
            return
        }
        // What it wrote before is not read again: nothing happens.
        #expect(bad.run(WorkerBooth.trades(30)) && bad.poll() && bad.intents.isEmpty)
    }

    @Test("a plugin that breaks the contract is judged as in the host")
    func contract() throws {
        let nothing = try faulty(.consumesNothing, .lockStep)
        #expect(!nothing.run(WorkerBooth.trades(30)) && nothing.instance.end == nil)
        let freeNothing = try run(try faulty(.consumesNothing, .free), beside: [])
        guard case .brokenRing = freeNothing.cause else {
            Issue.record("\(freeNothing)")
            return
        }
        let garbage = try faulty(.garbageIntents, .lockStep)
        #expect(garbage.run(WorkerBooth.trades(30)))
        #expect(garbage.intents.count == 64 && garbage.intents.allSatisfy { $0.allSatisfy { $0 == 0xab } })
        let oversized = try faulty(.oversizedIntents, .lockStep)
        var records = [strategy_intent_v1_t](repeating: strategy_intent_v1_t(), count: 1024)
        let count = records.withUnsafeMutableBufferPointer { buffer in
            var block = strategy_intents_v1_t()
            block.records = buffer.baseAddress
            block.capacity = buffer.count
            _ = oversized.instance.process(oversized.instance.pointer, WorkerBooth.trades(30), 30, &block)
            return block.count
        }
        #expect(count == 5000)
    }

    fileprivate static let refused: [(Fault, Int32)] = [
        (.fork, EPERM), (.socket, EPERM), (.exec, EPERM), (.writeFile, EPERM), (.killParent, EPERM),
        (.descriptors, EMFILE), (.trace, EPERM), (.truncate, EPERM), (.peekParent, EPERM), (.pokeParent, EPERM),
        (.killAll, EPERM), (.openProcess, EPERM), (.replaceItself, EPERM),
    ]

    @Test("what a strategy may not do is refused, and it goes on", arguments: refused)
    fileprivate func refusals(_ fault: Fault, _ error: Int32) throws {
        let bad = try faulty(fault, .lockStep)
        // The kernel may have no filters; the host says so.
        guard bad.instance.confinement?.measures.contains("seccomp") == true else { return }
        #expect(bad.run(WorkerBooth.trades(30)))
        #expect(bad.tags == [UInt64(error)])
        #expect(!FileManager.default.fileExists(atPath: "/tmp/stratagem-worker-wrote-this"))
        #expect(bad.instance.end == nil)
    }

    fileprivate static let reading: [(Fault, landlock: Int32, filter: Int32)] = [
        (.readSecret, EACCES, EACCES), (.readSecretEarly, EACCES, 999), (.listFolder, EACCES, EACCES),
        (.readUser, EACCES, EACCES), (.readParent, EACCES, EACCES), (.readItself, 999, EACCES),
        (.readSystem, 999, EACCES),
    ]

    @Test(
        "the host's key, its folder and the user's files are not readable, and where they are for a while the host says so",
        arguments: reading)
    fileprivate func files(_ fault: Fault, landlock: Int32, filter: Int32) throws {
        try Data("secret".utf8).write(to: URL(fileURLWithPath: folder.path + "/secret.key"))
        let offered = Confinement.offered
        guard offered.seccomp else { return }
        for (usesLandlock, error) in [(true, landlock), (false, filter)] where !usesLandlock || offered.landlock > 0 {
            let bad = try faulty(fault, .lockStep, usesLandlock: usesLandlock)
            let confinement = try #require(bad.instance.confinement)
            #expect(confinement.measures.contains("landlock \(offered.landlock)") == usesLandlock)
            #expect(confinement.gaps.isEmpty == usesLandlock, "\(confinement)")
            #expect(usesLandlock || confinement.gaps[0].contains("may read files until its instance is made"))
            #expect(bad.run(WorkerBooth.trades(30)))
            #expect(bad.tags == [UInt64(error)], "landlock \(usesLandlock)")
        }
    }

    @Test("a thread that outlives its strategy ends with the worker")
    func thread() throws {
        let ends = Ends()
        do {
            let bad = try faulty(.thread, .free)
            bad.instance.observeEnd { ends.add($0.cause) }
            #expect(bad.run(WorkerBooth.trades(30)))
            #expect(WorkerBooth.wait { bad.poll() && bad.tags == [999] })
        }
        #expect(WorkerBooth.wait { ends.all == [.closed] })
    }

    @Test("a strategy that prints without end is read, and the last of it kept")
    func flood() throws {
        let bad = try faulty(.flood, .lockStep)
        #expect(bad.run(WorkerBooth.trades(30)) && bad.tags == [999])
    }

    @Test(
        "Swift's traps end the worker with their message", .enabled(if: Workshop.swiftCompiler != nil, "needs swiftc"),
        arguments: [
            (Fault.swiftIndex, "Index out of range"), (.swiftNil, "Unexpectedly found nil"),
            (.swiftOverflow, ""),
        ])
    fileprivate func swiftTraps(_ fault: Fault, _ message: String) throws {
        let library = try Workshop.library(FaultyPlugin.source, withSwift: FaultyPlugin.swiftSource)
        let end = try run(try faulty(fault, .free, library: library), beside: try neighbours())
        #expect([.signal(4), .signal(5)].contains(end.cause), "\(end)")
        #expect(message.isEmpty || end.lastWords.contains(message), "\(end)")
    }
}

extension Caller {
    var tags: [UInt64] {
        intents.map { $0.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self) } }
    }
}
