import Foundation
import Signals
import Testing

@Suite("Folder of models")
struct ModelShelfTests {
    private static let bundled = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "strategies/models").path

    @Test("the bundled examples are good, and expect a stretched price to swing back, as their trainer's market does")
    func bundledExamples() throws {
        let shelf = ModelShelf(folder: Self.bundled)
        #expect(shelf.faults == [])
        #expect(shelf.models.map(\.name) == ["rules", "trees", "trend"])
        #expect(shelf.trainedCount == 2)
        let low = ["rsi_14": 25, "zscore_20": -2.2, "return_20": -0.01, "return_60": -0.02, "bbands_percent_b_20_2": 0]
        let high = ["rsi_14": 75, "zscore_20": 2.2, "return_20": 0.01, "return_60": 0.02, "bbands_percent_b_20_2": 1]
        for name in ["trees", "trend"] {
            let model = try #require(shelf[name])
            func probability(_ known: [String: Double]) -> Double {
                model.probability(model.features.map { known[$0] ?? .nan })
            }
            #expect(probability(low) > 0.55)
            #expect(probability(low) > probability(high) + 0.05)
        }
    }

    @Test("a wrong file is left out with its faults; the others stay")
    func wrongFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(ModelText().bytes).write(to: folder.appending(path: "good.json"))
        try Data("{}".utf8).write(to: folder.appending(path: "bad.json"))
        try Data(ModelText().bytes).write(to: folder.appending(path: "rules.json"))
        try Data("no model".utf8).write(to: folder.appending(path: "notes.txt"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "folder.json"), withIntermediateDirectories: true)
        let shelf = ModelShelf(folder: folder.path)
        #expect(shelf.models.map(\.name) == ["rules", "good"])
        let files = Set(shelf.faults.map { $0.file.split(separator: "/").last.map(String.init) })
        #expect(files == ["bad.json", "folder.json", "rules.json"])
        #expect(shelf.faults.contains { $0.description.hasSuffix("folder.json: is no regular file") })
    }

    @Test("read anew, a wrong file leaves the model that was there, a missing one takes it away")
    func readAnew() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["a", "b"] { try Data(ModelText().bytes).write(to: folder.appending(path: "\(name).json")) }
        let before = ModelShelf(folder: folder.path)
        try Data("{}".utf8).write(to: folder.appending(path: "a.json"))
        try FileManager.default.removeItem(at: folder.appending(path: "b.json"))
        try Data("{}".utf8).write(to: folder.appending(path: "c.json"))
        let after = ModelShelf(folder: folder.path, before: before)
        #expect(after.models.map(\.name) == ["rules", "a"])
        #expect(Set(after.faults.map { $0.file.suffix(6) }) == ["a.json", "c.json"])
    }

    @Test("a folder that is not there has the rules alone")
    func noFolder() { #expect(ModelShelf(folder: "/nowhere/models").models.map(\.name) == ["rules"]) }
}
