import Foundation
import PluginHost
import Testing

/// Compiles the plugins of these tests. Each source is compiled once a run, into a folder that goes when the run ends.
enum Workshop {
    static let missing: Comment = "needs clang or cc on the PATH"
    static var hasCompiler: Bool { compiler != nil }

    static let compiler: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let names = ["clang", "cc", "gcc"]
        return names.flatMap { name in folders.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static let swiftCompiler: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static let root: String = {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.path
    }()
    static let headers = root + "/Sources/CStrategyABI/include"

    /// A strategy of the package, in Swift.
    static let swiftLibrary: String = {
        let name = "/libSMACross.so"
        let beside = (PluginDiscovery.executableFolder ?? "") + name
        return FileManager.default.fileExists(atPath: beside) ? beside : root + "/.build/debug" + name
    }()

    /// Removed by `atexit`: Swift Testing has no hook after the last test.
    private static let folder: String = {
        let path = NSTemporaryDirectory() + "stratagem-plugins-\(UUID().uuidString)"
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: Workshop.folder) }
        return path
    }()

    private static let lock = NSLock()
    private nonisolated(unsafe) static var finished: [String: String] = [:]

    /// The path of the compiled library; sources and flags that were compiled before are not compiled again.
    static func library(_ source: String, flags: [String] = ["-shared"]) throws -> String {
        try lock.withLock {
            let key = flags.joined(separator: " ") + "\n" + source
            if let path = finished[key] { return path }
            let path = "\(folder)/lib\(finished.count).so"
            try compile(source, to: path, flags: flags)
            finished[key] = path
            return path
        }
    }

    /// A library of a C source, which sees HAS_SWIFT, and a Swift source.
    static func library(_ source: String, withSwift swift: String) throws -> String {
        try lock.withLock {
            let key = swift + "\n" + source
            if let path = finished[key] { return path }
            let path = "\(folder)/lib\(finished.count).so"
            try compile(source, to: path + ".o", flags: ["-c", "-DHAS_SWIFT"])
            try swift.write(toFile: path + ".swift", atomically: true, encoding: .utf8)
            try run(
                try #require(swiftCompiler),
                ["-emit-library", "-Onone", "-suppress-warnings", "-module-name", "Traps", "-o", path, path + ".swift"]
                    + [path + ".o"])
            finished[key] = path
            return path
        }
    }

    static func bytes(_ source: String, flags: [String] = ["-shared"]) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: library(source, flags: flags))))
    }

    private static func compile(_ source: String, to path: String, flags: [String]) throws {
        let file = path + ".c"
        try source.write(toFile: file, atomically: true, encoding: .utf8)
        let pic = flags.contains("-fno-PIC") ? [] : ["-fPIC"]
        try run(try #require(compiler), ["-O1", "-w", "-I", headers] + pic + flags + ["-o", path, file])
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardError = output
        try process.run()
        let messages = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CompileFailure(messages: String(decoding: messages, as: UTF8.self))
        }
    }

    struct CompileFailure: Error { var messages: String }
}

/// A folder for one test; removed with its last reference.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "stratagem-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }
}
