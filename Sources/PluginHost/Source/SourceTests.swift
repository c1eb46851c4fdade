/// What the tests of a strategy said.
public struct TestRun: Sendable, Equatable {
    public var hasPassed: Bool
    /// As the test program wrote it.
    public var output: String
    public var seconds: Double
}

extension SourceBuilder {
    /// Compiles a strategy with its tests into a program and runs that, in a process of its own and within the time of a
    /// build. Swift and C tests are the files in the folder `Tests`; a Rust file holds its own.
    public func test(_ folder: String) -> Result<TestRun, BuildFailure> {
        inTurn(folder) { () throws(BuildFailure) in
            let job = try BuildJob(folder, toolchain, kit)
            let tests = try SourceFiles.readTests(of: folder, beside: job.sources)
            let place = try cache.workplace(job)
            defer { cache.remove(place) }
            try job.prepare(in: place)
            try job.prepareTests(tests, in: place)
            let names = job.sources.names.union(tests.map(\.name))
            _ = try run(job, try job.testCommands(tests.map(\.name), moduleCache: cache.moduleCache), names, in: place)
            let start = MonotonicTime.now
            let outcome = runProcess("\(place)/\(BuildJob.testsName)", [], in: place)
            let seconds = Double(MonotonicTime.now - start) / 1e9
            return TestRun(hasPassed: outcome.end == .exited(0), output: text(of: outcome), seconds: seconds)
        }
    }

    private func text(of outcome: CompilerProcess.Outcome) -> String {
        switch outcome.end {
        case .exited: outcome.output
        case .signal(let number): outcome.output + "\nthe test program crashed with signal \(number)\n"
        case .timedOut: outcome.output + "\nthe test program did not end in time and was killed\n"
        case .notStarted(let message): outcome.output + "\nthe test program could not be started: \(message)\n"
        }
    }
}

extension SourceFiles {
    /// The files in `Tests`, named from the strategy's folder.
    static func readTests(of folder: String, beside sources: SourceFiles) throws(BuildFailure) -> [File] {
        let language = sources.language
        if language == .rust { return [] }
        let place = "\(folder)/Tests"
        guard SourceFiles.language(of: place) != nil else {
            throw BuildFailure(
                .sources, folder: folder, "has no tests: put a file ending in \(language.ending) into \(place)")
        }
        let tests = try read(place).get()
        guard tests.language == language else {
            throw BuildFailure(
                .sources, folder: folder, "is written in \(language.name), its tests in \(tests.language.name)")
        }
        let used = tests.files.filter { test in language == .swift && sources.names.contains(test.name) }
        guard used.isEmpty else {
            throw BuildFailure(
                .sources, folder: folder, "has files of one name",
                messages: used.map {
                    CompilerMessage(
                        .error, "a source has this name, too; call the test otherwise", file: "Tests/\($0.name)")
                })
        }
        return tests.files.map { File(name: "Tests/\($0.name)", bytes: $0.bytes) }
    }
}

extension BuildJob {
    static let testsName = "tests"
    private static let runnerName = "HostTestRunner.swift"

    func prepareTests(_ tests: [SourceFiles.File], in place: String) throws(BuildFailure) {
        guard !tests.isEmpty else { return }
        if let problem = FileBytes.makeFolder("\(place)/\(BuildJob.sourcesName)/Tests") { throw disk(problem) }
        let runner = """
            import Testing

            @main
            struct HostTestRunner {
                static func main() async { await Testing.__swiftPMEntryPoint() as Never }
            }

            """
        var files = tests.map { ("\(BuildJob.sourcesName)/\($0.name)", $0.bytes) }
        if sources.language == .swift { files.append((BuildJob.runnerName, Array(runner.utf8))) }
        for (name, bytes) in files {
            if case .failure(let failure) = FileBytes.create("\(place)/\(name)", bytes, mode: 0o600) {
                throw disk("\(name): \(failure)")
            }
        }
    }

    func testCommands(_ tests: [String], moduleCache: String) throws(BuildFailure) -> [Command] {
        let tests = tests.filter { $0.hasSuffix(sources.language.ending) }.map { "./" + $0 }
        let output = ["-o", "../" + BuildJob.testsName]
        switch sources.language {
        case .swift:
            let flags = ["-module-name", module, "-parse-as-library", "-Onone"] + swiftFlags(moduleCache)
            let files = sources.compiled.map { "./" + $0 } + tests + ["../" + BuildJob.runnerName]
            return [Command(program: compiler, arguments: output + flags + files + kit.objects + kit.testObjects)]
        case .c:
            // The test includes the strategy's source, so that it sees what is static there.
            return [Command(program: compiler, arguments: output + cFlags + ["-g", "-O1"] + tests + ["-lm"])]
        case .rust:
            let flags = ["--test", "--crate-name", module, "--edition", "2021", "--error-format", "short"]
            return [Command(program: compiler, arguments: output + flags + [try rustRoot()])]
        }
    }
}
