import Foundation
import PluginHost
import Testing

@Suite("Loading", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct PluginLoaderTests {
    let folder: TemporaryFolder
    let loader: PluginLoader

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/data/generations")
    }

    private func problems(of source: String, flags: [String] = ["-shared"]) throws -> [PluginProblem] {
        switch loader.load(try Workshop.library(source, flags: flags)) {
        case .success(let plugin): Issue.record("loaded \(plugin.id)")
        case .failure(let refusal): return refusal.problems
        }
        return []
    }

    @Test("loads a plugin and reads what it says about itself")
    func loads() throws {
        let path = try Workshop.library(PluginSources.good())
        let plugin = try loader.load(path).get()
        #expect(plugin.id == "Counter" && plugin.name == "Counts events" && plugin.version == "1.0")
        #expect(plugin.description == "Buys at each third event" && plugin.events == 1 << 2)
        #expect(plugin.path == path && plugin.hasState)
        #expect(
            plugin.parameters.map(\.name) == ["fast", "slow", "factor", "on", "size", "limit", "mode", "wait"])
        #expect(
            plugin.parameters.map(\.kind) == [
                .integer, .integer, .number, .boolean, .quantity, .price, .choice, .duration,
            ])
        #expect(plugin.parameters[0].unit == "bars" && plugin.parameters[6].choices == ["slow", "quick"])
        #expect(
            plugin.parameters.map { $0.text($0.standard) } == ["20", "100", "1.5", "false", "1", "1", "slow", "60"])
    }

    @Test("copies each generation to a path of its own, in a folder for this user alone")
    func copiesGenerations() throws {
        let path = try Workshop.library(PluginSources.good())
        let first = try loader.load(path).get()
        let second = try loader.load(path).get()
        #expect(first.generationPath != second.generationPath && first.descriptor != second.descriptor)
        #expect(first.generation < second.generation && loader.generationCount == 2)
        let manager = FileManager.default
        let mode = { (path: String) in try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
        #expect(try mode(first.generationPath) == 0o500)
        #expect(try mode(folder.path + "/data/generations") == 0o700)
        #expect(manager.contents(atPath: first.generationPath) == manager.contents(atPath: path))
    }

    /// Of the library's own code in this process, in KB.
    private func residentCode(_ plugin: LoadedPlugin) throws -> Int {
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var isCode = false
        var sum = 0
        for line in maps.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0].contains("-"), words.count > 1 {
                isCode = words[1] == "r-xp" && line.hasSuffix(plugin.generationPath)
            } else if isCode, words[0] == "Rss:" {
                sum += Int(words[1]) ?? 0
            }
        }
        return sum
    }

    @Test("code that does not run gives its memory back, and works as before when it is wanted again")
    func pages() throws {
        let path = try Workshop.library(PluginSources.good())
        let (running, retired) = (try loader.load(path).get(), try loader.load(path).get())
        let makes = { (plugin: LoadedPlugin) throws -> [UInt8]? in
            let instance = try StrategyInstance.create(plugin, instruments: [], bound: []).get()
            return try instance.saveState().get()?.bytes
        }
        let before = try makes(retired)
        _ = try makes(running)
        let resident = try residentCode(retired)
        loader.dropPages(exceptOf: [running.generation])
        #expect(try residentCode(retired) < resident)
        #expect(try residentCode(running) == resident)
        #expect(try makes(retired) == before && before != nil)
        #expect(try residentCode(retired) > 0)
    }

    @Test("what Swift's runtime reads of a retired library, whenever it looks for a type, is a few pages")
    func searchedPages() throws {
        let retired = try loader.load(Workshop.swiftLibrary).get()
        loader.dropPages(exceptOf: [])
        struct New {}
        #expect((New() as Any) as? any Strideable == nil, "looked for, in every library")
        #expect((1..<64).contains(try residentCode(retired)))
    }

    @Test("the original may be overwritten after loading, and loading it again gives the new code")
    func originalMayChange() throws {
        let path = try folder.write(try Workshop.bytes(PluginSources.good()), to: "p/plugin.so")
        let plugin = try loader.load(path).get()
        try folder.write([UInt8](repeating: 0, count: 100), to: "p/plugin.so")
        let instance = try StrategyInstance.create(plugin, instruments: [], bound: []).get()
        #expect(instance.parameterTexts.first?.text == "20")
        #expect(throws: PluginRefusal(path: path, problems: [.notELF])) { try loader.load(path).get() }
        try folder.write(try Workshop.bytes(PluginSources.good(id: "Other")), to: "p/plugin.so")
        #expect(try loader.load(path).get().id == "Other")
        #expect(plugin.id == "Counter")
    }

    @Test("runs no initialiser of a refused library, and runs it for a good one")
    func initialisersDoNotRun() throws {
        let marker = folder.path + "/marker"
        let initialiser = """

            #include <stdio.h>
            __attribute__((constructor)) static void mark(void) { fclose(fopen(MARKER, "w")); }
            """
        let source = PluginSources.good() + initialiser
        let flags = ["-shared", "-DMARKER=\"\(marker)\""]
        #expect(try problems(of: source, flags: flags + ["-DNO_NOTE"]) == [.noNote])
        let stack = flags + ["-z", "execstack", "-Wl,-z,execstack"]
        #expect(try problems(of: source, flags: stack) == [.executableStack])
        #expect(!FileManager.default.fileExists(atPath: marker))
        _ = try loader.load(try Workshop.library(source, flags: flags)).get()
        #expect(FileManager.default.fileExists(atPath: marker))
    }

    @Test("says which symbol or library is missing, and keeps no copy")
    func saysWhatIsMissing() throws {
        let undefined =
            PluginSources.good() + "\nextern int nowhere_to_find(void);\nint use(void) { return nowhere_to_find(); }"
        #expect(try problems(of: undefined) == [.missingSymbol("nowhere_to_find")])
        let other = try folder.write(try Workshop.bytes("int other(void) { return 1; }"), to: "libgone.so")
        let linked = PluginSources.good() + "\nextern int other(void);\nint use(void) { return other(); }"
        let path = try Workshop.library(linked, flags: ["-shared", "-L\(folder.path)", "-lgone"])
        try FileManager.default.removeItem(atPath: other)
        #expect(throws: PluginRefusal(path: path, problems: [.missingLibrary("libgone.so")])) {
            try loader.load(path).get()
        }
        #expect(loader.generationCount == 0)
        let copies = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/generations")
        #expect(copies == [])
    }

    @Test("keeps the budget of generations")
    func keepsBudget() throws {
        let small = PluginLoader(generationsFolder: folder.path + "/small", generationsMax: 1)
        let path = try Workshop.library(PluginSources.good())
        _ = try small.load(path).get()
        #expect(throws: PluginRefusal(path: path, problems: [.generationsSpent(limit: 1)])) {
            try small.load(path).get()
        }
    }

    @Test("removes the copies of ended processes only")
    func removesLeftovers() throws {
        // No process has a number above the kernel's largest, 2^22.
        try folder.write([1], to: "old/4194305-1-0-x.so")
        try folder.write([1], to: "old/\(getpid())-1-0-x.so")
        try folder.write([1], to: "old/note.txt")
        _ = PluginLoader(generationsFolder: folder.path + "/old")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/old")
        #expect(Set(left) == ["\(getpid())-1-0-x.so", "note.txt"])
    }

    @Test("refuses a generations folder that is a file or a link")
    func refusesStrangeFolders() throws {
        let path = try Workshop.library(PluginSources.good())
        let file = try folder.write([1], to: "file")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: folder.path)
        for strange in [file, folder.path + "/link"] {
            guard case .failure(let refusal) = PluginLoader(generationsFolder: strange).load(path) else {
                Issue.record("loaded into \(strange)")
                continue
            }
            #expect(refusal.problems == [.copy("\(strange) is not a folder")])
        }
    }

    @Test("says when the plugin refuses the host, or was compiled for another major version")
    func otherVersions() throws {
        let null = """
            #include "CStrategyABI.h"
            STRATEGY_ABI_NOTE;
            const strategy_entry_v1_t *strategy_entry_v1(uint32_t host) { (void)host; return NULL; }
            """
        #expect(try problems(of: null) == [.hostRefused(abi: "1.0")])
        let other = PluginSources.bare("", entry: "{sizeof entry, 2u << 16, NULL}")
        #expect(try problems(of: other) == [.abiMajor(found: 2, host: 1)])
    }
}

@Suite("Descriptions that are not trusted", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct PluginDescriptionTests {
    let folder: TemporaryFolder
    let loader: PluginLoader

    init() throws {
        folder = try TemporaryFolder()
        loader = PluginLoader(generationsFolder: folder.path + "/generations")
    }

    private func messages(_ body: String, entry: String = "{sizeof entry, STRATEGY_ABI_VERSION, &descriptor}") throws
        -> [String]
    {
        switch loader.load(try Workshop.library(PluginSources.bare(body, entry: entry))) {
        case .success(let plugin): return ["loaded \(plugin.id)"]
        case .failure(let refusal):
            return refusal.problems.map { if case .description(let message) = $0 { message } else { $0.text } }
        }
    }

    private func descriptor(_ texts: String, _ functions: String = "create, destroy, process, NULL") -> String {
        "static const strategy_descriptor_v1_t descriptor = {sizeof descriptor, 0, \(texts), 0, NULL, \(functions)};"
    }

    @Test("takes a descriptor without extensions, also one that ends before `extension`")
    func takesSmall() throws {
        let texts = "\"Small\", \"n\", \"v\", NULL"
        #expect(try messages(descriptor(texts)) == ["loaded Small"])
        let short = descriptor(texts, "create, destroy, process, (void *)1")
            .replacingOccurrences(of: "sizeof descriptor", with: "sizeof descriptor - 8")
        #expect(try messages(short) == ["loaded Small"])
    }

    @Test("reports every wrong text at once")
    func wrongTexts() throws {
        let found = try messages(descriptor("\"not an id!\", NULL, \"\\xff\\xfe\", (const char *)8"))
        #expect(
            found == [
                "the id 'not an id!' must be 1 to 64 letters, digits and _", "the name is missing",
                "the version is not UTF-8", "the description lies at an address that cannot be read",
            ])
    }

    @Test("reports texts without an end, with control characters, and an empty id")
    func endlessTexts() throws {
        let long = "static const char endless[10000] = {[0 ... 9999] = 'x'};"
        #expect(
            try messages(long + descriptor("\"A\", endless, \"v\", NULL")) == ["the name does not end within 128 bytes"]
        )
        #expect(
            try messages(descriptor("\"A\", \"n\\x1b[2J\", \"v\", NULL")) == ["the name contains control characters"])
        #expect(
            try messages(descriptor("\"\", \"n\", \"v\", NULL")) == ["the id '' must be 1 to 64 letters, digits and _"])
    }

    @Test("reads a text that ends right before unreadable memory")
    func textAtPageEnd() throws {
        let body = """
            #define _GNU_SOURCE
            #include <sys/mman.h>
            static strategy_descriptor_v1_t descriptor = {sizeof descriptor, 0, "Edge", NULL, "v", NULL, 0, NULL,
                                                          create, destroy, process, NULL};
            __attribute__((constructor)) static void place(void) {
                char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                munmap(pages + 4096, 4096);
                descriptor.name = memcpy(pages + 4096 - 5, "edge", 5);
            }
            """
        #expect(try messages(body) == ["loaded Edge"])
    }

    @Test("reports missing functions and such that point nowhere")
    func wrongFunctions() throws {
        let found = try messages(descriptor("\"A\", \"n\", \"v\", NULL", "NULL, (void *)16, process, NULL"))
        #expect(found == ["the function create is missing", "the function destroy does not point into code"])
    }

    @Test("reports wild tables")
    func wildTables() throws {
        let good = descriptor("\"A\", \"n\", \"v\", NULL")
        #expect(
            try messages(good, entry: "{4, STRATEGY_ABI_VERSION, &descriptor}") == [
                "the entry table has a struct_size of 4, below 16"
            ])
        let wild = "{sizeof entry, STRATEGY_ABI_VERSION, (const strategy_descriptor_v1_t *)64}"
        #expect(try messages(good, entry: wild) == ["the descriptor lies at an address that cannot be read"])
        #expect(
            try messages(good, entry: "{sizeof entry, STRATEGY_ABI_VERSION, NULL}") == ["the descriptor is missing"])
        let small = good.replacingOccurrences(of: "sizeof descriptor", with: "12")
        #expect(try messages(small) == ["the descriptor has a struct_size of 12, below 80"])
    }

    @Test("reports every parameter that makes no sense")
    func wrongParameters() throws {
        let body = """
            static const char *const twice[] = {"a", "a"};
            #define I(v) {.kind = 1, .integer = v}
            #define INFO(kind, name, choices, count, low, high, standard) \\
                {sizeof(strategy_param_info_v1_t), kind, name, "", "", choices, count, 0, I(low), I(high), I(standard)}
            static const strategy_param_info_v1_t infos[] = {
                INFO(1, "good", NULL, 0, 1, 9, 5), INFO(1, "good", NULL, 0, 1, 9, 5), INFO(1, "low", NULL, 0, 1, 9, 0),
                INFO(99, "strange", NULL, 0, 1, 9, 5), INFO(6, "none", NULL, 0, 0, 0, 0), INFO(6, "twice", twice, 2, 0, 1, 0),
                INFO(6, "wild", (const char *const *)8, 2, 0, 1, 0), INFO(1, "with space", NULL, 0, 1, 9, 5),
                {sizeof(strategy_param_info_v1_t), 2, "nan", "", "", NULL, 0, 0, {.number = 0}, {.number = 1}, {.number = 0.0 / 0.0}},
            };
            static const strategy_param_info_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) {
                (void)self;
                return index < 9 ? &infos[index] : NULL;
            }
            static int32_t set(strategy_instance_t *i, uint32_t n, const strategy_value_v1_t *v, char *e, size_t s) { return 0; }
            static const strategy_params_v1_t params = {sizeof params, 10, describe, NULL, set, NULL};
            static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
                return strcmp(id, STRATEGY_EXT_PARAMS) ? NULL : &params;
            }
            """ + descriptor("\"A\", \"n\", \"v\", NULL", "create, destroy, process, extension")
        #expect(
            try messages(body) == [
                "two parameters have the name 'good'", "parameter low: its default does not lie within its bounds",
                "parameter strange is of the unknown kind 99", "parameter none offers no choices, or more than 256",
                "choice 1 of parameter twice is empty or there twice",
                "the choices of parameter wild lie at an address that cannot be read",
                "parameter 7: the name 'with space' must be 1 to 64 letters, digits and _",
                "parameter nan: its default does not lie within its bounds", "parameter 9 is missing",
            ])
    }

    @Test("a plugin of a newer minor version may have kinds of parameters that this host leaves out")
    func newerMinor() throws {
        let body = """
            static const strategy_param_info_v1_t info = {sizeof info, 99, "colour", "", "", NULL, 0, 0, {0}, {0}, {0}};
            static const strategy_param_info_v1_t *describe(const strategy_descriptor_v1_t *self, uint32_t index) { return &info; }
            static int32_t set(strategy_instance_t *i, uint32_t n, const strategy_value_v1_t *v, char *e, size_t s) { return 0; }
            static const strategy_params_v1_t params = {sizeof params, 1, describe, NULL, set, NULL};
            static const void *extension(const strategy_descriptor_v1_t *self, const char *id) {
                return strcmp(id, STRATEGY_EXT_PARAMS) ? NULL : &params;
            }
            """ + descriptor("\"Newer\", \"n\", \"v\", NULL", "create, destroy, process, extension")
        let source = PluginSources.bare(body, entry: "{sizeof entry, STRATEGY_ABI_VERSION + 3, &descriptor}")
        let plugin = try loader.load(try Workshop.library(source)).get()
        #expect(plugin.parameters == [] && plugin.abiMinor == 3)
    }
}
