import Foundation
import Testing

@testable import stratagem

/// Strategies that end their process, processes that are killed, and users who have seen enough.
@Suite("Processes of a sweep", .serialized)
struct SweepProcessTests {
    private let scratch = Scratch()

    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Long enough to be disturbed.
    private static let long = [
        "sweep", "SMACross", "--data", "bars.csv", "--range", "fast=2..13", "--range", "slow=20..50:10", "--jobs", "2",
        "--json", "--sort", "equity", "--output", "rows.jsonl",
    ]

    private var rows: Int { (scratch.read("rows.jsonl") ?? "").split(separator: "\n").count - 1 }

    private func children(of parent: pid_t) -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }.filter {
            // "pid (name) state parent …"; the name may hold anything but the last bracket.
            let status = Scratch.read("/proc/\($0)/stat")?.split(separator: ")").last?.split(separator: " ") ?? []
            return status.count > 1 && pid_t(status[1]) == parent && status[0] != "Z"
        }
    }

    private func wait(_ what: String, _ condition: () -> Bool) async throws {
        let deadline = Clock.milliseconds + 60_000
        while !condition() {
            try #require(Clock.milliseconds < deadline, "\(what): not within 60 s")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Does something once so many rows are there, on a thread of its own: those of the tests may all be busy, and a sweep does
    /// not wait for them.
    private func disturb<T: Sendable>(atRows count: Int, _ act: @escaping @Sendable () -> T) async throws -> T {
        let found: T? = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let deadline = Clock.milliseconds + 60_000
                while rows < count, Clock.milliseconds < deadline { usleep(1_000) }
                continuation.resume(returning: rows < count ? nil : act())
            }
        }
        return try #require(found, "\(count) rows: not within 60 s")
    }

    private func table(_ output: String) -> String {
        output.replacing(/"output":"[^"]*","wall_seconds":[^,]*,/, with: "")
    }

    /// The table of an undisturbed sweep.
    private func undisturbed() async throws -> String {
        scratch.writeBars(9_000)
        let outcome = try await CommandLine.run(Self.long.dropLast() + ["whole.jsonl"], in: scratch)
        try #require(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        return table(outcome.output)
    }

    @Test("a child that is killed costs nothing: its run is tried again")
    func killedChild() async throws {
        let whole = try await undisturbed()
        let command = try RunningCommand(Self.long, in: scratch)
        let parent = command.process
        let killed = try await disturb(atRows: 3) { children(of: parent).first.map { kill($0, SIGKILL) } }
        #expect(killed == 0)
        let outcome = try await command.finish()
        #expect(outcome.code == 0 && table(outcome.output) == whole, "\(outcome.errors)")
        #expect(rows == 48)
    }

    @Test(
        "a sweep that is killed leaves no child, and the same command goes on to the same table",
        arguments: [SIGKILL, SIGINT])
    func stopped(_ signal: Int32) async throws {
        let whole = try await undisturbed()
        let command = try RunningCommand(Self.long, in: scratch)
        let parent = command.process
        let before = try await disturb(atRows: 3) {
            let before = children(of: parent)
            kill(parent, signal)
            return before
        }
        #expect(before.count == 2)
        let outcome = try await command.finish()
        if signal == SIGINT {
            #expect(outcome.code == 1 && outcome.lastError.contains("the same command goes on where it was"))
            #expect(outcome.lastError.contains("of 48 runs"), "\(outcome)")
            #expect(try JSONObject(outcome.output).flag("complete") == false)
        } else {
            #expect(outcome.code == 128 + SIGKILL)
        }
        try await wait("no child") { before.allSatisfy { kill($0, 0) != 0 } }
        #expect((3..<48).contains(rows), "\(rows)")
        let resumed = try await CommandLine.run(Self.long, in: scratch)
        #expect(resumed.code == 0 && table(resumed.output) == whole, "\(resumed.errors)")
    }

    @Test("two sweeps do not write one file")
    func lock() async throws {
        scratch.writeBars(9_000)
        let command = try RunningCommand(Self.long, in: scratch)
        let parent = command.process
        let stopped = try await disturb(atRows: 1) { kill(parent, SIGSTOP) }
        #expect(stopped == 0)
        let second = try await CommandLine.run(Self.long, in: scratch)
        #expect(second.code == 3 && second.lastError.contains("another sweep writes it – rows.jsonl"), "\(second)")
        command.send(SIGTERM)
        command.send(SIGCONT)
        #expect(try await command.finish().code == 1)
    }

    @Test(
        "a run that crashes or hangs has failed, with the reason, and the others are done",
        .enabled(if: compiler != nil, "needs cc"), arguments: ["host", "worker"])
    func faults(_ isolation: String) async throws {
        scratch.writeBars(base: 60_000)
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/"
        func run(_ words: [String]) async throws -> CommandLine.Outcome {
            try await CommandLine.run(
                ["HOME=\(home)", "STRATAGEM_TOOLCHAIN=/usr/bin", CommandLine.executable] + words, in: scratch,
                executable: "/usr/bin/env")
        }
        _ = try await run(["new", "trend", "--language", "c"])
        let source = try #require(scratch.read("strategies/trend/trend.c"))
        scratch.write(
            source.replacing(
                "    it->fast += ",
                with: """
                        if (it->quantity == 2 * STRATEGY_QUANTITY_SCALE / 100) abort();
                        if (it->quantity == 3 * STRATEGY_QUANTITY_SCALE / 100) for (volatile int on = 1; on;) {}
                        it->fast +=\u{20}
                    """), to: "strategies/trend/trend.c")
        let yaml = try #require(scratch.read("strategies/trend/strategy.yaml"))
        scratch.write(yaml + "\nisolation: \(isolation)\n", to: "strategies/trend/strategy.yaml")
        let outcome = try await run([
            "sweep", "trend", "--data", "bars.csv", "--range", "quantity=0.01..0.05:0.01", "--timeout", "4", "--jobs",
            "1", "--sort", "equity", "--json",
        ])
        let result = try JSONObject(outcome.output)
        #expect(outcome.code == 0 && result.object("runs")?.integer("done") == 3, "\(outcome)")
        let failed = result.objects("rows").filter { $0.text("status") == "failed" }
        let reasons = failed.sorted { $0.integer("run")! < $1.integer("run")! }.map { $0.text("reason") ?? "" }
        try #require(reasons.count == 2)
        #expect(reasons[0].contains("signal 6"), "\(reasons)")
        #expect(reasons[1].contains(isolation == "host" ? "it did not end in time" : "within"), "\(reasons)")
    }
}
