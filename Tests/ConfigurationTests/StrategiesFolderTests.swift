import Configuration
import Foundation
import Testing

@Suite("The strategies folder")
struct StrategiesFolderTests {
    @Test("a missing folder means the defaults, and a file is not a folder")
    func missing() throws {
        let folder = try TemporaryFolder()
        let none = StrategiesFolder.read(folder.path + "/none")
        #expect(none.host == HostConfiguration() && none.strategies == [] && none.findings == [])
        try folder.write("x", to: "file")
        #expect(
            StrategiesFolder.read(folder.path + "/file").findings.map(\.description) == [
                "\(folder.path)/file: is not a folder"
            ])
    }

    @Test("reads every strategy; a broken one is refused and hides no other")
    func reads() throws {
        let folder = try TemporaryFolder()
        try folder.write("accounts: {desk: {}}\n", to: "s/host.yaml")
        try folder.write("plugin: A\naccount: desk\ninstruments: [NIFTY]\n", to: "s/good/strategy.yaml")
        try folder.write("plugin: A\ninstruments: [NIFTY]\n", to: "s/broken/strategy.yaml")
        try folder.write("account: desk\ninstruments: [NIFTY]\n", to: "s/rusty/strategy.yaml")
        try folder.write("", to: "s/rusty/librusty.so")
        try folder.write("nonsense: [", to: "s/.hidden/strategy.yaml")
        try folder.write("some text", to: "s/README.md")
        let read = StrategiesFolder.read(folder.path + "/s")
        #expect(read.strategies.map(\.id) == ["good", "rusty"] && read.refused == ["broken"])
        #expect(read.strategies[1].plugin == nil && read.strategies[1].folder == folder.path + "/s/rusty")
        #expect(read.hasErrors)
        #expect(
            read.findings.map(\.description)
                == [
                    "\(folder.path)/s/broken/strategy.yaml: account – host.yaml has no account 'paper'; name one of: desk"
                ])
    }

    @Test("reads one folder again, under the host.yaml of before")
    func readsOne() throws {
        let folder = try TemporaryFolder()
        try folder.write("accounts: {desk: {}}\n", to: "s/host.yaml")
        try folder.write("plugin: A\naccount: desk\ninstruments: [NIFTY]\n", to: "s/good/strategy.yaml")
        try folder.write("plugin: A\nspeed: 9\naccount: desk\ninstruments: [NIFTY]\n", to: "s/odd/strategy.yaml")
        let all = StrategiesFolder.read(folder.path + "/s")
        try folder.write("accounts: {other: {}}\n", to: "s/host.yaml")
        let good = StrategiesFolder.read(folder.path + "/s", only: "good", host: all.host)
        #expect(good.strategies == all.strategies && good.findings.isEmpty)
        let odd = StrategiesFolder.read(folder.path + "/s", only: "odd", host: all.host)
        #expect(odd.refused == ["odd"] && odd.findings == all.findings && odd.findings.first?.line == 2)
        let none = StrategiesFolder.read(folder.path + "/s", only: "none", host: all.host)
        #expect(none.strategies.isEmpty && none.refused.isEmpty && none.findings.isEmpty)
    }

    @Test("reports folders without code, with several libraries, with sources, and misspelled names")
    func reportsFolders() throws {
        let folder = try TemporaryFolder()
        let common = "instruments: [NIFTY]\n"
        try folder.write("", to: "a_empty/notes.txt")
        try folder.write(common, to: "b_none/strategy.yaml")
        try folder.write(common, to: "c_two/strategy.yaml")
        try folder.write("", to: "c_two/a.so")
        try folder.write("", to: "c_two/b.so")
        try folder.write(common, to: "d_source/strategy.yaml")
        try folder.write("", to: "d_source/idea.swift")
        try folder.write("", to: "d_source/old.so")
        try folder.write("plugin: A\n" + common, to: "e_named/strategy.yml")
        try folder.write("plugin: A\n" + common, to: "f g/strategy.yaml")
        try folder.write("port: 1\n", to: "host.yml")
        let read = StrategiesFolder.read(folder.path)
        let texts = read.findings.map { $0.description.replacingOccurrences(of: folder.path + "/", with: "") }
        #expect(
            texts == [
                "host.yml: is not read; name it host.yaml",
                "a_empty: there is no strategy.yaml and the folder holds no library (.so) and no source",
                "b_none/strategy.yaml: plugin – no plugin is named and the folder holds no library (.so) and no source",
                "c_two/strategy.yaml: plugin – the folder holds several libraries (a.so, b.so); name one by plugin: ID",
                "d_source/old.so: is not used: the sources beside it are compiled",
                "e_named/strategy.yml: is not read; name it strategy.yaml",
                "e_named: there is no strategy.yaml and the folder holds no library (.so) and no source",
                "f g: a strategy's folder is named by 1 to 64 letters, digits, _ and -",
            ])
        #expect(read.strategies.map(\.id) == ["d_source"], "sources are compiled by the host")
        #expect(read.refused == ["a_empty", "b_none", "c_two", "e_named", "f g"])
    }

    @Test("follows links to folders and files")
    func followsLinks() throws {
        let folder = try TemporaryFolder()
        try folder.write("plugin: A\ninstruments: [NIFTY]\n", to: "elsewhere/strategy.yaml")
        try folder.write("", to: "s/x")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/s/linked", withDestinationPath: folder.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/s/gone", withDestinationPath: folder.path + "/nowhere")
        let read = StrategiesFolder.read(folder.path + "/s")
        #expect(read.strategies.map(\.id) == ["linked"] && read.findings == [])
    }

    @Test("a strategy.yaml that is a folder is reported")
    func strangeFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "odd/strategy.yaml/x")
        let read = StrategiesFolder.read(folder.path)
        #expect(read.findings.map(\.description) == ["\(folder.path)/odd/strategy.yaml: is not a regular file"])
    }

    @Test("the folder that comes with the project has no errors and four strategies")
    func shippedFolder() {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let read = StrategiesFolder.read(root.appendingPathComponent("strategies").path)
        #expect(read.findings.filter { $0.severity == .error } == [])
        #expect(read.strategies.map(\.id) == ["dump_v2", "mean_reversion", "pump_v2", "sma_cross"])
        #expect(read.strategies.map(\.plugin) == ["PumpDetector", "MeanReversion", "PumpDetector", "SMACross"])
    }
}
