import API
import FoundationEssentials
import Glibc
import Testing
import Trading

@testable import stratagem

/// Backtests whose process is a script: what becomes of one that ends in another way than it should.
@Suite("The pool of backtests")
struct BacktestPoolTests {
    private let folder = HostFolder()
    private var program: String { folder.path + "/program" }

    private func pool(_ script: String, _ change: (inout BacktestPool.Limits) -> Void = { _ in }) throws -> BacktestPool
    {
        folder.write("#!/bin/sh\n\(script)\n", to: "text")
        // By a process of its own: one that another test starts meanwhile would hold a file open that this one writes, and a
        // program that is open for writing cannot be started.
        let install = try ChildProcess.start(
            "/usr/bin/install", ["-m", "700", folder.path + "/text", program], output: "/dev/null",
            errors: "/dev/null")
        #expect(install.waitForEnd {} == .exited(0))
        try DataFolder.make(folder.data).map { _ in throw POSIXError(.EACCES) }
        var limits = BacktestPool.Limits()
        limits.running = 1
        change(&limits)
        return BacktestPool(
            program: program, strategies: folder.strategies, data: folder.data, limits: limits)
    }

    private func add(_ pool: BacktestPool) throws -> BacktestView {
        try pool.add { number in
            BacktestJob(
                number: number, "alpha", account: "paper",
                BacktestRequest(
                    instruments: ["BTC_USDT"], from: Timestamp(nanoseconds: 0),
                    to: Timestamp(nanoseconds: 60_000_000_000)),
                seed: 7, override: nil, by: HostLife.person)
        }
    }

    private func ended(_ id: String, _ pool: BacktestPool) async throws -> BacktestView {
        let deadline = MonotonicClock.now + 120_000_000_000
        while true {
            let view = try pool.find(id, of: "alpha")
            if view.endedAt != nil { return view }
            try #require(MonotonicClock.now < deadline)
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test(
        "one that crashes, hangs, fills the disk or the memory, or says nothing ends alone, with the reason",
        arguments: [
            ("kill -SEGV $$", "it crashed: signal 11"),
            ("while :; do sleep 0.05; done", "it did not end within 1 s"),
            ("while :; do :; done", "it used all of its 1 s of processor time"),
            ("exec cat /dev/zero > \"$(dirname \"$0\")/data/full\"", "it wrote a file of more than 1 MB"),
            ("exec python3 -c 'import time; x = bytes([1]) * (150 << 20); time.sleep(60)'", "it held "),
            ("echo nothing", "it ended without a result"),
            ("echo 'error: there is no bar' >&2; exit 2", "there is no bar"),
            ("exit 3", "it ended with exit code 3"),
        ])
    func endings(script: String, reason: String) async throws {
        let pool = try pool(script) { limits in
            limits.process.wallSeconds = script.contains("sleep 0.05") ? 1 : 60
            limits.process.processorSeconds = script.contains("do :;") ? 1 : 60
            limits.process.niceness = 0
            limits.process.fileBytes = 1 << 20
            limits.process.memoryBytes = 100 << 20
        }
        let view = try await ended(try add(pool).id, pool)
        #expect(view.state == .failed && view.error?.hasPrefix(reason) == true, "\(view.error ?? "")")
        #expect(view.result == nil)
        pool.close()
    }

    @Test("one runs, some wait, more are refused; whoever waits or runs can be cancelled, and close ends them all")
    func queue() async throws {
        let pool = try pool("sleep 100") { $0.waiting = 2 }
        let first = try add(pool)
        let second = try add(pool)
        let third = try add(pool)
        #expect(throws: HostRefusal.self) { try add(pool) }
        #expect(pool.all(of: "alpha").map(\.state) == [.queued, .queued, .running])
        #expect(pool.recent().map(\.id) == [first.id, second.id, third.id])
        #expect(try pool.cancel(second.id, of: "alpha", by: "ann").error == "cancelled by ann")
        #expect(throws: HostRefusal.self) { try pool.cancel(second.id, of: "alpha", by: "ann") }
        #expect(throws: HostRefusal.self) { try pool.cancel(third.id, of: "beta", by: "ann") }
        _ = try pool.cancel(first.id, of: "alpha", by: "ann")
        // The next one gets its place.
        let deadline = MonotonicClock.now + 60_000_000_000
        while try pool.find(third.id, of: "alpha").state == .queued { try #require(MonotonicClock.now < deadline) }
        pool.close()
        let last = try pool.find(third.id, of: "alpha")
        #expect(last.state == .failed && last.error == "the host was stopped before it ended")
        #expect(throws: HostRefusal.self) { try add(pool) }
    }

    @Test("results survive, what ran when the host ended has failed, and the oldest go")
    func files() async throws {
        let line = #"{"performance":{"total_return":0.25,"total_trades":3},"state_hash":"00"}"#
        let first = try pool("echo '\(line)'")
        let view = try await ended(try add(first).id, first)
        #expect(view.state == .completed && view.progress == 1)
        #expect(view.result?["performance"]?["total_return"] == .number("0.25"))
        first.close()
        // As a host that was killed leaves one.
        var running = BacktestJob(
            number: 2, "alpha", account: "paper",
            BacktestRequest(instruments: [], from: Timestamp(nanoseconds: 0), to: Timestamp(nanoseconds: 1)), seed: nil,
            override: nil, by: HostLife.person)
        running.begin()
        #expect(BacktestFiles(folder.data).make(running) == nil)
        let second = try pool("echo '\(line)'") { $0.kept = 2 }
        #expect(try second.find(view.id, of: "alpha") == view)
        #expect(try second.find("bt_2", of: "alpha").error == "the host ended before it did")
        let third = try await ended(try add(second).id, second)
        #expect(third.id == "bt_3")
        #expect(second.all(of: "alpha").map(\.id) == ["bt_3", "bt_2"])
        #expect(throws: HostRefusal.self) { try second.find(view.id, of: "alpha") }
        second.close()
        #expect(FileSystem.names(in: folder.data + "/backtests") == ["bt_2", "bt_3"])
    }

    @Test("when more end at once than are kept, each answer is still its own, and none runs on")
    func manyEnd() async throws {
        let pool = try pool("sleep 100") { $0.kept = 1 }
        let views = try (0..<8).map { _ in try add(pool) }
        for view in views[1..<4] {
            let cancelled = try pool.cancel(view.id, of: "alpha", by: "ann")
            #expect(cancelled.id == view.id && cancelled.state == .failed)
        }
        pool.close()
        let left = pool.all(of: "alpha")
        #expect(left.map(\.id) == ["bt_8"] && left[0].endedAt != nil)
        #expect(FileSystem.names(in: folder.data + "/backtests") == ["bt_8"])
    }
}
