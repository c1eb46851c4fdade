import Glibc
import Testing

@testable import stratagem

/// The supervisor, as a process of its own around small shell scripts.
@Suite("Supervision")
struct SupervisionTests {
    private let scratch = Scratch()

    private func supervise(_ script: String, _ flags: [String] = []) throws -> RunningCommand {
        try RunningCommand(["supervise"] + flags + ["/bin/sh", "--", "-c", script], in: scratch)
    }

    /// Process ids that the script has written, one a life.
    private func lives(_ count: Int) async throws -> [pid_t] {
        let deadline = Clock.milliseconds + 20_000
        while true {
            let ids = (scratch.read("lives") ?? "").split(separator: "\n").compactMap { pid_t($0) }
            if ids.count >= count { return ids }
            try #require(Clock.milliseconds < deadline, "only \(ids.count) lives")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static let living = "echo $$ >> lives; trap 'echo term >> stops; exit 3' TERM; while :; do sleep 0.05; done"

    @Test("starts the host again after kill -9, says so, and leaves no process")
    func restartsAfterKill() async throws {
        let command = try supervise(Self.living)
        let first = try await lives(1)[0]
        kill(first, SIGKILL)
        let second = try await lives(2)[1]
        #expect(second != first && kill(first, 0) != 0, "the first one is gone and reaped")
        #expect(getpgid(second) == getpgid(command.process), "the terminal's foreground group stays")
        command.send(SIGTERM)
        let outcome = try await command.finish(seconds: 20)
        #expect(outcome.code == 3, "what the host answered to the request")
        #expect(outcome.errors.contains("host ended by signal 9 after "))
        #expect(outcome.errors.contains(" s; restarting in 0.1 s (1)\n"))
        #expect(kill(second, 0) != 0)
        #expect(scratch.read("stops") == "term\n", "asked once")
    }

    @Test("exit codes that were meant are passed on", arguments: [0, 1, 2, 3, 5])
    func passesExitCodes(_ code: Int) async throws {
        let outcome = try await supervise("exit \(code)").finish(seconds: 20)
        #expect(outcome.code == Int32(code) && outcome.errors.isEmpty)
    }

    @Test("after a crash a start that fails is tried again: what is in its way may go away", arguments: [2, 3])
    func repeatsFailedStart(_ code: Int) async throws {
        let script = "echo life >> lives; case $(wc -l < lives) in 1) kill -9 $$;; 2) exit \(code);; *) exit 0;; esac"
        let outcome = try await supervise(script).finish(seconds: 20)
        #expect(outcome.code == 0 && scratch.read("lives") == "life\nlife\nlife\n")
        #expect(outcome.errors.contains("host ended by exit code \(code) after "))
    }

    @Test("gives up with 70 when crash follows crash, after waits that double")
    func givesUp() async throws {
        let begin = Clock.milliseconds
        let outcome = try await supervise("echo life >> lives; exit 70", ["--restarts", "3"]).finish(seconds: 20)
        #expect(outcome.code == 70)
        #expect(scratch.read("lives") == "life\nlife\nlife\nlife\n")
        #expect(Clock.milliseconds - begin >= 700)
        for part in ["in 0.1 s (1)", "in 0.2 s (2)", "in 0.4 s (3)"] { #expect(outcome.errors.contains(part)) }
        #expect(outcome.lastError.hasPrefix("error: the host crashed again (exit code 70) after 3 restarts"))
    }

    @Test("a host that does not stop is killed after the grace")
    func killsAfterGrace() async throws {
        let script = "echo $$ >> lives; trap '' TERM; while :; do sleep 0.05; done"
        let command = try supervise(script, ["--grace", "0.3"])
        let host = try await lives(1)[0]
        command.send(SIGTERM)
        let outcome = try await command.finish(seconds: 20)
        #expect(outcome.code == 137 && outcome.errors.contains("killing it"))
        #expect(kill(host, 0) != 0)
    }

    @Test("a second Ctrl-C kills the host; one that follows at once is the same one again")
    func secondInterrupt() async throws {
        let script = "trap '' INT; echo $$ >> lives; while :; do sleep 0.05; done"
        let command = try supervise(script)
        let host = try await lives(1)[0]
        command.send(SIGINT)
        command.send(SIGINT)
        try await Task.sleep(for: .milliseconds(900))
        #expect(kill(host, 0) == 0)
        command.send(SIGINT)
        #expect(try await command.finish(seconds: 8).code == 137)
    }

    @Test("a request during a wait ends the supervisor")
    func stopsWhileWaiting() async throws {
        let command = try supervise("echo $$ >> lives; kill -9 $$")
        // From the seventh on a wait takes 5 s, and begins when the life before is reaped.
        let host = try #require(try await lives(7).last)
        for _ in 0..<20_000 where kill(host, 0) == 0 { usleep(1000) }
        command.send(SIGTERM)
        #expect(try await command.finish(seconds: 10).code == 0)
    }

    @Test("the host gets the supervisor's own descriptors and no more, and no signal is blocked")
    func inheritsNothing() async throws {
        let script = "ls -m -w 0 /proc/$$/fd; ls -m -w 0 /proc/$PPID/fd; grep -E '^SigBlk' /proc/self/status"
        let outcome = try await supervise(script).finish(seconds: 20)
        let lines = outcome.outputLines
        try #require(outcome.code == 0 && lines.count == 3, "\(outcome)")
        #expect(lines[0] == lines[1] && lines[0].hasPrefix("0, 1, "))
        #expect(lines[2].hasSuffix("0000000000000000"))
    }

    @Test("the flag stands behind the command's name")
    func placesTheFlag() {
        let words = Supervisor.supervised(["run", "--data-dir", "run", "--"])
        #expect(words == ["run", "--supervised", String(getpid()), "--data-dir", "run", "--"])
    }
}

@Suite("Restart policy")
struct RestartPolicyTests {
    private static let second: Int64 = 1_000_000_000

    @Test("waits double to 5 s, and begin anew after a good life")
    func waits() {
        var policy = RestartPolicy()
        var now: Int64 = 0
        var waits: [Int64] = []
        for life in [1, 1, 1, 1, 1, 1, 1, 1, 30, 1] {
            now += Int64(life) * Self.second
            guard case .restart(let delay, _) = policy.crashed(at: now, lifeNanoseconds: Int64(life) * Self.second)
            else {
                Issue.record("gave up")
                return
            }
            waits.append(delay / 100_000_000)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 50, 50, 1, 2])
    }

    @Test("more restarts than allowed within the window end it; older ones are forgotten")
    func window() {
        var policy = RestartPolicy()
        policy.restartsMax = 2
        policy.windowNanoseconds = 60 * Self.second
        #expect(policy.crashed(at: 0, lifeNanoseconds: 0) == .restart(afterNanoseconds: 100_000_000, number: 1))
        #expect(
            policy.crashed(at: Self.second, lifeNanoseconds: 0) == .restart(afterNanoseconds: 200_000_000, number: 2))
        var early = policy
        #expect(early.crashed(at: 59 * Self.second, lifeNanoseconds: 0) == .giveUp(restarts: 2))
        #expect(
            policy.crashed(at: 60 * Self.second, lifeNanoseconds: 0)
                == .restart(afterNanoseconds: 400_000_000, number: 3))
    }
}
