import API
import Engine
import Foundation
import PluginHost
import Testing

@testable import stratagem

extension HostSuites {
    @Suite("Generations over restarts")
    struct GenerationRestartTests {
        private let folder = HostFolder()

        /// The same library with one byte more behind its end: other content, the same code.
        private func changeLibrary() throws {
            let path = folder.path + "/plugins/libSMACross.so"
            var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            bytes.append(0)
            try FileManager.default.removeItem(atPath: path)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }

        @Test("numbers count on, and the same library is the same generation")
        func countsOn() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            _ = try first.reload("alpha")
            _ = try first.reload("alpha")
            try first.end()
            let second = try folder.live()
            #expect(second.notices.isEmpty, "\(second.notices)")
            let view = second.core.generationsView(0)
            #expect(view.current == 3 && view.generations.map(\.number) == [1, 2, 3])
            #expect(view.generations.map(\.state) == [.kept, .kept, .active])
            #expect(try second.reload("alpha").generation == 4)
            try second.end()
        }

        @Test("a library that changed while the host was down is a new generation, and the old one can be put back")
        func changedLibrary() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            first.run(seconds: 20)
            try first.end()
            try changeLibrary()
            let second = try folder.live()
            #expect(second.core.generationsView(0).current == 2)
            second.run(seconds: 5)
            let back = try second.replace(second.core.rollbackPlan("alpha", to: nil, .keep))
            #expect(back.generation == 1 && back.memory == .keep)
            try second.end()
        }

        @Test("a rollback holds over a restart, though the folder has the later code; a reload takes that")
        func rollbackHolds() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            first.run(seconds: 10)
            let old = first.core.generationsView(0).generations[0].sha256
            try changeLibrary()
            #expect(try first.reload("alpha").generation == 2)
            #expect(try first.replace(first.core.rollbackPlan("alpha", to: 1, .keep)).generation == 1)
            try first.end()

            let second = try folder.live()
            #expect(second.notices.contains { $0.contains("generation 1 trades on") }, "\(second.notices)")
            #expect(second.core.strategyView(0).generation == 1 && second.core.strategyView(0).state == .running)
            #expect(FileHash.sha256(try #require(second.core.strategies[0].plugin).generationPath) == old)
            second.run(seconds: 10)
            #expect(try second.reload("alpha").generation == 3)
            #expect(FileHash.sha256(try #require(second.core.strategies[0].plugin).generationPath) != old)
            try second.end()
        }

        @Test("a shadow that was not promoted does not trade after a restart")
        func shadowWaits() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            try changeLibrary()
            #expect(try first.reload("alpha", ReloadRequest(mode: .shadow)).generation == 2)
            try first.end()
            let second = try folder.live()
            #expect(second.core.strategyView(0).generation == 1)
            #expect(second.core.generationsView(0).generations.map(\.state) == [.active, .kept])
            try second.end()
        }

        @Test("where the code of the active generation is gone, the folder's trades, and the notice says so")
        func archiveGone() throws {
            folder.addCross("alpha")
            let first = try folder.live()
            try changeLibrary()
            _ = try first.reload("alpha")
            _ = try first.replace(first.core.rollbackPlan("alpha", to: 1, .keep))
            try first.end()
            try FileManager.default.removeItem(atPath: folder.data + "/generations/kept")
            let second = try folder.live()
            #expect(second.notices.contains { $0.contains("cannot be loaded any more") }, "\(second.notices)")
            #expect(second.core.strategyView(0).generation == 2 && second.core.strategyView(0).state == .running)
            try second.end()
        }
    }
}
