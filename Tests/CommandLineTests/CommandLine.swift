import Glibc
import Testing

/// The built executable, run as a process of its own.
enum CommandLine {
    /// What a command left behind.
    struct Outcome {
        /// 128 + signal where one ended it.
        var code: Int32
        var output: String
        var errors: String

        var outputLines: [Substring] { output.split(separator: "\n") }
        /// The last line of standard error: where every command says why it ended.
        var lastError: String { errors.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// It lies beside the test bundle, in the build folder.
    static let executable: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlink("/proc/self/exe", &buffer, Int(PATH_MAX)) > 0 else { return "stratagem" }
        let own = buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if access(folder + "/stratagem", X_OK) == 0 { return folder + "/stratagem" }
        return Repository.root + "/.build/debug/stratagem"
    }()

    /// Tests run beside each other and beside other hosts: a host takes any free port, where its test names none.
    static func onAnyPort(_ arguments: [String]) -> [String] {
        arguments.first == "run" && !arguments.contains("--port") ? arguments + ["--port", "0"] : arguments
    }

    /// Runs a command to its end; one that does not come back within `seconds` is killed, and the test fails.
    static func run(
        _ arguments: [String], in scratch: Scratch, seconds: Int = 120, executable: String = CommandLine.executable
    ) async throws -> Outcome {
        await ProcessSlots.shared.take()
        let outcome: Outcome
        do {
            outcome = try await RunningCommand(arguments, in: scratch, executable: executable).finish(seconds: seconds)
        } catch {
            await ProcessSlots.shared.giveBack()
            throw error
        }
        await ProcessSlots.shared.giveBack()
        return outcome
    }
}

/// Few processes at a time: all tests at once would make each other miss their times.
actor ProcessSlots {
    static let shared = ProcessSlots()
    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// A command under way, beside those that have a slot. Its output goes to files of the scratch folder, so that it can be read while it grows.
final class RunningCommand {
    let process: pid_t
    private let outputPath: String
    private let errorPath: String
    private let command: String

    /// `terminal` takes the place of a file for standard output.
    init(
        _ arguments: [String], in scratch: Scratch, executable: String = CommandLine.executable,
        terminal: String? = nil, environment: [String] = []
    ) throws {
        outputPath = terminal ?? scratch.unique("output")
        errorPath = scratch.unique("errors")
        command = arguments.joined(separator: " ")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // The shell changes the folder and then becomes the command, so that the process is the command's.
        let words =
            ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", scratch.path, executable] + CommandLine.onAnyPort(arguments)
        var pid = pid_t()
        let failure = withCStrings(words) { words in
            withCStrings(["PATH=/usr/bin:/bin", "LC_ALL=C"] + environment) {
                posix_spawn(&pid, "/bin/sh", &actions, nil, words, $0)
            }
        }
        try #require(failure == 0, "\(executable): \(String(cString: strerror(failure)))")
        process = pid
    }

    var output: String { Scratch.read(outputPath) ?? "" }
    var errors: String { Scratch.read(errorPath) ?? "" }

    func send(_ signal: Int32) { kill(process, signal) }

    /// Waits until the output holds `text`; false when it does not come in time.
    func waitForOutput(_ text: String, seconds: Int = 60) async -> Bool {
        let deadline = Clock.milliseconds + seconds * 1000
        while !output.contains(text) {
            guard Clock.milliseconds < deadline, kill(process, 0) == 0 else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    func finish(seconds: Int = 120) async throws -> CommandLine.Outcome {
        let deadline = Clock.milliseconds + seconds * 1000
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            if Clock.milliseconds > deadline {
                kill(process, SIGKILL)
                waitpid(process, &status, 0)
                Issue.record("'\(command)' did not end within \(seconds) s")
                break
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        let signal = status & 0x7f
        return CommandLine.Outcome(
            code: signal == 0 ? status >> 8 & 0xff : 128 + signal,
            output: outputPath.hasPrefix("/dev/") ? "" : output, errors: errors)
    }
}

enum Clock {
    private static let start = ContinuousClock.now
    static var milliseconds: Int { Int((ContinuousClock.now - start) / .milliseconds(1)) }
}

private func withCStrings<R>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let pointers = texts.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
}
