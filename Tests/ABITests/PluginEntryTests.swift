import CStrategyABI
import Glibc
import StrategyTesting
import Testing

/// A built plugin, opened and never closed.
private struct OpenedPlugin {
    typealias Entry = @convention(c) (UInt32) -> UnsafePointer<strategy_entry_v1_t>?
    let entry: Entry
    let descriptor: UnsafePointer<strategy_descriptor_v1_t>

    init(_ name: String) throws {
        let path = BuiltLibrary.path(name)
        let handle = try #require(
            dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE), "\(path): build the package first")
        entry = unsafeBitCast(try #require(dlsym(handle, "strategy_entry_v1")), to: Entry.self)
        let table = try #require(entry(STRATEGY_ABI_MAJOR << 16 | STRATEGY_ABI_MINOR)?.pointee)
        #expect(table.struct_size == 16)
        #expect(table.abi_version == 1 << 16)
        descriptor = try #require(table.descriptor)
    }

    var params: strategy_params_v1_t? {
        descriptor.pointee.extension(descriptor, STRATEGY_EXT_PARAMS)?
            .assumingMemoryBound(to: strategy_params_v1_t.self).pointee
    }
}

private let names = ["Breakout", "MeanReversion", "PumpDetector", "SMACross"]

@Suite("Bundled plugins through the ABI")
struct PluginEntryTests {
    @Test("names itself as its folder, with name, version and description", arguments: names)
    func describesItself(name: String) throws {
        let descriptor = try OpenedPlugin(name).descriptor.pointee
        #expect(descriptor.struct_size == 88)
        #expect(String(cString: descriptor.id) == name)
        #expect(String(cString: descriptor.name).isEmpty == false)
        #expect(String(cString: descriptor.description).isEmpty == false)
        #expect(String(cString: descriptor.version).split(separator: ".").count == 3)
        #expect(descriptor.events & (1 << UInt64(STRATEGY_EVENT_BAR)) != 0)
    }

    @Test("refuses a host of another major version and takes a newer minor one", arguments: names)
    func versions(name: String) throws {
        let plugin = try OpenedPlugin(name)
        #expect(plugin.entry(0) == nil)
        #expect(plugin.entry(2 << 16) == nil)
        #expect(plugin.entry(1 << 16 | 7) != nil)
    }

    @Test("describes every parameter with bounds that hold its default, and nothing beyond", arguments: names)
    func parameters(name: String) throws {
        let plugin = try OpenedPlugin(name)
        let params = try #require(plugin.params)
        #expect(params.struct_size == 40)
        #expect(params.count > 0)
        #expect(params.describe(plugin.descriptor, params.count) == nil)
        var seen: Set<String> = []
        for index in 0..<params.count {
            let info = try #require(params.describe(plugin.descriptor, index)?.pointee)
            #expect(info.struct_size == 120)
            #expect(seen.insert(String(cString: info.name)).inserted)
            #expect(String(cString: info.description).isEmpty == false)
            #expect(info.standard.kind == info.kind && info.minimum.kind == info.kind)
            if Int(info.kind) == STRATEGY_PARAM_NUMBER {
                #expect(info.minimum.number <= info.standard.number && info.standard.number <= info.maximum.number)
            } else {
                #expect(info.minimum.integer <= info.standard.integer)
                #expect(info.standard.integer <= info.maximum.integer)
            }
        }
        #expect(seen.contains("quantity"))
    }

    @Test("an unknown table is NULL, and so is an instance without instruments", arguments: names)
    func refusals(name: String) throws {
        let descriptor = try OpenedPlugin(name).descriptor
        #expect(descriptor.pointee.extension(descriptor, "nothing.v1") == nil)
        var config = strategy_config_v1_t()
        config.struct_size = UInt32(MemoryLayout<strategy_config_v1_t>.size)
        var error = [CChar](repeating: 1, count: 64)
        #expect(descriptor.pointee.create(descriptor, &config, &error, error.count) == nil)
        #expect(error.contains(0) && error[0] != 0)
    }

    @Test("carries the note that lets a host judge the file without running it", arguments: names)
    func note(name: String) throws {
        let file = try #require(fopen(BuiltLibrary.path(name), "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
        // Name size, description size, type, "StratABI" padded to 12, major, minor, event and intent size.
        let words: [UInt32] = [9, 16, 1, 0x6172_7453, 0x4942_4174, 0, 1, 0, 64, 64]
        let note = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
        #expect(bytes.indices.contains { bytes[$0] == 9 && bytes[$0...].starts(with: note) })
    }
}
