import Foundation
import PluginHost
import Testing

@Suite("Discovery and catalog", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct PluginDiscoveryTests {
    let folder: TemporaryFolder
    let bundled: String
    let strategies: String

    init() throws {
        folder = try TemporaryFolder()
        bundled = folder.path + "/bin"
        strategies = folder.path + "/strategies"
    }

    private func plugin(_ id: String) throws -> [UInt8] { try Workshop.bytes(PluginSources.good(id: id)) }

    private func catalog() -> PluginCatalog {
        let found = PluginDiscovery(bundledFolder: bundled, strategiesFolder: strategies)
        return PluginCatalog(found, loader: PluginLoader(generationsFolder: folder.path + "/generations"))
    }

    @Test("finds bundled libraries and leaves other files beside them alone")
    func findsBundled() throws {
        try folder.write(try plugin("One"), to: "bin/libOne.so")
        try folder.write(try Workshop.bytes("int other(void) { return 1; }"), to: "bin/libother.so")
        try folder.write(Array("GROUP ( libc.so.6 )".utf8), to: "bin/libscript.so")
        try folder.write(try plugin("Two"), to: "bin/plugin.so")
        try folder.write(try plugin("Three"), to: "bin/libThree.so.1")
        let found = PluginDiscovery(bundledFolder: bundled, strategiesFolder: nil)
        #expect(found.candidates == [PluginCandidate(path: bundled + "/libOne.so", origin: .bundled)])
        #expect(found.refusals == [])
    }

    @Test("refuses a bundled library with an entry and no note, and a damaged one")
    func refusesBundled() throws {
        let noNote = try Workshop.bytes(PluginSources.good(), flags: ["-shared", "-DNO_NOTE"])
        try folder.write(noNote, to: "bin/libNoNote.so")
        try folder.write(Array(try plugin("Cut").prefix(3000)), to: "bin/libCut.so")
        let found = PluginDiscovery(bundledFolder: bundled, strategiesFolder: nil)
        #expect(found.candidates == [])
        #expect(found.refusals.map(\.path) == [bundled + "/libCut.so", bundled + "/libNoNote.so"])
        #expect(found.refusals.last?.problems == [.noNote])
    }

    @Test("one bad drop-in hides nothing; hidden folders are skipped and links followed")
    func findsDropIns() throws {
        try folder.write(try plugin("Rusty"), to: "strategies/rusty/librusty.so")
        try folder.write(Array("hello".utf8), to: "strategies/bad/plugin.so")
        try folder.write(try plugin("Hidden"), to: "strategies/.git/libhidden.so")
        try folder.write(try plugin("Elsewhere"), to: "elsewhere/plugin.so")
        try folder.write(try plugin("Stray"), to: "strategies/stray.so")
        try FileManager.default.createSymbolicLink(
            atPath: strategies + "/linked", withDestinationPath: folder.path + "/elsewhere")
        let catalog = catalog()
        #expect(catalog.plugins.map(\.id) == ["Elsewhere", "Rusty"])
        #expect(catalog.plugin(id: "Rusty")?.path == strategies + "/rusty/librusty.so")
        #expect(catalog.plugins(inFolderOf: "linked").map(\.id) == ["Elsewhere"])
        #expect(catalog.plugins(inFolderOf: "none").isEmpty && catalog.plugin(id: "None") == nil)
        #expect(catalog.refusals == [PluginRefusal(path: strategies + "/bad/plugin.so", problems: [.text])])
        #expect(
            catalog.refusals[0].description
                == "\(strategies)/bad/plugin.so: refused: is a text, not a library; compile it first")
    }

    @Test("refuses both of two drop-ins with one id, and a drop-in with a bundled plugin's id")
    func refusesTwins() throws {
        try folder.write(try plugin("Twin"), to: "strategies/a/a.so")
        try folder.write(try plugin("Twin"), to: "strategies/b/b.so")
        try folder.write(try plugin("Bundled"), to: "bin/libBundled.so")
        try folder.write(try plugin("Bundled"), to: "strategies/c/c.so")
        let catalog = catalog()
        #expect(catalog.plugins.map(\.path) == [bundled + "/libBundled.so"])
        #expect(
            catalog.refusals == [
                PluginRefusal(
                    path: strategies + "/a/a.so",
                    problems: [.duplicateID(id: "Twin", otherPath: strategies + "/b/b.so")]),
                PluginRefusal(
                    path: strategies + "/b/b.so",
                    problems: [.duplicateID(id: "Twin", otherPath: strategies + "/a/a.so")]),
                PluginRefusal(
                    path: strategies + "/c/c.so",
                    problems: [.duplicateID(id: "Bundled", otherPath: bundled + "/libBundled.so")]),
            ])
    }

    @Test("what a folder holds now takes the place of what it held; an id that another file has is refused")
    func replaces() throws {
        try folder.write(try plugin("Bundled"), to: "bin/libBundled.so")
        try folder.write(try plugin("Old"), to: "strategies/a/a.so")
        try folder.write(Array("text".utf8), to: "strategies/a/b.so")
        try folder.write(try plugin("Other"), to: "strategies/ab/ab.so")
        var catalog = catalog()
        try #require(catalog.plugins.map(\.id) == ["Bundled", "Old", "Other"] && catalog.refusals.count == 1)
        let loader = PluginLoader(generationsFolder: folder.path + "/generations")
        func load(_ id: String) throws -> LoadedPlugin {
            try loader.load(folder.write(try plugin(id), to: "strategies/a/\(id).so")).get()
        }
        catalog.replace(inFolderOf: "a", folder: strategies + "/a", with: [try load("New")], refused: [])
        #expect(catalog.plugins.map(\.id) == ["Bundled", "New", "Other"] && catalog.refusals.isEmpty)
        #expect(catalog.plugins(inFolderOf: "a").map(\.id) == ["New"])
        // The one that is there stays, however often it is named.
        let kept = catalog.plugins(inFolderOf: "a")
        catalog.replace(inFolderOf: "a", folder: strategies + "/a", with: kept, refused: [])
        #expect(catalog.plugins.map(\.id) == ["Bundled", "New", "Other"])
        let rivals = [try load("Bundled"), try load("Other"), try load("Free")]
        catalog.replace(inFolderOf: "a", folder: strategies + "/a", with: rivals, refused: [])
        #expect(catalog.plugins.map(\.id) == ["Bundled", "Free", "Other"])
        #expect(catalog.plugin(id: "Bundled")?.path == bundled + "/libBundled.so")
        #expect(catalog.refusals.map(\.path) == [strategies + "/a/Bundled.so", strategies + "/a/Other.so"])
        catalog.replace(inFolderOf: "a", folder: strategies + "/a", with: [], refused: [])
        #expect(catalog.plugins.map(\.id) == ["Bundled", "Other"] && catalog.refusals.isEmpty)
    }

    @Test("missing folders hold nothing, and the executable's folder is known")
    func missingFolders() {
        #expect(
            PluginDiscovery(bundledFolder: folder.path + "/no", strategiesFolder: folder.path + "/no").candidates == [])
        let executable = PluginDiscovery.executableFolder
        #expect(executable.map { FileManager.default.fileExists(atPath: $0) } == true)
    }
}
