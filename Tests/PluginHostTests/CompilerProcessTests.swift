import Foundation
import PluginHost
import Testing

/// Compilers that misbehave: shell scripts in the place of cc.
@Suite("Compilers under watch")
struct CompilerProcessTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func builder(_ script: String, seconds: Double = 60, waitingMax: Int = 64) throws -> SourceBuilder {
        let path = try folder.write(Array("#!/bin/sh\n\(script)\n".utf8), to: "cc-\(UUID().uuidString)")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        var limits = SourceBuilder.Limits()
        limits.seconds = seconds
        limits.waitingMax = waitingMax
        return SourceBuilder(
            folder: folder.path + "/builds", toolchain: Toolchain(cc: path),
            kit: .success(KitLocation(modules: "/", headers: "/", objects: [], testObjects: [])), limits: limits)
    }

    private func source(_ name: String, _ text: String = "int x;") throws -> String {
        try folder.write(Array(text.utf8), to: "\(name)/x.c")
        return "\(folder.path)/\(name)"
    }

    private func read(_ name: String) -> String {
        FileManager.default.contents(atPath: "\(folder.path)/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func isGone(_ process: pid_t) async -> Bool {
        for _ in 0..<1000 {
            if kill(process, 0) != 0 { return true }
            // Killed, and waits for the system's first process to take its end.
            let state = FileManager.default.contents(atPath: "/proc/\(process)/stat").map {
                String(decoding: $0, as: UTF8.self)
            }
            if state?.contains(") Z ") == true { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("one that hangs is killed with all that it started")
    func timeout() async throws {
        let builder = try builder("sleep 600 & echo $$ $! > \(folder.path)/ids; wait", seconds: 0.5)
        let failure = try #require(await builder.build(try source("s")).failure)
        #expect(failure.kind == .sources && failure.reason.contains("was not compiled within"))
        let processes = read("ids").split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        #expect(processes.count == 2)
        for process in processes { #expect(await isGone(process)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/builds") == [])
    }

    @Test("one that leaves something behind does not keep the host waiting for it")
    func leftBehind() async throws {
        let builder = try builder(
            "sleep 600 >/dev/null 2>&1 & echo $! > \(folder.path)/id; echo 'x.c:1:1: error: no'; exit 1")
        let failure = try #require(await builder.build(try source("s")).failure)
        #expect(failure.errors == [.init(.error, "no", file: "x.c", line: 1, column: 1)])
        let process = try #require(pid_t(read("id").split(whereSeparator: \.isWhitespace).first ?? ""))
        #expect(await isGone(process))
    }

    @Test("one that crashes, says nothing, floods or cannot be started is told apart")
    func misbehaving() throws {
        let crash = try #require(try builder("kill -SEGV $$").buildAndWait(try source("a")).failure)
        #expect(crash.kind == .environment && crash.reason.contains("ended by signal 11"))
        let silent = try #require(try builder("exit 3").buildAndWait(try source("b")).failure)
        #expect(silent.errors.map(\.text) == ["the compiler failed without a word"])
        let flood = try builder("head -c 20000000 /dev/zero | tr '\\0' 'a'; echo; exit 1")
        let flooded = try #require(flood.buildAndWait(try source("c")).failure)
        #expect(flooded.errors.allSatisfy { $0.text.utf8.count < 3000 })
        let none = SourceBuilder(
            folder: folder.path + "/builds", toolchain: Toolchain(cc: folder.path + "/none"),
            kit: .success(KitLocation(modules: "/", headers: "/", objects: [], testObjects: [])))
        let missing = try #require(none.buildAndWait(try source("d")).failure)
        #expect(missing.kind == .environment && missing.reason.contains("could not be started"))
    }

    @Test("it sees no secret, no descriptor of the host, and stands behind it")
    func surroundings() throws {
        let script =
            "env > \(folder.path)/env; ls /proc/self/fd > \(folder.path)/fds; nice > \(folder.path)/nice; exit 1"
        let held = open("/dev/null", O_RDONLY)  // not closed on exec
        defer { close(held) }
        _ = try builder(script).buildAndWait(try source("s"))
        let names = Set(
            read("env").split(separator: "\n").compactMap { $0.split(separator: "=").first.map(String.init) })
        let allowed: Set = [
            "PATH", "HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_HOME", "LD_LIBRARY_PATH", "LC_ALL", "TMPDIR",
            "PWD",
            "OLDPWD", "SHLVL", "_",
        ]
        #expect(names.isSubset(of: allowed) && names.contains("PATH"), "\(names)")
        // Standard input, output and error, and what `ls` reads the folder with.
        #expect(read("fds").split(separator: "\n").count == 4)
        #expect((Int(read("nice").split(separator: "\n").first ?? "") ?? 0) >= 10)
    }

    @Test("builds take their turn, and too many are turned away")
    func queue() async throws {
        let builder = try builder(
            "echo start >> \(folder.path)/log; sleep 0.05; echo end >> \(folder.path)/log; exit 1", waitingMax: 4)
        let folders = try (0..<12).map { try source("s\($0)", "int x\($0);") }
        let failures = await withTaskGroup(of: BuildFailure?.self) { group in
            for folder in folders { group.addTask { await builder.build(folder).failure } }
            return await group.reduce(into: [BuildFailure?]()) { $0.append($1) }
        }
        let turnedAway = failures.count { $0?.reason.contains("builds are waiting") == true }
        let lines = read("log").split(separator: "\n")
        #expect(lines.count == (12 - turnedAway) * 2 && failures.allSatisfy { $0 != nil })
        for (index, line) in lines.enumerated() { #expect(line == (index % 2 == 0 ? "start" : "end")) }
    }

    @Test("a host that stops ends the compiler, and starts none again")
    func stop() async throws {
        let builder = try builder("echo $$ > \(folder.path)/id; sleep 600")
        let folder = try source("s")
        async let build = builder.build(folder)
        for _ in 0..<3000 where read("id").isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        builder.stop()
        #expect(await build.failure?.reason.contains("the host stops") == true)
        #expect(await builder.build(folder).failure?.reason.contains("the host stops") == true)
        let process = try #require(pid_t(read("id").split(whereSeparator: \.isWhitespace).first ?? ""))
        #expect(await isGone(process))
    }
}
