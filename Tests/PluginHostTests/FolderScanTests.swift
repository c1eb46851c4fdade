import Foundation
import PluginHost
import Testing

@Suite("Scan of the strategies folder")
struct FolderScanTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String) throws { try folder.write(Array(text.utf8), to: name) }
    private func scan() throws -> FolderScan { try #require(FolderScan(folder.path)) }

    @Test("says what has come, changed and gone, by folder and kind")
    func kinds() throws {
        try write("a", "one/strategy.yaml")
        try write("a", "two/strategy.yaml")
        try write("a", "two/two.swift")
        try write("a", "gone/strategy.yaml")
        let before = try scan()
        #expect(try scan().changes(since: before).isEmpty && scan() == before)
        try write("ab", "one/strategy.yaml")
        try write("int", "two/extra.c")
        try FileManager.default.removeItem(atPath: folder.path + "/two/two.swift")
        try FileManager.default.removeItem(atPath: folder.path + "/gone")
        try write("so", "three/libthree.so")
        try write("x", "host.yaml")
        #expect(
            try scan().changes(since: before) == [
                FolderChange(id: "", kinds: .host), FolderChange(id: "gone", kinds: .removed),
                FolderChange(id: "one", kinds: .configuration), FolderChange(id: "three", kinds: [.added, .library]),
                FolderChange(id: "two", kinds: .source),
            ])
    }

    @Test("of the folder models only .json files count, and of others none of them")
    func models() throws {
        try write("a", "one/strategy.yaml")
        try write("{}", "models/trees.json")
        let before = try scan()
        try write("{ }", "models/trees.json")
        try write("{}", "models/trend.json")
        try write("pass", "models/train.py")
        try write("int", "models/extra.c")
        try write("{}", "one/prices.json")
        #expect(try scan().changes(since: before) == [FolderChange(id: "models", kinds: .model)])
    }

    @Test(
        "what editors, compilers and people leave in a folder means nothing",
        arguments: [
            ".strategy.yaml.swp", ".#strategy.yaml", "#strategy.yaml#", "strategy.yaml~", "4913", "strategy.yaml.tmp",
            "notes.txt", "data.csv", "my.o", "my.swift.orig", ".hidden.so", "sedA1b2C3", "strategy.yaml.bak",
        ])
    func noise(_ name: String) throws {
        try write("a", "one/strategy.yaml")
        let before = try scan()
        try write("noise", "one/\(name)")
        #expect(try scan() == before)
    }

    @Test("a file of the same size and time in place of another is a change: it is another file")
    func inode() throws {
        try write("one", "a/strategy.yaml")
        let file = folder.path + "/a/strategy.yaml"
        let time = try #require(FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
        let before = try scan()
        try write("two", "a/.new")
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: folder.path + "/a/.new")
        #expect(rename(folder.path + "/a/.new", file) == 0)
        #expect(try scan().changes(since: before) == [FolderChange(id: "a", kinds: .configuration)])
    }

    @Test("hidden folders and files beside the folders mean nothing, and links count as what they lead to")
    func links() throws {
        try write("a", "real.d/strategy.yaml")
        try write("a", ".git/strategy.yaml")
        try write("a", "README.md")
        let before = try scan()
        let target = try TemporaryFolder()
        try target.write(Array("a".utf8), to: "strategy.yaml")
        #expect(symlink(target.path, folder.path + "/linked") == 0)
        #expect(symlink(target.path + "/nothing", folder.path + "/dangling") == 0)
        let linked = try scan()
        #expect(linked.changes(since: before) == [FolderChange(id: "linked", kinds: [.added, .configuration])])
        try target.write(Array("abc".utf8), to: "strategy.yaml")
        #expect(try scan().changes(since: linked) == [FolderChange(id: "linked", kinds: .configuration)])
    }

    @Test("a folder that cannot be read has no scan")
    func missing() { #expect(FolderScan(folder.path + "/nowhere") == nil) }
}
