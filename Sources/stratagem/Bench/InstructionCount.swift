import FoundationEssentials
import Glibc
import PluginHost

/// Instructions per event, by valgrind's callgrind around this executable: two numbers of rounds of `bench --work`, and the
/// difference by the events between them, so that start-up leaves no trace.
struct InstructionCount {
    private static let few = 10
    private static let many = 30

    private let host: String
    private let plugins: String?
    private let folder: String

    /// `folder` is for scratch files. Valgrind stumbles over newer debug information, so it gets copies without any.
    init(folder: String, plugins: String?) throws(CommandError) {
        self.folder = folder
        guard let own = PluginDiscovery.executableFolder else {
            throw CommandError(.environment, "the executable is not found", at: "/proc/self/exe", "mount /proc")
        }
        try InstructionCount.copyPlain(
            PluginDiscovery.libraries(in: own) + ["stratagem"], from: own, to: folder + "/host")
        host = folder + "/host/stratagem"
        self.plugins = plugins.map { _ in folder + "/plugins" }
        if let plugins {
            try InstructionCount.copyPlain(
                PluginDiscovery.libraries(in: plugins), from: plugins, to: folder + "/plugins")
        }
        // Valgrind replaces the allocator itself.
        unsetenv("LD_PRELOAD")
    }

    /// Instructions of one event of `work`.
    func perEvent(_ work: String, events: Int) throws(CommandError) -> Double {
        let few = try count(work, rounds: InstructionCount.few)
        let many = try count(work, rounds: InstructionCount.many)
        return Double(many - few) / Double((InstructionCount.many - InstructionCount.few) * events)
    }

    private func count(_ work: String, rounds: Int) throws(CommandError) -> Int {
        let report = folder + "/callgrind.log"
        var words = [
            "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-file=\(report)", host, "bench",
            "--data-dir", folder + "/data", "--work", work, "--rounds", String(rounds),
        ]
        if let plugins { words += ["--plugins", plugins] }
        try InstructionCount.run(words)
        // "==123== Collected : 4567"
        let text = try? String(contentsOfFile: report, encoding: .utf8)
        guard let line = text?.split(separator: "\n").first(where: { $0.contains("Collected : ") }),
            let number = line.split(separator: " ").last.flatMap({ Int($0) })
        else {
            throw CommandError(
                .environment, "callgrind gave no count", at: report, "run it by hand: \(words.joined(separator: " "))")
        }
        return number
    }

    private static func copyPlain(_ names: [String], from source: String, to folder: String) throws(CommandError) {
        mkdir(folder, 0o700)
        for name in names { try run(["strip", "--strip-debug", "-o", "\(folder)/\(name)", "\(source)/\(name)"]) }
    }

    /// Runs a program found on PATH to its end, with its output thrown away.
    private static func run(_ words: [String]) throws(CommandError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process = pid_t()
        let failure = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
        guard failure == 0 else {
            throw CommandError(
                .environment, "\(words[0]) cannot be started: \(String(cString: strerror(failure)))", at: "PATH",
                "install it: apt-get install valgrind binutils")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else {
            throw CommandError(
                .environment, "it ended with status \(status)", at: words.joined(separator: " "), "run it by hand")
        }
    }
}
