import Foundation
import PluginHost
import Synchronization
import Testing

/// A watched folder, and what was reported of it.
private final class Watched {
    let folder: TemporaryFolder
    let watch: FolderWatch
    let problems: Problems
    private var iterator: AsyncStream<FolderChange>.Iterator
    private var markers = 0

    final class Problems: Sendable { let texts = Mutex<[String]>([]) }

    init(_ folder: TemporaryFolder, quietMilliseconds: Int64 = 40, scanSeconds: Int64 = 3600, since: FolderScan? = nil)
    {
        self.folder = folder
        var timing = FolderWatch.Timing()
        timing.quietNanoseconds = quietMilliseconds * 1_000_000
        timing.patienceNanoseconds = 120_000_000_000
        timing.scanNanoseconds = scanSeconds * 1_000_000_000
        let problems = Problems()
        self.problems = problems
        watch = FolderWatch(folder.path, since: since, timing: timing) { text in
            problems.texts.withLock { $0.append(text) }
        }
        iterator = watch.changes.makeAsyncIterator()
    }

    deinit { watch.stop() }

    func write(_ text: String, _ name: String) throws { try folder.write(Array(text.utf8), to: name) }
    func path(_ name: String) -> String { folder.path + "/" + name }

    func next() async -> FolderChange? { await iterator.next(isolation: #isolation) }

    /// Everything that was reported before a folder that is made now.
    func reports() async throws -> [FolderChange] {
        markers += 1
        let marker = "marker\(markers)"
        try write("m", "\(marker)/strategy.yaml")
        var reports: [FolderChange] = []
        while let change = await next(), change.id != marker { reports.append(change) }
        return reports
    }

    /// The kinds that were reported of a folder, however many reports a slow machine made of them.
    func kinds(_ id: String = "one") async throws -> FolderChange.Kinds {
        try await reports().filter { $0.id == id }.reduce(into: []) { $0.formUnion($1.kinds) }
    }
}

@Suite("Watch of the strategies folder", .timeLimit(.minutes(10)))
struct FolderWatchTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Array("plugin: A\n".utf8), to: "one/strategy.yaml")
        try folder.write(Array("let a = 1\n".utf8), to: "one/one.swift")
        try folder.write(Array("ELF".utf8), to: "one/one.so")
    }

    @Test("nothing is reported of what was there before")
    func quiet() async throws {
        let watched = Watched(folder)
        #expect(try await watched.reports().isEmpty)
    }

    @Test("what has changed between its reader's look and its start is reported")
    func since() async throws {
        let scan = try #require(FolderScan(folder.path))
        try folder.write(Array("plugin: B\n# more".utf8), to: "one/strategy.yaml")
        try folder.write(Array("x".utf8), to: "two/strategy.yaml")
        let watched = Watched(folder, since: scan)
        let reports = [await watched.next(), await watched.next()]
        #expect(
            reports == [
                FolderChange(id: "one", kinds: .configuration),
                FolderChange(id: "two", kinds: [.added, .configuration]),
            ])
    }

    // MARK: The ways of editors

    /// What an editor does to a file of the folder `one`.
    enum Save: String, CaseIterable {
        case truncateAndWrite, renameOver, backupByRename, vim, emacs, swapFileAndWrite, hardLinkedTemporary, twice, sed
    }

    private func save(_ way: Save, _ watched: Watched, _ name: String) throws {
        let file = watched.path("one/\(name)")
        let text = "new content by \(way.rawValue)\n"
        switch way {
        case .truncateAndWrite:
            let descriptor = open(file, O_WRONLY | O_TRUNC)
            for byte in text.utf8 { Glibc.write(descriptor, [byte], 1) }
            close(descriptor)
        case .renameOver:
            try watched.write(text, "one/\(name).tmp")
            #expect(rename(file + ".tmp", file) == 0)
        case .backupByRename:
            #expect(rename(file, file + "~") == 0)
            try watched.write(text, "one/\(name)")
        case .vim:
            // It tries whether it may write there, moves the old file away, and writes a new one.
            try watched.write("", "one/4913")
            unlink(watched.path("one/4913"))
            try watched.write("swap", "one/.\(name).swp")
            #expect(rename(file, file + "~") == 0)
            try watched.write(text, "one/\(name)")
            unlink(file + "~")
            unlink(watched.path("one/.\(name).swp"))
        case .emacs:
            #expect(symlink("user@machine.1", watched.path("one/.#\(name)")) == 0)
            try watched.write(text, "one/#\(name)#")
            #expect(rename(file, file + "~") == 0)
            try watched.write(text, "one/\(name)")
            unlink(watched.path("one/#\(name)#"))
            unlink(watched.path("one/.#\(name)"))
        case .swapFileAndWrite:
            try watched.write("swap", "one/.\(name).swp")
            let descriptor = open(file, O_WRONLY | O_TRUNC)
            Glibc.write(descriptor, text, text.utf8.count)
            close(descriptor)
            unlink(watched.path("one/.\(name).swp"))
        case .hardLinkedTemporary:
            try watched.write(text, "one/tmp123")
            unlink(file)
            #expect(link(watched.path("one/tmp123"), file) == 0)
            unlink(watched.path("one/tmp123"))
        case .twice:
            try watched.write(text, "one/\(name)")
            try watched.write(text + "and again\n", "one/\(name)")
        case .sed:
            try watched.write(text, "one/sedXy12")
            #expect(rename(watched.path("one/sedXy12"), file) == 0)
        }
    }

    @Test("a saved strategy.yaml is a changed configuration, whatever the editor does", arguments: Save.allCases)
    func configuration(_ way: Save) async throws {
        let watched = Watched(folder)
        _ = try await watched.reports()
        try save(way, watched, "strategy.yaml")
        #expect(try await watched.kinds() == .configuration)
    }

    @Test("a saved source file is a changed source", arguments: Save.allCases)
    func source(_ way: Save) async throws {
        let watched = Watched(folder)
        _ = try await watched.reports()
        try save(way, watched, "one.swift")
        #expect(try await watched.kinds() == .source)
    }

    @Test("a library that is copied over, moved over or removed is a changed library")
    func library() async throws {
        let watched = Watched(folder)
        _ = try await watched.reports()
        for way in [Save.truncateAndWrite, .renameOver] {
            try save(way, watched, "one.so")
            #expect(try await watched.kinds() == .library)
        }
        unlink(watched.path("one/one.so"))
        #expect(try await watched.kinds() == .library)
    }

    @Test("noise, touching nothing and writing what is no part of a strategy is not reported")
    func noise() async throws {
        let watched = Watched(folder)
        _ = try await watched.reports()
        for name in [
            "one/.x.swp", "one/notes.txt", "one/x~", "README.md", ".git/strategy.yaml", "one/data/strategy.yaml",
        ] {
            try watched.write("noise", name)
        }
        chmod(watched.path("one/strategy.yaml"), 0o600)
        _ = try Data(contentsOf: URL(fileURLWithPath: watched.path("one/strategy.yaml")))
        #expect(try await watched.reports().isEmpty)
    }

    // MARK: Folders

    @Test("a folder that is copied in file by file is one report, after the last file")
    func copiedIn() async throws {
        let watched = Watched(folder, quietMilliseconds: 1500)
        try watched.write("plugin: B\n", "two/strategy.yaml")
        for part in 1...5 {
            // Without giving the thread away: where many tests wait, it comes back much later.
            usleep(30_000)
            try watched.write(String(repeating: "x", count: part * 1000), "two/part\(part).swift")
        }
        try watched.write("ELF", "two/two.so")
        #expect(
            await watched.next() == FolderChange(id: "two", kinds: [.added, .configuration, .source, .library]))
        #expect(try await watched.reports().isEmpty)
    }

    @Test("a file that is being written is waited for, with pauses that are longer than the quiet")
    func slowWriter() async throws {
        let watched = Watched(folder)
        _ = try await watched.reports()
        let descriptor = open(watched.path("one/one.so"), O_WRONLY | O_TRUNC)
        for _ in 0..<4 {
            Glibc.write(descriptor, "part", 4)
            try await Task.sleep(for: .milliseconds(120))
        }
        // Nothing was reported yet: a marker of now comes first.
        #expect(try await watched.reports().isEmpty)
        close(descriptor)
        #expect(await watched.next() == FolderChange(id: "one", kinds: [.library]))
    }

    @Test("a folder that is moved in, renamed and moved out is added and removed")
    func moved() async throws {
        let outside = try TemporaryFolder()
        try outside.write(Array("plugin: B\n".utf8), to: "two/strategy.yaml")
        let watched = Watched(folder)
        _ = try await watched.reports()
        #expect(rename(outside.path + "/two", watched.path("two")) == 0)
        #expect(try await watched.kinds("two") == [.added, .configuration])
        try watched.write("plugin: CC\n", "two/strategy.yaml")
        #expect(try await watched.kinds("two") == .configuration, "what is moved in is watched")
        #expect(rename(watched.path("two"), watched.path("three")) == 0)
        let renamed = try await watched.reports()
        #expect(renamed.count == 2 && renamed.contains(FolderChange(id: "two", kinds: .removed)))
        #expect(renamed.contains(FolderChange(id: "three", kinds: [.added, .configuration])))
        try watched.write("plugin: DDD\n", "three/strategy.yaml")
        #expect(try await watched.kinds("three") == .configuration)
        #expect(rename(watched.path("three"), outside.path + "/three") == 0)
        #expect(try await watched.kinds("three") == .removed)
        try outside.write(Array("plugin: EEEE\n".utf8), to: "three/strategy.yaml")
        #expect(try await watched.reports().isEmpty, "what is outside is not watched any more")
    }

    @Test("a folder that is removed and made again is reported as what it is then")
    func removed() async throws {
        let watched = Watched(folder)
        _ = try await watched.reports()
        try FileManager.default.removeItem(atPath: watched.path("one"))
        #expect(try await watched.kinds() == .removed)
        try watched.write("plugin: A\n", "one/strategy.yaml")
        #expect(try await watched.kinds() == [.added, .configuration])
    }

    @Test("a folder behind a link is watched where it is, and a link that leads elsewhere is followed")
    func links() async throws {
        let first = try TemporaryFolder()
        let second = try TemporaryFolder()
        try first.write(Array("a".utf8), to: "strategy.yaml")
        try second.write(Array("b".utf8), to: "strategy.yaml")
        let watched = Watched(folder)
        _ = try await watched.reports()
        #expect(symlink(first.path, watched.path("linked")) == 0)
        #expect(try await watched.kinds("linked") == [.added, .configuration])
        try first.write(Array("aa".utf8), to: "strategy.yaml")
        #expect(try await watched.kinds("linked") == .configuration)
        #expect(symlink(second.path, watched.path(".next")) == 0)
        #expect(rename(watched.path(".next"), watched.path("linked")) == 0)
        #expect(try await watched.kinds("linked") == .configuration)
        try first.write(Array("aaa".utf8), to: "strategy.yaml")
        #expect(try await watched.reports().isEmpty)
        try second.write(Array("bbb".utf8), to: "strategy.yaml")
        #expect(try await watched.kinds("linked") == .configuration)
        unlink(watched.path("linked"))
        #expect(try await watched.kinds("linked") == .removed)
    }

    @Test("two links to one folder are two strategies")
    func twoLinks() async throws {
        let target = try TemporaryFolder()
        try target.write(Array("a".utf8), to: "strategy.yaml")
        let watched = Watched(folder)
        _ = try await watched.reports()
        for name in ["left", "right"] { #expect(symlink(target.path, watched.path(name)) == 0) }
        _ = try await watched.reports()
        try target.write(Array("aa".utf8), to: "strategy.yaml")
        #expect(Set(try await watched.reports().map(\.id)) == ["left", "right"])
        unlink(watched.path("left"))
        #expect(try await watched.kinds("left") == .removed)
        try target.write(Array("aaa".utf8), to: "strategy.yaml")
        #expect(try await watched.reports().map(\.id) == ["right"], "the other one is still watched")
    }

    @Test("host.yaml is reported apart")
    func host() async throws {
        let watched = Watched(folder)
        try watched.write("accounts: {}\n", "host.yaml")
        #expect(await watched.next() == FolderChange(id: "", kinds: .host))
    }

    // MARK: What no notice tells of

    @Test("a file behind a link of its own is found by the next full scan")
    func linkedFile() async throws {
        let target = try TemporaryFolder()
        try target.write(Array("plugin: A\n".utf8), to: "strategy.yaml")
        try FileManager.default.createDirectory(atPath: folder.path + "/two", withIntermediateDirectories: true)
        #expect(symlink(target.path + "/strategy.yaml", folder.path + "/two/strategy.yaml") == 0)
        let watched = Watched(folder, scanSeconds: 1)
        try target.write(Array("plugin: BB\n".utf8), to: "strategy.yaml")
        #expect(await watched.next() == FolderChange(id: "two", kinds: .configuration))
    }

    @Test("a strategies folder that goes as a whole changes nothing, and is watched again when it is back")
    func rootGone() async throws {
        let watched = Watched(folder, scanSeconds: 1)
        let away = folder.path + "-away"
        #expect(rename(folder.path, away) == 0)
        let deadline = Date(timeIntervalSinceNow: 60)
        while watched.problems.texts.withLock({ $0.isEmpty }), Date.now < deadline {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(watched.problems.texts.withLock { $0.count } == 1)
        #expect(rename(away, folder.path) == 0)
        #expect(try await watched.reports().isEmpty)
        try watched.write("plugin: other\n", "one/strategy.yaml")
        #expect(await watched.next() == FolderChange(id: "one", kinds: .configuration))
    }

    @Test("hundreds of changes in many folders at once are all reported, and none twice when they rest")
    func many() async throws {
        let watched = Watched(folder)
        for round in 1...5 {
            for index in 0..<60 {
                try watched.write(String(repeating: "x", count: round), "many\(index)/strategy.yaml")
            }
        }
        var reported = Set<String>()
        while reported.count < 60, let change = await watched.next() { reported.insert(change.id) }
        #expect(reported == Set((0..<60).map { "many\($0)" }))
        _ = try await watched.reports()
        #expect(try await watched.reports().isEmpty)
    }

    @Test("it ends at once, and so does the stream")
    func ends() async {
        let watched = Watched(folder)
        watched.watch.stop()
        watched.watch.stop()
        #expect(await watched.next() == nil)
    }
}
