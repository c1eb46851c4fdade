import Crypto
import Foundation
import PluginHost
import Testing

@Suite("Which libraries are let in", .enabled(if: Workshop.hasCompiler, Workshop.missing))
struct TrustTests {
    let folder: TemporaryFolder
    let key = Curve25519.Signing.PrivateKey()

    init() throws { folder = try TemporaryFolder() }

    private var keyBytes: [UInt8] { [UInt8](key.publicKey.rawRepresentation) }

    private func loader(_ allow: [String] = [], signed: Bool = false, keys: [[UInt8]] = []) -> PluginLoader {
        PluginLoader(
            generationsFolder: folder.path + "/generations",
            trust: PluginTrust(allow: allow, requiresSignature: signed, keys: keys))
    }

    /// A good library in the test's folder, and its bytes.
    private func library() throws -> (path: String, bytes: [UInt8]) {
        let bytes = try Workshop.bytes(PluginSources.good())
        return (try folder.write(bytes, to: "it.so"), bytes)
    }

    private func problems(_ loader: PluginLoader, _ path: String, origin: LibraryOrigin = .dropIn) -> [PluginProblem] {
        switch loader.load(path, origin: origin) {
        case .success: []
        case .failure(let refusal): refusal.problems
        }
    }

    @Test("without a rule everything is let in; a loaded plugin says its hash")
    func unrestricted() throws {
        let (path, bytes) = try library()
        let plugin = try loader().load(path).get()
        #expect(plugin.trust == .unrestricted && plugin.sha256 == PluginTrust.sha256(bytes))
        #expect(PluginTrust.sha256(Array("abc".utf8)).hasPrefix("ba7816bf8f01cfea414140de5dae2223"))
    }

    @Test("a list lets in what it names, in either case, and nothing else")
    func list() throws {
        let (path, bytes) = try library()
        let hash = PluginTrust.sha256(bytes)
        #expect(try loader([hash]).load(path).get().trust == .listed)
        #expect(try loader([hash.uppercased()]).load(path).get().trust == .listed)
        #expect(problems(loader(["abc"]), path) == [.notListed(sha256: hash)])
    }

    @Test("a signature of a known key over these very bytes lets in, raw or as base64")
    func signature() throws {
        let (path, bytes) = try library()
        let good = [UInt8](try key.signature(for: bytes))
        let strict = loader(signed: true, keys: [[UInt8](repeating: 1, count: 32), keyBytes])
        #expect(problems(strict, path) == [.unsigned])
        try folder.write(good, to: "it.so.sig")
        guard case .signed(let name) = try strict.load(path).get().trust else {
            Issue.record("not signed")
            return
        }
        #expect(name.count == 8)
        try folder.write(Array((Data(good).base64EncodedString() + "\n").utf8), to: "it.so.sig")
        #expect(problems(strict, path) == [])
    }

    @Test("another key, other bytes, a broken file: each is refused, also where signatures are not required")
    func wrongSignatures() throws {
        let (path, bytes) = try library()
        let strangers = [UInt8](try Curve25519.Signing.PrivateKey().signature(for: bytes))
        let others = [UInt8](try key.signature(for: bytes + [0]))
        for wrong in [strangers, others, [], Array("no signature".utf8), [UInt8](repeating: 0, count: 64)] {
            try folder.write(wrong, to: "it.so.sig")
            #expect(problems(loader(signed: true, keys: [keyBytes]), path) == [.badSignature])
            #expect(problems(loader(keys: [keyBytes]), path) == [.badSignature])
            #expect(problems(loader(), path) == [])
        }
        #expect(problems(loader(signed: true), path) == [.noKeys])
    }

    @Test("list and signature both have to agree, and their reasons come with those of the file")
    func everything() throws {
        let (path, bytes) = try library()
        let hash = PluginTrust.sha256(bytes)
        #expect(
            problems(loader(["abc"], signed: true, keys: [keyBytes]), path) == [.notListed(sha256: hash), .unsigned])
        let text = try folder.write(Array("hello".utf8), to: "text.so")
        #expect(
            problems(loader(["abc"]), text) == [.text, .notListed(sha256: PluginTrust.sha256(Array("hello".utf8)))])
    }

    @Test("bundled libraries are not asked, also when they are loaded anew")
    func origins() throws {
        let (path, bytes) = try library()
        let strict = loader(["abc"], signed: true, keys: [keyBytes])
        #expect(try strict.load(path, origin: .bundled).get().trust == .bundled)
        try folder.write(bytes, to: "bundled/libit.so")
        let found = PluginDiscovery(bundledFolder: folder.path + "/bundled", strategiesFolder: nil)
        let catalog = PluginCatalog(found, loader: strict)
        let bundled = try #require(catalog.plugin(id: "Counter"))
        #expect(try catalog.load(bundled.path, inHost: true).get().trust == .bundled)
        guard case .failure = catalog.load(path, inHost: true) else {
            Issue.record("a drop-in was loaded")
            return
        }
    }
}
