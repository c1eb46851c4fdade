import Foundation
import PluginHost
import Testing

/// Real compilers over real folders. The kit is the one beside the test program.
@Suite("Building strategies from source")
struct SourceBuilderTests {
    static let toolchain = Toolchain.find()
    static let hasSwift = toolchain.swiftc != nil && (try? KitLocation.ofExecutable().get()) != nil
    static let hasC = toolchain.cc != nil
    static let hasRust = toolchain.rustc != nil

    private let folder: TemporaryFolder
    private let builder: SourceBuilder

    init() throws {
        folder = try TemporaryFolder()
        builder = SourceBuilder(folder: folder.path + "/builds")
    }

    private static let idea = """
        import StrategyKit

        struct Idea: Strategy {
            static let info = StrategyInfo(id: "Idea", name: "An idea")
            var closes = 0
            mutating func onBar(_ bar: Bar, _ context: inout Context) { closes += 1 }
        }
        """

    @discardableResult
    private func write(_ text: String, to name: String) throws -> String {
        try folder.write(Array(text.utf8), to: name)
    }

    private func build(_ name: String) -> Result<BuiltLibrary, BuildFailure> {
        builder.buildAndWait("\(folder.path)/\(name)")
    }

    private func failure(_ name: String) throws -> BuildFailure {
        switch build(name) {
        case .success(let built): throw Unexpected(text: "\(built.path) was built")
        case .failure(let failure): return failure
        }
    }

    struct Unexpected: Error { var text: String }

    @Test(
        "Swift without an export line becomes a plugin that loads", .enabled(if: hasSwift, "needs swiftc and the kit"))
    func swift() async throws {
        try write(Self.idea, to: "my-idea/my idea.swift")
        try write("extension Idea { var twice: Int { closes * 2 } }", to: "my-idea/Extra.swift")
        let built = try await builder.build(folder.path + "/my-idea").get()
        #expect(!built.isFromCache && built.language == .swift && built.messages == [] && built.sha256.count == 64)
        #expect(built.module.hasPrefix("my_idea_") && built.path.hasPrefix(folder.path + "/builds/"))
        let plugin = try PluginLoader(generationsFolder: folder.path + "/generations").load(built.path).get()
        #expect(plugin.id == "Idea" && plugin.name == "An idea" && plugin.hasState)
        // Nothing is left of the work but the library, its record and the compiler's cache of headers.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/builds").sorted()
        #expect(left == ["modules", "my-idea.last", "\(built.module).so", "\(built.module).txt"].sorted())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/my-idea").count == 2)
    }

    @Test("the same sources are not compiled twice, others are another library", .enabled(if: hasC, Workshop.missing))
    func cache() throws {
        let source = try write(PluginSources.good(), to: "c/counter.c")
        let first = try build("c").get()
        let again = try build("c").get()
        #expect(again.isFromCache && again.path == first.path && again.sha256 == first.sha256)
        try write(PluginSources.good() + "\n", to: "c/counter.c")
        let other = try build("c").get()
        #expect(!other.isFromCache && other.module != first.module)
        try write(PluginSources.good(), to: "c/counter.c")
        #expect(try build("c").get().isFromCache, "the older one is kept")
        try FileManager.default.removeItem(atPath: first.path)
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: first.path))
        let mended = try build("c").get()
        #expect(!mended.isFromCache && mended.path == first.path)
        #expect(source.hasSuffix("counter.c"))
    }

    @Test("the last library of a folder is known, whatever its sources say now", .enabled(if: hasC, Workshop.missing))
    func last() throws {
        let place = folder.path + "/s/c"
        #expect(builder.lastLibrary(of: place) == nil)
        try write(PluginSources.good(), to: "s/c/counter.c")
        let first = try build("s/c").get()
        #expect(builder.lastLibrary(of: place) == first.path)
        try write("broken", to: "s/c/counter.c")
        _ = try failure("s/c")
        let next = SourceBuilder(folder: folder.path + "/builds", toolchain: Toolchain())
        #expect(next.lastLibrary(of: place) == first.path, "a restart knows it, and needs no compiler")
        #expect(next.lastLibrary(of: folder.path + "/elsewhere/c") == nil)
        let found = PluginDiscovery(
            bundledFolder: nil, strategiesFolder: folder.path + "/s", builder: builder, keepsLast: true)
        #expect(found.candidates == [.init(path: first.path, origin: .dropIn(strategy: "c"))] && found.refusals == [])
        #expect(found.outdated.map(\.path) == [place])
        let strict = PluginDiscovery(bundledFolder: nil, strategiesFolder: folder.path + "/s", builder: builder)
        #expect(strict.candidates == [] && strict.refusals.map(\.path) == [place])
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: first.path))
        #expect(next.lastLibrary(of: place) == nil)
    }

    @Test(
        "broken Swift gives every error with file, line and column", .enabled(if: hasSwift, "needs swiftc and the kit"))
    func brokenSwift() throws {
        try write(Self.idea, to: "s/Idea.swift")
        try write(
            "extension Idea {\n    var a: Int { nothing }\n    var b: Int { \"text\" }\n}\n", to: "s/Broken.swift")
        let failure = try failure("s")
        #expect(failure.kind == .sources && failure.reason == "does not compile")
        let places = failure.errors.map { "\($0.file ?? "") \($0.line) \($0.column)" }
        #expect(places == ["Broken.swift 2 18", "Broken.swift 3 18"], "\(failure.messages)")
        #expect(failure.description.hasPrefix("\(folder.path)/s/Broken.swift:2:18: error: "))
        try write("extension Idea { var a: Int { 1 } }\n", to: "s/Broken.swift")
        #expect(throws: Never.self) { try build("s").get() }
    }

    @Test(
        "C compiles with its headers, warnings are told, mistakes have their place",
        .enabled(if: hasC, Workshop.missing))
    func c() throws {
        try write(PluginSources.good(), to: "c/counter.c")
        try write("#include \"more.h\"\nint more(void) { int unused; return MORE; }\n", to: "c/more.c")
        try write("#define MORE 3\nint more(void);\n", to: "c/more.h")
        let built = try build("c").get()
        #expect(built.messages.map(\.severity) == [.warning] && built.messages[0].file == "more.c")
        #expect(built.messages[0].line == 2)
        #expect(try build("c").get().messages == built.messages, "kept with the library")
        try write("int more(void);\n", to: "c/more.h")
        let failure = try failure("c")
        #expect(failure.errors.map(\.file) == ["more.c"] && failure.errors.map(\.line) == [2])
        try write("int more(void) { return frobnicate(); }\nint frobnicate(void);", to: "c/more.c")
        #expect(try self.failure("c").errors.contains { $0.text.contains("frobnicate") })
    }

    @Test("a library that is no plugin is refused when it is built", .enabled(if: hasC, Workshop.missing))
    func noPlugin() throws {
        try write("int f(void) { return 1; }", to: "c/f.c")
        let failure = try failure("c")
        #expect(failure.errors.count == 2 && "\(failure.errors)".contains("exports no function strategy_entry_v1"))
        #expect("\(failure.errors)".contains("STRATEGY_ABI_NOTE"))
    }

    @Test("no strategy, two, a private one, and two languages are told before a compiler runs")
    func strategies() throws {
        let builder = SourceBuilder(
            folder: folder.path + "/builds", toolchain: Toolchain(swiftc: "/bin/false", cc: "/bin/false"),
            kit: .success(KitLocation(modules: "/", headers: "/", objects: [], testObjects: [])))
        func refused(_ files: [String: String]) throws -> BuildFailure? {
            let name = UUID().uuidString
            for (file, text) in files { try write(text, to: "\(name)/\(file)") }
            if case .failure(let failure) = builder.buildAndWait("\(folder.path)/\(name)") { return failure }
            return nil
        }
        #expect(try refused(["a.swift": "struct A {}"])?.reason.contains("declares no strategy") == true)
        let two = try refused(["a.swift": "struct A: Strategy {}", "b.swift": "\nstruct B: Strategy {}"])
        #expect(two?.errors.map(\.place) == ["a.swift:1: ", "b.swift:2: "] && two?.kind == .sources)
        #expect(
            try refused(["a.swift": "private struct A: Strategy {}"])?.errors[0].text.contains("is private") == true)
        let mixed = try refused(["a.swift": "", "b.c": ""])
        #expect(mixed?.reason.contains("holds Swift and C") == true)
        #expect(try refused(["note.txt": ""])?.reason.contains("holds no source") == true)
        #expect(builder.buildAndWait(folder.path + "/none").failure?.reason.contains("cannot be read") == true)
    }

    @Test("sources that are too large, too many, unreadable or strangely named are refused, all at once")
    func limits() throws {
        try folder.write([UInt8](repeating: 0x20, count: (1 << 20) + 1), to: "s/huge.swift")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/s/folder.swift", withIntermediateDirectories: true)
        let strange = Array("\(folder.path)/s/".utf8) + [0xff, 0xfe] + Array(".swift\0".utf8)
        strange.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { _ = fclose(fopen($0.baseAddress!, "w")) }
        }
        let texts = try failure("s").errors.map(\.description)
        #expect(texts.count == 3, "\(texts)")
        #expect(texts.contains { $0.hasPrefix("huge.swift: error: ") && $0.contains("above the limit") })
        #expect(texts.contains { $0.hasPrefix("folder.swift: error: ") && $0.contains("not a regular file") })
        #expect(texts.contains { $0.contains("not UTF-8") })
        for index in 0..<70 { try write("", to: "many/\(index).swift") }
        #expect(try failure("many").errors.map(\.text) == ["70 files, above the limit of 64; join some"])
    }

    @Test("a machine without a compiler or a kit says so, and what to do")
    func environment() throws {
        try write(Self.idea, to: "s/Idea.swift")
        try write(PluginSources.good(), to: "c/counter.c")
        let bare = SourceBuilder(folder: folder.path + "/b", toolchain: Toolchain())
        for name in ["s", "c"] {
            let failure = try #require(bare.buildAndWait("\(folder.path)/\(name)").failure)
            #expect(failure.kind == .environment && failure.reason.contains("no toolchain for"))
        }
        let missing = KitLocation.at(executableFolder: folder.path)
        let kitless = SourceBuilder(
            folder: folder.path + "/b", toolchain: Toolchain(swiftc: "/bin/false"), kit: missing)
        let failure = try #require(kitless.buildAndWait("\(folder.path)/s").failure)
        #expect(failure.kind == .environment && failure.reason.contains("there is no folder \(folder.path)/kit"))
    }

    @Test(
        "the kit of an installation is as good as the one of the build folder",
        .enabled(if: hasSwift, "needs swiftc and the kit"))
    func installedKit() throws {
        let kit = try KitLocation.ofExecutable().get()
        #expect(kit.copy(to: folder.path + "/bin/kit") == nil)
        #expect(kit.copy(to: folder.path + "/bin/kit")?.contains("exists already") == true)
        try write(Self.idea, to: "s/Idea.swift")
        let installed = KitLocation.at(executableFolder: folder.path + "/bin")
        #expect(try installed.get().objects.allSatisfy { $0.hasPrefix(folder.path) })
        let builder = SourceBuilder(folder: folder.path + "/b", kit: installed)
        #expect(throws: Never.self) { try builder.buildAndWait(folder.path + "/s").get() }
        try FileManager.default.removeItem(atPath: folder.path + "/bin/kit/StrategyKit.swiftmodule")
        #expect(
            "\(KitLocation.at(executableFolder: folder.path + "/bin"))".contains("StrategyKit.swiftmodule is missing"))
    }

    @Test(
        "tests run in a process of their own; a failure, a crash and a missing one are told",
        .enabled(if: hasC, Workshop.missing))
    func tests() throws {
        try write(PluginSources.good(), to: "c/counter.c")
        let place = folder.path + "/c"
        #expect(builder.test(place).failure?.reason.contains("has no tests") == true)
        func run(_ body: String) throws -> TestRun? {
            try write("#include \"../counter.c\"\nint main(void) { \(body) }\n", to: "c/Tests/counter.c")
            return try? builder.test(place).get()
        }
        let good = try run("puts(descriptor.id); return 0;")
        #expect(good?.hasPassed == true && good?.output == "Counter\n")
        #expect(try run("return 1;")?.hasPassed == false)
        let crash = try run("abort();")
        #expect(crash?.hasPassed == false && crash?.output.contains("crashed with signal 6") == true)
        #expect(try run("return nothing;") == nil)
        #expect(builder.test(place).failure?.errors.first?.place == "Tests/counter.c:2:25: ")
        try write(Self.idea, to: "s/Idea.swift")
        try write("", to: "s/Tests/Idea.swift")
        if Self.hasSwift {
            #expect(builder.test(folder.path + "/s").failure?.errors.map(\.file) == ["Tests/Idea.swift"])
        }
    }

    @Test("Rust compiles where rustc is", .enabled(if: hasRust, "needs rustc"))
    func rust() throws {
        try write("pub fn f() -> i32 { nothing }\n", to: "r/r.rs")
        let failure = try failure("r")
        #expect(failure.errors.first?.place == "r.rs:1:21: ", "\(failure.messages)")
        try write("mod other;\n", to: "r/lib.rs")
        try write("pub fn f() -> i32 { 1 }\n", to: "r/other.rs")
        try FileManager.default.removeItem(atPath: folder.path + "/r/r.rs")
        #expect(try self.failure("r").reason == "compiles to a library that is no plugin")
        try write("", to: "r/third.rs")
        try FileManager.default.removeItem(atPath: folder.path + "/r/lib.rs")
        #expect(try self.failure("r").reason.contains("holds several .rs files"))
    }
}

extension Result {
    var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
