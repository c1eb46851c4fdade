import API
import Glibc

/// Whether code that is to take over says what the running one said, over all that this run has recorded: asked of `replay`, in a
/// process of its own, which may crash, hang or take long without harm to the host.
struct ReplayGate: Sendable {
    let program: String
    let strategies: String
    let data: String
    /// The run that goes on.
    let session: String

    private static let secondsMax = 60
    private static let niceness: Int32 = 10
    private static let lookMicroseconds: UInt32 = 20_000

    /// Returns where nothing differs; blocks until it is known, a minute at most.
    func judge(_ strategy: String, _ library: String) throws(HostRefusal) {
        let files = "\(data)/replay-\(strategy)"
        defer { for suffix in ["out", "err"] { unlink("\(files).\(suffix)") } }
        let child: ChildProcess
        do throws(CommandError) {
            child = try ChildProcess.start(
                program,
                [
                    "replay", session, "--strategy", strategy, "--library", library, "--strategies", strategies,
                    "--data-dir", data, "--json", "--quiet", "--tied-to", String(getpid()),
                ], output: "\(files).out", errors: "\(files).err")
        } catch {
            throw .unavailable("the replay could not be started: \(error.what)")
        }
        setpriority(Int32(PRIO_PROCESS.rawValue), id_t(child.id), ReplayGate.niceness)
        guard let end = ReplayGate.end(of: child) else {
            throw .conflict(
                "the replay of \(session) did not end within \(ReplayGate.secondsMax) s: the running code stays")
        }
        guard end != .exited(0) else { return }
        let last = FileSystem.text(of: "\(files).err", bytesMax: 1 << 20)?.split(separator: "\n").last.map(String.init)
        let said = last.map { $0.hasPrefix("error: ") ? String($0.dropFirst(7)) : $0 } ?? "it ended with \(end.text)"
        throw .conflict("the replay of \(session) speaks against it: \(said)")
    }

    /// nil = it took too long, and is gone.
    private static func end(of child: ChildProcess) -> ChildProcess.End? {
        let deadline = MonotonicClock.now + Int64(secondsMax) * 1_000_000_000
        while MonotonicClock.now < deadline {
            if let end = child.takeEnd() { return end }
            usleep(lookMicroseconds)
        }
        child.send(SIGKILL)
        _ = child.waitForEnd {}
        return nil
    }
}
